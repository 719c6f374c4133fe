// The command line, frozen: a new verb, option or flag is a conscious act, made here too.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "harness/cli/arguments.h"
#include "harness/cli/help.h"
#include "harness/cli/verb_list.h"
#include "harness/config/alias.h"

namespace plumbline::cli {
namespace {

constexpr int kScreenLines = 40;
constexpr size_t kScreenColumns = 110;

std::vector<Verb> AllVerbs() {
  return {
#define VERB(Name) Name##Verb(),
#include "harness/cli/verbs.def"
#undef VERB
  };
}

std::string OptionsOf(const Verb& verb) {
  std::string text;
  for (const Option& option : verb.options) text += (text.empty() ? "" : " ") + option.name;
  return text;
}

TEST(Options, EveryVerbHasExactlyTheseOptions) {
  const std::map<std::string, std::string> frozen = {
      {"audit",
       "declared cli predictions references lang fail-on suppressions html json explain list"},
      {"baseline", "baselines strict out junit json reason metric recorded-by"},
      {"compare", "baselines strict out junit json"},
      {"config", "schema explicit json"},
      {"report", "out against baselines strict json"},
      {"rouge", "predictions references tokenizer stemmer seed per-row json"},
      {"tokenize", "model text file out json"},
  };
  std::map<std::string, std::string> found;
  for (const Verb& verb : AllVerbs()) found[verb.name] = OptionsOf(verb);
  EXPECT_EQ(found, frozen);
}

TEST(Options, FlagsThatStandForKeysAreExactlyThese) {
  std::string flags;
  for (const config::Alias& alias : config::Aliases()) flags += alias.flag + " ";
  EXPECT_EQ(
      flags,
      "num_beams max_new_tokens min_new_tokens length_penalty early_stopping no_repeat_ngram_size "
      "repetition_penalty num_return_sequences max_length do_sample temperature top_k top_p model "
      "data adapter batch_size batch_size device threads "
      "seed mode models data "
      "epochs learning_rate gradient_accumulation_steps warmup_ratio use_augmentation "
      "augmentation_methods "
      "augmentation_ratio k_folds fold_seed ensemble_strategy ensemble_weights use_tta "
      "tta_strategies "
      "tta_num_aug max_train_samples save_visualizations experiment_name ");
}

TEST(Options, HelpOfEveryVerbFitsAScreenAndHasAnExample) {
  const Program program{"plumbline", "", AllVerbs(), {}};
  for (const Verb& verb : AllVerbs()) {
    std::istringstream help(VerbHelp(program, verb));
    int num_lines = 0;
    for (std::string line; std::getline(help, line); ++num_lines) {
      EXPECT_LE(line.size(), kScreenColumns) << verb.name << ": " << line;
    }
    EXPECT_LE(num_lines, kScreenLines) << verb.name;
    EXPECT_NE(verb.example.find("plumbline " + verb.name), std::string::npos) << verb.name;
    EXPECT_FALSE(verb.summary.empty()) << verb.name;
  }
}

}  // namespace
}  // namespace plumbline::cli
