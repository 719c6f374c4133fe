// The program behind //suites: `suite check NAME CONFIG` as a Bazel test, `suite accept NAME CONFIG --reason TEXT`
// under `bazel run`. Places come from Bazel's variables.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/project.h"
#include "harness/check/terminal.h"
#include "harness/suite/suite.h"

namespace {

using plumbline::Error;
using plumbline::ErrorKind;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

plumbline::suite::Suite SuiteOf(const std::vector<std::string>& words) {
  plumbline::suite::Suite suite;
  suite.name = words[1];
  suite.config = plumbline::FindProjectFile(words[2]);
  suite.baselines = plumbline::FindProjectFile("baselines/" + suite.name);
  suite.engine = plumbline::FindProgram("plumbline-engine", "harness/cli/plumbline-engine");
  return suite;
}

std::filesystem::path WorkDirectory() {
  std::string pattern = (Variable("TEST_TMPDIR").empty() ? "/tmp" : Variable("TEST_TMPDIR")) + "/suite.XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw Error(ErrorKind::kEnvironment, "making a directory for the run: found none that can be written");
  }
  return pattern;
}

int Check(const std::vector<std::string>& words) {
  plumbline::suite::Places places;
  places.work = WorkDirectory();
  places.outputs = Variable("TEST_UNDECLARED_OUTPUTS_DIR");
  if (places.outputs.empty()) places.outputs = places.work / "outputs";
  places.junit = Variable("XML_OUTPUT_FILE");
  const auto comparison = plumbline::suite::Check(SuiteOf(words), places);
  std::fputs(plumbline::check::TerminalText(comparison).c_str(), stdout);
  return comparison.exit_status();
}

int Accept(const std::vector<std::string>& words) {
  if (words.size() != 5 || words[3] != "--reason" || words[4].empty()) {
    plumbline::Fail(ErrorKind::kUsage, "accepting " + words[1], "no reason", "--reason \"...\"",
                    "bazel run //suites:" + words[1] + ".accept -- --reason \"why this is right\"");
  }
  plumbline::suite::Suite suite = SuiteOf(words);
  if (const std::string workspace = Variable("BUILD_WORKSPACE_DIRECTORY"); !workspace.empty()) {
    suite.baselines = std::filesystem::path(workspace) / "baselines" / suite.name;
  }
  plumbline::MakeDirectories(suite.baselines);
  for (const std::string& change : plumbline::suite::Accept(suite, WorkDirectory(), words[4])) {
    std::printf("%s\n", change.c_str());
  }
  std::printf("accepted into baselines/%s\n", suite.name.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() >= 3 && words[0] == "check") return Check(words);
    if (words.size() >= 3 && words[0] == "accept") return Accept(words);
    plumbline::Fail(ErrorKind::kUsage, "starting a suite", "other words", "check|accept NAME CONFIG",
                    "bazel test //suites:all");
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return plumbline::ExitStatusOf(error.kind());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: internal: %s\n", error.what());
    return 4;
  }
}
