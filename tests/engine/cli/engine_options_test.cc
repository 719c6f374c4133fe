// The options of the engine's verbs, frozen: adding one is a conscious act, made here too.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "harness/cli/engine_list.h"
#include "harness/cli/help.h"

namespace plumbline::cli {
namespace {

constexpr int kScreenLines = 40;

std::vector<Verb> EngineTable() {
  return {
#define ENGINE_VERB(Name, name, summary) Name##Verb(),
#include "harness/cli/engine_verbs.def"
#undef ENGINE_VERB
  };
}

std::string OptionsOf(const Verb& verb) {
  std::string text;
  for (const Option& option : verb.options) text += (text.empty() ? "" : " ") + option.name;
  return text;
}

TEST(EngineOptions, EveryVerbHasExactlyTheseOptions) {
  const std::map<std::string, std::string> frozen = {
      {"bench",
       "model only rows source-length target-length new-tokens batch-size beams repetitions "
       "min-time threads seed device inputs write-inputs texts json"},
      {"run", "out resume suite"},
      {"eval", "out json"},
      {"generate", "out"},
      {"merge", "out"},
      {"score", "out"}};
  std::map<std::string, std::string> found;
  for (const Verb& verb : EngineTable()) found[verb.name] = OptionsOf(verb);
  EXPECT_EQ(found, frozen);
}

TEST(EngineOptions, NamesAndSummariesAreThoseThatPlumblineLists) {
  const std::vector<EngineVerb> listed = EngineVerbs();
  const std::vector<Verb> table = EngineTable();
  ASSERT_EQ(listed.size(), table.size());
  for (size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(table[i].name, listed[i].name);
    EXPECT_EQ(table[i].summary, listed[i].summary);
  }
}

TEST(EngineOptions, HelpOfEveryVerbFitsAScreenAndHasAnExample) {
  const Program program{"plumbline-engine", "", EngineTable(), {}};
  for (const Verb& verb : EngineTable()) {
    const std::string help = VerbHelp(program, verb);
    EXPECT_LE(std::count(help.begin(), help.end(), '\n'), kScreenLines) << verb.name;
    EXPECT_NE(verb.example.find("plumbline " + verb.name), std::string::npos) << verb.name;
  }
}

}  // namespace
}  // namespace plumbline::cli
