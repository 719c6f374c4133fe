// Which prompt a checkpoint gets: by its own chat template, by settings, or none.
#include "harness/run/prompting.h"

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/engine/generation/hash_model.h"
#include "tests/engine/run/settings.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/data/tiny_tokenizer.h"

namespace plumbline::run {
namespace {

std::string LlamaTemplate() {
  for (const Json& set : ReadJsonFile("tests/golden/prompt/chat.json")) {
    if (set["style"] == "llama3") return set["chat_template"].get<std::string>();
  }
  return "";
}

class PromptingTest : public ::testing::Test {
 protected:
  PromptingTest() {
    testing::WriteTinyTokenizer(directory_.path());
    WriteFileAtomic(directory_ / "config.json", "{\"model_type\": \"llama\"}");
    tokenizer_ = data::LoadTokenizer(directory_.path());
  }

  void ChatTemplate(const std::string& text) {
    WriteFileAtomic(directory_ / "chat_template.jinja", text);
  }

  // The style that is chosen, "none" for no prompt; settings are key=value.
  std::string StyleWith(const std::vector<std::string>& settings, bool is_encoder_decoder = false) {
    const config::Resolved config = ResolvedWith(directory_.path(), settings);
    testing::HashModelOptions options;
    options.is_encoder_decoder = is_encoder_decoder;
    const testing::HashModel model(options);
    Prompting prompting(config, model, tokenizer_.get());
    const data::Prompt* prompt = prompting.Get();
    EXPECT_EQ(prompting.made().has_value(), prompt != nullptr);
    return prompt == nullptr ? "none" : prompt->style().name;
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<data::Tokenizer> tokenizer_;
};

TEST_F(PromptingTest, WithoutAChatTemplateTheMessageStandsAlone) {
  EXPECT_EQ(StyleWith({}), "plain");
  EXPECT_EQ(StyleWith({}, /*is_encoder_decoder=*/true), "none");
  EXPECT_EQ(StyleWith({"prompt.template=sum: {dialogue}"}, true), "plain");
}

TEST_F(PromptingTest, AKnownChatTemplateChoosesItsStyle) {
  ChatTemplate(LlamaTemplate());
  // The tiny tokenizer has none of Llama's tokens, so the style that was chosen shows in the error.
  EXPECT_ERROR(StyleWith({}), ErrorKind::kModel, "the prompt style 'llama3'");
  EXPECT_EQ(StyleWith({"prompt.style=plain"}), "plain");
}

TEST_F(PromptingTest, AnUnknownChatTemplateIsRefusedUnlessThePromptIsNamed) {
  ChatTemplate(LlamaTemplate() + " ");
  EXPECT_ERROR(StyleWith({}), ErrorKind::kModel, "one that nobody has checked");
  EXPECT_EQ(StyleWith({"prompt.style=plain"}), "plain");
  EXPECT_EQ(StyleWith({"prompt.template=summarize"}), "plain");
  EXPECT_EQ(StyleWith({}, /*is_encoder_decoder=*/true), "none");
}

TEST_F(PromptingTest, WorkedExamplesComeFromTheTrainingRows) {
  EXPECT_ERROR(StyleWith({"prompt.few_shot=2"}), ErrorKind::kUsage, "no data.train");
  EXPECT_EQ(StyleWith({"prompt.few_shot=2", "data.train=" + (directory_ / "train.jsonl").string()}),
            "plain");
}

TEST_F(PromptingTest, GenerationMustStopWhereTargetsEnd) {
  data::PromptSettings settings;
  settings.style = data::FindPromptStyle("plain");
  settings.template_text = "dialogue";
  const std::optional<data::Prompt> prompt(std::in_place, settings, *tokenizer_);
  eval::GenerationConfig generation;
  generation.eos_token_id = {prompt->end_id() + 1};
  EXPECT_ERROR(RequireStopAtTurnEnd(generation, prompt), ErrorKind::kUsage,
               "generation.eos_token_id");
  RequireStopAtTurnEnd(generation, std::nullopt);
  generation.eos_token_id.push_back(prompt->end_id());
  RequireStopAtTurnEnd(generation, prompt);
}

}  // namespace
}  // namespace plumbline::run
