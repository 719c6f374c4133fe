#include "harness/cli/judgement.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/nearest.h"
#include "harness/check/junit.h"
#include "harness/check/terminal.h"

namespace plumbline::cli {
namespace {

constexpr const char* kFolder = "baselines";

std::vector<std::string> KnownSuites(const std::filesystem::path& baselines) {
  std::vector<std::string> names;
  if (!std::filesystem::is_directory(baselines)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(baselines)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::vector<Option> JudgementOptions() {
  return {
      {"baselines", "DIR", "where the baselines lie (default: baselines)"},
      {"strict", "", "rows of another machine and metrics without a stored value count"},
      {"out", "FILE", "also write comparison.json there"},
      {"junit", "FILE", "also write JUnit XML there"},
      {"json", "", "comparison.json on stdout instead of text"},
  };
}

std::filesystem::path BaselinesDirectory(const Arguments& arguments) {
  if (arguments.Has("baselines")) return arguments.Value("baselines");
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return workspace == nullptr ? std::filesystem::path(kFolder)
                              : std::filesystem::path(workspace) / kFolder;
}

std::filesystem::path SuiteDirectory(const Arguments& arguments, const std::string& suite) {
  const std::filesystem::path baselines = BaselinesDirectory(arguments);
  const std::vector<std::string> known = KnownSuites(baselines);
  if (std::ranges::find(known, suite) != known.end()) return baselines / suite;
  Fail(ErrorKind::kUsage, "looking for the baselines of a suite", Quoted(suite),
       "a directory of " + Quoted(baselines.string()),
       known.empty() ? "--baselines DIR" : Quoted(NearestName(suite, known)));
}

int Deliver(const check::Comparison& comparison, const Arguments& arguments) {
  if (arguments.Has("out")) WriteJsonFile(arguments.Value("out"), check::ToJson(comparison));
  if (arguments.Has("junit"))
    WriteFileAtomic(arguments.Value("junit"), check::JunitXml(comparison));
  std::cout << (arguments.json() ? DumpJson(check::ToJson(comparison))
                                 : check::TerminalText(comparison));
  return comparison.exit_status();
}

}  // namespace plumbline::cli
