// plumbline baseline check | accept | show | history.
#include <algorithm>
#include <iostream>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/check/accept.h"
#include "harness/check/baseline.h"
#include "harness/check/check.h"
#include "harness/check/judge_facts.h"
#include "harness/cli/arguments.h"
#include "harness/cli/judgement.h"
#include "harness/cli/table.h"
#include "harness/cli/verb_list.h"

namespace plumbline::cli {
namespace {

using check::Acceptance;
using check::Baseline;
using check::BaselineSet;
using check::Observation;

constexpr const char* kExactName = "exact";
constexpr size_t kDigestShown = 12;

// The words after the sub-command. Errors: kUsage when there are fewer than `fewest` or more than
// `most`.
std::vector<std::string> Rest(const Arguments& arguments, size_t fewest, size_t most,
                              const std::string& wanted) {
  std::vector<std::string> rest(arguments.positionals().begin() + 1, arguments.positionals().end());
  if (rest.size() >= fewest && rest.size() <= most) return rest;
  Fail(ErrorKind::kUsage, "plumbline baseline " + arguments.positionals()[0],
       std::to_string(rest.size()) + " names", wanted, "plumbline baseline --help");
}

// Each file of the suite under its stem.
std::vector<std::pair<std::string, Baseline>> FilesOf(const Arguments& arguments,
                                                      const std::string& suite) {
  const BaselineSet set = check::ReadBaselines(SuiteDirectory(arguments, suite), suite);
  std::vector<std::pair<std::string, Baseline>> files;
  if (set.exact) files.emplace_back(kExactName, *set.exact);
  files.insert(files.end(), set.keyed.begin(), set.keyed.end());
  return files;
}

// Every stored file reads back and its chain of digests is whole.
int CheckFiles(const Arguments& arguments) {
  const std::filesystem::path baselines = BaselinesDirectory(arguments);
  size_t files = 0;
  if (std::filesystem::is_directory(baselines)) {
    for (const auto& entry : std::filesystem::directory_iterator(baselines)) {
      if (!entry.is_directory()) continue;
      const BaselineSet set = check::ReadBaselines(entry.path(), entry.path().filename().string());
      files += (set.exact ? 1 : 0) + set.keyed.size();
    }
  }
  if (files == 0) {
    Fail(ErrorKind::kData, "checking the baselines in " + Quoted(baselines.string()), "no file",
         "one or more", "--baselines DIR");
  }
  std::cout << files << " baseline files are as accept wrote them\n";
  return 0;
}

int Check(const Arguments& arguments) {
  const std::vector<std::string> runs = Rest(arguments, 0, 1, "no name, or one run directory");
  if (runs.empty()) return CheckFiles(arguments);
  check::CheckOptions options;
  options.strict = arguments.Has("strict") || check::StrictFromEnvironment();
  // A run that cannot be read names no suite; the judge says so.
  std::string suite = "unknown";
  try {
    suite = check::ReadRun(runs[0]).set.suite;
  } catch (const Error&) {
  }
  return Deliver(check::CheckRun(runs[0], BaselinesDirectory(arguments) / suite, options),
                 arguments);
}

int Accept(const Arguments& arguments) {
  const std::vector<std::string> words =
      Rest(arguments, 1, 16, "the run directories of one suite, two for D1");
  check::AcceptOptions options;
  if (arguments.Has("reason")) options.reason = arguments.Value("reason");
  options.metrics = arguments.Values("metric");
  options.recorded_by =
      arguments.Has("recorded-by") ? arguments.Value("recorded-by") : "plumbline baseline accept";
  const std::vector<std::filesystem::path> runs(words.begin(), words.end());
  const std::string suite = check::ReadRun(runs.front()).set.suite;
  const check::AcceptResult result =
      check::AcceptRuns(runs, BaselinesDirectory(arguments) / suite, options);
  if (arguments.json()) {
    Json json{{"changes", result.changes}, {"written", Json::array()}};
    for (const auto& path : result.written) json["written"].push_back(path.string());
    std::cout << DumpJson(json);
    return 0;
  }
  for (const std::string& change : result.changes) std::cout << change << "\n";
  for (const auto& path : result.written) std::cout << "wrote " << path.string() << "\n";
  if (result.written.empty()) std::cout << "the baseline already says this\n";
  return 0;
}

void ShowFile(const std::string& stem, const Baseline& baseline,
              const std::vector<std::string>& metrics) {
  std::cout << stem << ".txt\n";
  for (const auto& [name, value] : baseline.key.numeric)
    std::cout << "  key " << name << " = " << value << "\n";
  std::vector<TableRow> rows = {{"METRIC", "CLASS", "UNIT", "BETTER", "STORED"}};
  for (const Observation& row : baseline.rows) {
    if (!metrics.empty() && std::ranges::find(metrics, row.name) == metrics.end()) continue;
    rows.push_back({row.name, check::ToText(row.metric_class), row.unit,
                    check::ToText(row.direction), check::SummaryOf(row)});
  }
  std::cout << AlignedTable(rows, 2);
}

int Show(const Arguments& arguments) {
  const std::string suite = Rest(arguments, 1, 1, "one suite")[0];
  Json json = Json::object();
  for (const auto& [stem, baseline] : FilesOf(arguments, suite)) {
    if (!arguments.json()) ShowFile(stem, baseline, arguments.Values("metric"));
    json[stem] = Json::array();
    for (const Observation& row : baseline.rows) json[stem].push_back(check::ToJson(row));
  }
  if (arguments.json()) std::cout << DumpJson(json);
  return 0;
}

Json HistoryJson(const Acceptance& acceptance) {
  return Json{{"recorded_by", acceptance.recorded_by}, {"reason", acceptance.reason},
              {"evidence", acceptance.evidence},       {"metrics", acceptance.metrics},
              {"repetition", acceptance.repetition},   {"content", acceptance.content},
              {"predecessor", acceptance.predecessor}};
}

int History(const Arguments& arguments) {
  const std::string suite = Rest(arguments, 1, 1, "one suite")[0];
  Json json = Json::object();
  for (const auto& [stem, baseline] : FilesOf(arguments, suite)) {
    json[stem] = Json::array();
    if (!arguments.json()) std::cout << stem << ".txt, oldest first\n";
    for (const Acceptance& acceptance : baseline.history) {
      json[stem].push_back(HistoryJson(acceptance));
      if (arguments.json()) continue;
      std::cout << "  " << acceptance.content.substr(0, kDigestShown) << "  " << acceptance.reason
                << "\n      "
                << (acceptance.metrics.empty()
                        ? "all metrics"
                        : std::to_string(acceptance.metrics.size()) + " named")
                << "; " << acceptance.repetition << "; by " << acceptance.recorded_by << "\n";
    }
  }
  if (arguments.json()) std::cout << DumpJson(json);
  return 0;
}

int RunBaseline(const Arguments& arguments) {
  const std::vector<std::string> known = {"check", "accept", "show", "history"};
  const std::string word = arguments.positionals().empty() ? "" : arguments.positionals()[0];
  if (word == "check") return Check(arguments);
  if (word == "accept") return Accept(arguments);
  if (word == "show") return Show(arguments);
  if (word == "history") return History(arguments);
  Fail(ErrorKind::kUsage, "plumbline baseline", word.empty() ? "no word after it" : Quoted(word),
       "check, accept, show or history", "plumbline baseline " + NearestName(word, known));
}

}  // namespace

Verb BaselineVerb() {
  Verb verb;
  verb.name = "baseline";
  verb.summary = "the stored values: judge a run by them, accept new ones, look at them";
  verb.positionals = "check [RUN] | accept RUN RUN | show SUITE | history SUITE";
  verb.options = JudgementOptions();
  verb.options.push_back({"reason", "TEXT", "accept: why the numbers moved (required)"});
  verb.options.push_back({"metric", "NAME", "accept, show: only this one", false, true});
  verb.options.push_back(
      {"recorded-by", "COMMAND", "accept: what to store as the recording command"});
  verb.example =
      "plumbline baseline check                         (every file is as accept wrote it)\n"
      "plumbline baseline check runs/after\n"
      "plumbline baseline accept runs/a runs/b --reason \"longer warm-up\"\n"
      "plumbline baseline history kobart_tiny_full";
  verb.run = RunBaseline;
  return verb;
}

}  // namespace plumbline::cli
