// plumbline report RUN... --out DIR: pages for people about runs that lie on disk.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <set>

#include "harness/audit/record.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/project.h"
#include "harness/check/check.h"
#include "harness/cli/arguments.h"
#include "harness/cli/judgement.h"
#include "harness/cli/verb_list.h"
#include "reports/overview.h"

namespace plumbline::cli {
namespace {

using report::JudgedRun;

constexpr size_t kMostRuns = 64;

// Every file that a run directory of ours may hold first or last.
bool IsRunDirectory(const std::filesystem::path& directory) {
  return std::filesystem::exists(directory / "observations.json") ||
         std::filesystem::exists(directory / "resolved_config.json");
}

std::filesystem::path RunDirectory(const std::string& word) {
  const std::filesystem::path directory = word;
  if (std::filesystem::is_directory(directory) && IsRunDirectory(directory)) return directory;
  const bool inside = std::filesystem::is_directory(directory / "run");
  Fail(ErrorKind::kUsage, "reporting on " + Quoted(word),
       std::filesystem::is_directory(directory)
           ? "a directory without observations.json and resolved_config.json"
           : "no such directory",
       "a run directory, as `plumbline run --out DIR` leaves it",
       inside ? Quoted((directory / "run").string()) : "plumbline run --help");
}

// The suite that a run says it belongs to; empty when it cannot be read.
std::string SuiteOf(const std::filesystem::path& directory) {
  try {
    return check::ReadRun(directory).set.suite;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    return "";
  }
}

// Nothing stored to hold the run against: said in the headline, with what can be typed instead.
void SayNotJudged(const std::string& directory, check::Comparison& comparison) {
  if (comparison.verdict != check::Verdict::kNoBaseline) return;
  comparison.baseline_label.clear();
  const std::string& suite = comparison.suite;
  const std::filesystem::path config = FindProjectFile("suites/" + suite + ".yaml");
  if (std::filesystem::exists(config)) return;  // //suites:NAME.accept exists
  comparison.headline = "not judged: no baseline is stored for " + Quoted(suite);
  comparison.next = {"plumbline compare OTHER_RUN " + directory,
                     "plumbline report " + directory + " --against OTHER_RUN --out DIR"};
}

JudgedRun JudgedAlone(const std::string& word, const Arguments& arguments) {
  check::CheckOptions options;
  options.strict = arguments.Has("strict") || check::StrictFromEnvironment();
  JudgedRun run;
  const std::filesystem::path directory = RunDirectory(word);
  run.directories = {directory};
  if (!arguments.Has("against")) {
    const std::string suite = SuiteOf(directory);
    const std::filesystem::path stored =
        BaselinesDirectory(arguments) / (suite.empty() ? "unknown" : suite);
    run.comparison = check::CheckRun(directory, stored, options);
    SayNotJudged(word, run.comparison);
    return run;
  }
  const std::string& base = arguments.Value("against");
  if (std::filesystem::is_directory(base)) {
    run.directories = {base, directory};
    run.comparison = check::CompareRuns(base, directory, options);
  } else {
    run.comparison = check::CheckRun(directory, SuiteDirectory(arguments, base), options);
  }
  return run;
}

JudgedRun JudgeRun(const std::string& word, const Arguments& arguments) {
  JudgedRun run = JudgedAlone(word, arguments);
  run.comparison.audit = audit::ReadAudit(run.directories.back());
  return run;
}

// A folder name that needs no quoting in a link, a shell or a file system.
std::string FolderName(const std::filesystem::path& directory) {
  const std::filesystem::path whole = std::filesystem::absolute(directory).lexically_normal();
  const std::string last =
      (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  std::string name;
  for (const char c : last) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || (c == '.' && !name.empty());
    name += plain ? c : '_';
  }
  return name.empty() ? "run" : name;
}

// Names the runs apart: "run", "run-2", ...
void NameRuns(std::vector<JudgedRun>& runs) {
  std::set<std::string> taken = {"report.html", "report.md", "report.json", "report.xml"};
  for (JudgedRun& run : runs) {
    const std::string name = FolderName(run.directories.back());
    run.label = name;
    for (int copy = 2; taken.contains(run.label); ++copy)
      run.label = name + "-" + std::to_string(copy);
    taken.insert(run.label);
    if (runs.size() > 1) run.comparison.candidate_label = run.label;
  }
}

void Print(const std::vector<JudgedRun>& runs, const Arguments& arguments) {
  const std::filesystem::path page = std::filesystem::path(arguments.Value("out")) / "report.html";
  if (!arguments.json()) {
    for (const JudgedRun& run : runs) {
      std::cout << run.label << "  " << check::ToText(run.comparison.verdict) << "  "
                << run.comparison.headline << "\n";
    }
    std::cout << "wrote " << page.string() << ", report.md, report.json, report.xml\n";
    return;
  }
  Json list = Json::array();
  for (const JudgedRun& run : runs) {
    list.push_back(Json{{"run", run.label},
                        {"suite", run.comparison.suite},
                        {"verdict", check::ToText(run.comparison.verdict)},
                        {"exit_status", run.comparison.exit_status()},
                        {"headline", run.comparison.headline}});
  }
  std::cout << DumpJson(Json{{"page", page.string()}, {"runs", std::move(list)}});
}

int RunReport(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.positionals();
  if (words.empty() || words.size() > kMostRuns) {
    Fail(ErrorKind::kUsage, "plumbline report", std::to_string(words.size()) + " run directories",
         "1 to " + std::to_string(kMostRuns), "plumbline report --help");
  }
  std::vector<JudgedRun> runs;
  for (const std::string& word : words) runs.push_back(JudgeRun(word, arguments));
  NameRuns(runs);
  report::WriteReports(runs, arguments.Value("out"));
  Print(runs, arguments);
  return 0;
}

}  // namespace

Verb ReportVerb() {
  Verb verb;
  verb.name = "report";
  verb.summary = "pages about run directories: HTML, Markdown, JSON, JUnit XML";
  verb.positionals = "RUN...";
  verb.options = {
      {.name = "out", .value = "DIR", .help = "where the report is written", .required = true},
      {.name = "against",
       .value = "BASE",
       .help = "judge by this run directory or suite (default: each run's own suite)"},
      {.name = "baselines", .value = "DIR", .help = "where the baselines lie (default: baselines)"},
      {.name = "strict", .value = "", .help = "rows of another machine count"},
      {.name = "json", .value = "", .help = "verdicts as JSON on stdout instead of text"},
  };
  verb.example =
      "plumbline report runs/mine --out report           (report/report.html and its kin)\n"
      "plumbline report runs/a runs/b --out report       (one page of both, and a folder each)\n"
      "plumbline report runs/after --against runs/before --out report\n"
      "Exit status 0 when the pages are written, whatever the verdict; `compare` judges.";
  verb.run = RunReport;
  return verb;
}

}  // namespace plumbline::cli
