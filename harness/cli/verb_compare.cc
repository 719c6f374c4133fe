// plumbline compare BASE CANDIDATE.
#include "harness/audit/record.h"
#include "harness/base/error.h"
#include "harness/check/check.h"
#include "harness/cli/arguments.h"
#include "harness/cli/judgement.h"
#include "harness/cli/verb_list.h"

namespace plumbline::cli {
namespace {

int RunCompare(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.positionals();
  if (words.size() != 2) {
    Fail(ErrorKind::kUsage, "plumbline compare", std::to_string(words.size()) + " names",
         "two: BASE (a run directory or a suite) and CANDIDATE (a run directory)",
         "plumbline compare --help");
  }
  check::CheckOptions options;
  options.strict = arguments.Has("strict") || check::StrictFromEnvironment();
  check::Comparison comparison =
      std::filesystem::is_directory(words[0])
          ? check::CompareRuns(words[0], words[1], options)
          : check::CheckRun(words[1], SuiteDirectory(arguments, words[0]), options);
  comparison.audit = audit::ReadAudit(words[1]);
  return Deliver(comparison, arguments);
}

}  // namespace

Verb CompareVerb() {
  Verb verb;
  verb.name = "compare";
  verb.summary = "a run against another run or a suite's baseline: verdict and ranked causes";
  verb.positionals = "BASE CANDIDATE";
  verb.options = JudgementOptions();
  verb.example =
      "plumbline compare runs/before runs/after\n"
      "plumbline compare kobart_tiny_full runs/after --json";
  verb.run = RunCompare;
  return verb;
}

}  // namespace plumbline::cli
