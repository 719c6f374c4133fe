#include "harness/suite/suite.h"

#include <map>
#include <optional>
#include <utility>

#include "harness/audit/record.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/check/accept.h"
#include "harness/check/check.h"
#include "harness/check/junit.h"
#include "harness/check/terminal.h"
#include "harness/config/compare.h"
#include "harness/config/resolve.h"
#include "harness/suite/process.h"
#include "reports/report.h"

namespace plumbline::suite {
namespace {

constexpr int kUsageStatus = 2;

// Weights and checkpoints are large and can be made again; everything else is evidence.
bool IsEvidence(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".json" || extension == ".jsonl" || extension == ".txt";
}

config::Resolved ResolveSuite(const Suite& suite) {
  config::Inputs inputs;
  inputs.files = {suite.config};
  inputs.environment = config::ProcessEnvironment();
  return config::Resolve(inputs);
}

// Resuming takes the checkpoint's own settings into force where they differ: judged as such, with the checkpoint as
// origin and this run's value in its shadow.
config::Resolved WithCheckpoint(const config::Resolved& now, const std::filesystem::path& checkpoint) {
  const std::filesystem::path file = checkpoint / "resolved_config.json";
  const config::Resolved saved = config::Resolved::FromJson(ReadJsonFile(file), file.string());
  std::map<std::string, config::Entry> entries = now.entries();
  for (const config::Difference& difference : config::SemanticDrift(now, saved)) {
    const auto found = entries.find(difference.key);
    if (found == entries.end()) continue;
    config::Entry& entry = found->second;
    entry.shadowed.insert(entry.shadowed.begin(), {entry.value, entry.origin});
    entry.value = difference.after.value;
    entry.origin = config::Origin();
    entry.origin.layer = config::Layer::kCheckpoint;
    entry.origin.file = (checkpoint.filename() / "resolved_config.json").string();
  }
  return config::Resolved(std::move(entries));
}

int RunEngine(const Suite& suite, const std::filesystem::path& run_directory) {
  std::vector<std::string> words = {suite.engine.string(), "run", suite.config.string(), "--out",
                                    run_directory.string(), "--suite", suite.name};
  if (!suite.resume.empty()) words.insert(words.end(), {"--resume", suite.resume.string()});
  return RunProcess(words);
}

void CopyEvidence(const std::filesystem::path& from, const std::filesystem::path& to) {
  MakeDirectories(to);
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    if (!entry.is_regular_file() || !IsEvidence(entry.path())) continue;
    WriteFileAtomic(to / entry.path().filename(), ReadFile(entry.path()));
  }
}

void WriteResults(const check::Comparison& comparison, const std::filesystem::path& run_directory,
                  const Places& places) {
  MakeDirectories(places.outputs);
  if (std::filesystem::exists(run_directory)) CopyEvidence(run_directory, places.outputs / "run");
  WriteFileAtomic(places.outputs / "verdict.txt", check::TerminalText(comparison));
  WriteJsonFile(places.outputs / "comparison.json", check::ToJson(comparison));
  report::WriteReport(comparison, {places.outputs / "run"}, places.outputs / "report");
  if (!places.junit.empty()) WriteFileAtomic(places.junit, check::JunitXml(comparison));
}

}  // namespace

check::Comparison Check(const Suite& suite, const Places& places) {
  config::Resolved resolved = ResolveSuite(suite);
  if (!suite.resume.empty()) resolved = WithCheckpoint(resolved, suite.resume);
  const std::filesystem::path run_directory = places.work / "run";
  check::Comparison comparison =
      check::CheckConfigDrift(resolved, std::nullopt, suite.baselines, suite.name);
  if (comparison.verdict == check::Verdict::kPass) {
    const int status = RunEngine(suite, run_directory);
    if (status == kUsageStatus) {
      throw Error(ErrorKind::kUsage, "running the suite " + suite.name + ": the engine refused it, see above");
    }
    check::CheckOptions options;
    options.strict = check::StrictFromEnvironment();
    comparison = check::CheckRun(run_directory, suite.baselines, options);
    comparison.audit = audit::ReadAudit(run_directory);
    if (status != 0) check::MakeInvalid("the engine ended with status " + std::to_string(status), comparison);
  }
  WriteResults(comparison, run_directory, places);
  return comparison;
}

std::vector<std::string> Accept(const Suite& suite, const std::filesystem::path& work, const std::string& reason) {
  std::vector<std::filesystem::path> runs;
  for (const char* name : {"first", "second"}) {
    runs.push_back(work / name);
    const int status = RunEngine(suite, runs.back());
    if (status != 0) {
      Fail(ErrorKind::kData, "accepting " + suite.name, "a run that ended with status " + std::to_string(status),
           "two complete runs", "repairing what the run complains about");
    }
  }
  check::AcceptOptions options;
  options.reason = reason;
  options.recorded_by = "bazel run //suites:" + suite.name + ".accept";
  return check::AcceptRuns(runs, suite.baselines, options).changes;
}

}  // namespace plumbline::suite
