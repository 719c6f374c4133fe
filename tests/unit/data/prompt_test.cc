#include "harness/data/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/utf8.h"
#include "harness/config/schema.h"
#include "harness/data/tokenized.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::data {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Ids = std::vector<int64_t>;

// A byte an id; special pieces, wherever they stand in a text, are ids from 256 up, as HuggingFace
// reads them.
class Bytes : public Tokenizer {
 public:
  Encoding Encode(std::string_view text) const override { return EncodePlain(text); }
  Encoding EncodePlain(std::string_view text) const override {
    Encoding encoding;
    for (size_t i = 0; i < text.size();) {
      size_t size = 1;
      int64_t id = static_cast<unsigned char>(text[i]);
      for (const auto& [piece, special] : specials_) {
        if (!text.substr(i).starts_with(piece)) continue;
        size = piece.size();
        id = special;
      }
      encoding.ids.push_back(id);
      encoding.pieces.emplace_back(text.substr(i, size));
      encoding.offsets.push_back({i, i + size});
      i += size;
    }
    return encoding;
  }
  std::string Decode(std::span<const int64_t> ids, bool) const override {
    std::string text;
    for (const int64_t id : ids) {
      if (id < 256) text += static_cast<char>(id);
      for (const auto& [piece, special] : specials_) {
        if (special == id) text += piece;
      }
    }
    return text;
  }
  int64_t vocab_size() const override { return 300; }
  const std::string& Piece(int64_t) const override { return empty_; }
  std::optional<int64_t> IdOf(std::string_view piece) const override {
    const auto found = specials_.find(std::string(piece));
    return found == specials_.end() ? std::nullopt : std::optional(found->second);
  }
  const SpecialIds& special_ids() const override { return special_ids_; }
  bool IsSpecial(int64_t id) const override { return id >= 256; }
  std::span<const int64_t> prefix_ids() const override { return prefix_; }
  std::span<const int64_t> suffix_ids() const override { return suffix_; }
  const std::string& digest() const override { return empty_; }

  std::map<std::string, int64_t> specials_ = {{"<|begin_of_text|>", 256},
                                              {"<|start_header_id|>", 257},
                                              {"<|end_header_id|>", 258},
                                              {"<|eot_id|>", 259},
                                              {"<|im_start|>", 260},
                                              {"<|im_end|>", 261},
                                              {"<think>", 262},
                                              {"</think>", 263},
                                              {"<s>", 264},
                                              {"</s>", 265}};
  SpecialIds special_ids_ = {.bos = 264, .eos = 265, .unk = {}, .pad = {}, .mask = {}};
  Ids prefix_, suffix_;
  std::string empty_;
};

Example Row(const std::string& fname, const std::string& dialogue,
            const std::string& summary = "s") {
  Example row;
  row.fname = fname;
  row.dialogue = dialogue;
  row.summary = {summary};
  return row;
}

PromptSettings Settings(const std::string& style, const std::string& text = "dialogue") {
  PromptSettings settings;
  settings.style = FindPromptStyle(style);
  settings.template_text = text;
  return settings;
}

Json Goldens() { return ReadJsonFile("tests/golden/prompt/chat.json"); }

TEST(Prompt, TextEqualsThatOfTheModelsOwnChatTemplates) {
  const Bytes tokenizer;
  int64_t num_cases = 0;
  for (const Json& set : Goldens()) {
    PromptSettings settings = Settings(set["style"]);
    settings.enable_thinking = set["enable_thinking"];
    const Prompt prompt(settings, tokenizer);
    for (const Json& golden : set["cases"]) {
      const Example row = Row("a", golden["message"]);
      const auto text = golden["prompt"].get<std::string>();
      EXPECT_EQ(prompt.Text(row, row.dialogue), text) << set["source"];
      EXPECT_EQ(tokenizer.Decode(prompt.SourceIds(row, 10000).ids, false), text);
      // The answer stands right behind the prompt, and the turn's end right behind the answer.
      const std::string target =
          tokenizer.Decode(prompt.TargetIds(golden["answer"].get<std::string>(), 500).ids, false);
      const auto conversation = golden["conversation"].get<std::string>();
      const std::string expected = text + target + (set["style"] == "qwen3" ? "\n" : "");
      if (!settings.enable_thinking) {
        EXPECT_EQ(conversation, expected) << set["source"];
      }
      EXPECT_TRUE(conversation.starts_with(text));
      ++num_cases;
    }
  }
  EXPECT_EQ(num_cases, 20);
}

TEST(Prompt, ChatTemplatesAreKnownByTheirDigestAlone) {
  for (const Json& set : Goldens()) {
    EXPECT_THAT(FindPromptStyle(set["style"].get<std::string>()).digests,
                ::testing::Contains(set["sha256"].get<std::string>()));
    if (set["chat_template"].is_null()) continue;
    const auto text = set["chat_template"].get<std::string>();
    for (const std::string& same : {text, text + "\n"}) {
      ASSERT_NE(StyleOfChatTemplate(same), nullptr);
      EXPECT_EQ(StyleOfChatTemplate(same)->name, "llama3");
    }
    EXPECT_EQ(StyleOfChatTemplate(text + " "), nullptr);
  }
}

TEST(Prompt, StylesAreTheChoicesOfTheSchema) {
  std::vector<std::string> names;
  for (const PromptStyle& style : PromptStyles()) names.push_back(style.name);
  EXPECT_EQ(config::Choices(*config::FindKey("prompt.style")), names);
  EXPECT_ERROR(FindPromptStyle("lama3"), ErrorKind::kUsage, "try llama3");
}

TEST(Prompt, TheChatTemplateOfADirectoryIsFoundInEveryForm) {
  const testing::TemporaryDirectory directory;
  EXPECT_FALSE(ReadChatTemplate(directory.path()).has_value());
  WriteFileAtomic(directory / "tokenizer_config.json", R"({"chat_template": "one"})");
  EXPECT_EQ(ReadChatTemplate(directory.path()), "one");
  WriteFileAtomic(
      directory / "tokenizer_config.json",
      R"({"chat_template": [{"name": "tools", "template": "x"}, {"name": "default", "template": "two"}]})");
  EXPECT_EQ(ReadChatTemplate(directory.path()), "two");
  WriteFileAtomic(directory / "chat_template.jinja", "three\n");
  EXPECT_EQ(ReadChatTemplate(directory.path()), "three\n");
  std::filesystem::remove(directory / "chat_template.jinja");
  WriteFileAtomic(directory / "tokenizer_config.json", R"({"chat_template": 3})");
  EXPECT_ERROR(ReadChatTemplate(directory.path()), ErrorKind::kModel, "number");
}

TEST(Prompt, TheTrainingRowBeginsWithThePromptOfInference) {
  const Bytes tokenizer;
  for (const PromptStyle& style : PromptStyles()) {
    const Prompt prompt(Settings(style.name, "summarize"), tokenizer);
    Example asked = Row("a", "b: hello there");
    const auto trained =
        TokenizeExamples(std::span(&asked, 1), &tokenizer, {500, 50}, &prompt).rows[0];
    asked.summary.clear();
    const auto inferred =
        TokenizeExamples(std::span(&asked, 1), &tokenizer, {500, 50}, &prompt).rows[0];
    EXPECT_EQ(trained.input_ids, inferred.input_ids) << style.name;
    EXPECT_TRUE(inferred.labels.empty());
    EXPECT_EQ(trained.labels, (Ids{'s', prompt.end_id()}));
    EXPECT_LE(std::count(trained.input_ids.begin(), trained.input_ids.end(), 256), 1)
        << "double BOS";
  }
}

TEST(Prompt, PlainTextGetsTheTokenizersOwnBosOnce) {
  Bytes tokenizer;
  tokenizer.prefix_ = {264};
  tokenizer.suffix_ = {265};
  const Example row = Row("a", "x");
  EXPECT_EQ(Prompt(Settings("plain"), tokenizer).SourceIds(row, 9).ids, (Ids{264, 'x'}));
  PromptSettings seq2seq = Settings("plain", "sum: {dialogue}");
  seq2seq.is_encoder_decoder = true;
  EXPECT_EQ(Prompt(seq2seq, tokenizer).SourceIds(row, 9).ids,
            (Ids{264, 's', 'u', 'm', ':', ' ', 'x', 265}));
  EXPECT_EQ(Prompt(Settings("plain"), tokenizer).TargetIds("y", 9).ids, (Ids{'y', 265}));
  EXPECT_ERROR(Prompt(Settings("plain", "<s>{dialogue}"), tokenizer).SourceIds(row, 9),
               ErrorKind::kUsage, "the token that the tokenizer itself puts first");
}

TEST(Prompt, WhatIsTooLongLosesTheEndOfItsDialogueAlone) {
  const Bytes tokenizer;
  const Prompt prompt(Settings("llama3.1", "Ask. {dialogue} End."), tokenizer);
  const std::string dialogue = "0123456789";
  const Example row = Row("a", dialogue);
  const auto whole = prompt.SourceIds(row, 10000);
  EXPECT_FALSE(whole.is_truncated);
  const auto length = std::ssize(whole.ids);
  for (int64_t lost = 1; lost < 10; ++lost) {
    const auto cut = prompt.SourceIds(row, length - lost);
    EXPECT_TRUE(cut.is_truncated);
    EXPECT_EQ(std::ssize(cut.ids), length - lost);
    EXPECT_EQ(tokenizer.Decode(cut.ids, false),
              prompt.Text(row, dialogue.substr(0, dialogue.size() - static_cast<size_t>(lost))));
  }
  EXPECT_ERROR(prompt.SourceIds(row, length - 10), ErrorKind::kUsage,
               "more than the " + std::to_string(length - 10) + " tokens");
}

TEST(Prompt, ACutNeverSplitsACharacter) {
  const Bytes tokenizer;
  const Prompt prompt(Settings("plain", "{dialogue}."), tokenizer);
  const Example row = Row("a", "가나다");  // three bytes each
  for (const auto& [limit, kept] :
       std::map<int64_t, std::string>{{9, "가나."}, {8, "가나."}, {7, "가나."}, {6, "가."}}) {
    const auto cut = prompt.SourceIds(row, limit);
    EXPECT_EQ(tokenizer.Decode(cut.ids, false), kept) << limit;
  }
  EXPECT_ERROR(prompt.SourceIds(row, 3), ErrorKind::kUsage, "max_source_length");
}

TEST(Prompt, ATargetThatIsTooLongKeepsItsEnd) {
  const Bytes tokenizer;
  const Prompt prompt(Settings("qwen3"), tokenizer);
  const auto cut = prompt.TargetIds("abcdef", 4);
  EXPECT_EQ(cut.ids, (Ids{'a', 'b', 'c', 261}));
  EXPECT_TRUE(cut.is_truncated);
  EXPECT_FALSE(prompt.TargetIds("abc", 4).is_truncated);
  EXPECT_ERROR(prompt.TargetIds("abc", 1), ErrorKind::kUsage, "max_target_length");
}

PromptSettings FewShot(int64_t count, uint64_t seed) {
  PromptSettings settings = Settings("plain", "Now: {dialogue}");
  settings.few_shot = count;
  settings.seed = seed;
  for (int i = 0; i < 6; ++i) {
    settings.pool.push_back(
        Row("row" + std::to_string(i), "talk" + std::to_string(i), "gist" + std::to_string(i)));
  }
  return settings;
}

TEST(Prompt, WorkedExamplesAreDrawnBySeedAndNeverTheRowItself) {
  const Bytes tokenizer;
  const Prompt prompt(FewShot(2, 1), tokenizer);
  std::map<std::string, int> seen;
  for (const Example& row : FewShot(2, 1).pool) {
    const std::string text = prompt.Text(row, row.dialogue);
    EXPECT_EQ(text, Prompt(FewShot(2, 1), tokenizer).Text(row, row.dialogue));
    EXPECT_THAT(text, HasSubstr("Now: " + row.dialogue));
    EXPECT_THAT(text, Not(HasSubstr(row.summary[0]))) << "the row's own answer";
    EXPECT_THAT(text, HasSubstr("Example 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("Example 3\n")));
    ++seen[text.substr(0, text.find("Now: "))];
  }
  EXPECT_GE(seen.size(), 2U);  // rows among the drawn ones get others instead
  EXPECT_LE(seen.size(), 3U);
  // A row of other data with the text of an example must not see its answer either.
  const Example copy = Row("elsewhere", "talk3");
  EXPECT_THAT(prompt.Text(copy, copy.dialogue), Not(HasSubstr("gist3")));
  bool any_differs = false;
  for (uint64_t seed = 2; seed < 6; ++seed) {
    any_differs =
        any_differs || Prompt(FewShot(2, seed), tokenizer).Text(copy, "") != prompt.Text(copy, "");
  }
  EXPECT_TRUE(any_differs);
  EXPECT_ERROR(Prompt(FewShot(6, 1), tokenizer), ErrorKind::kUsage, "6 with 6 training rows");
}

TEST(Prompt, BracesOfTheDataAreNotPlaces) {
  const Bytes tokenizer;
  PromptSettings settings = FewShot(1, 1);
  for (Example& row : settings.pool) row.summary = {"{dialogue} {number}"};
  const Prompt prompt(settings, tokenizer);
  EXPECT_THAT(prompt.Text(Row("z", "{summary}"), "{summary}"), HasSubstr("Now: {summary}"));
  EXPECT_THAT(prompt.Text(Row("z", "t"), "t"), HasSubstr("Summary:\n{dialogue} {number}\n"));
}

TEST(Prompt, WrongTemplatesAndSwitchesAreRefused) {
  const Bytes tokenizer;
  EXPECT_ERROR(Prompt(Settings("plain", "sumarize"), tokenizer), ErrorKind::kUsage, "'summarize'");
  EXPECT_ERROR(Prompt(Settings("plain", "{dialogue}{dialogue}"), tokenizer), ErrorKind::kUsage,
               "2 times");
  PromptSettings thinking = Settings("llama3");
  thinking.enable_thinking = true;
  EXPECT_ERROR(Prompt(thinking, tokenizer), ErrorKind::kUsage, "prompt.enable_thinking");
  Bytes poor;
  poor.specials_.erase("<|im_start|>");
  EXPECT_ERROR(Prompt(Settings("qwen3"), poor), ErrorKind::kModel, "no token <|im_start|>");
  poor.special_ids_.eos.reset();
  EXPECT_ERROR(Prompt(Settings("plain"), poor), ErrorKind::kModel, "without an EOS token");
  for (const PromptTemplate& known : PromptTemplates()) {
    EXPECT_NO_THROW(Prompt(Settings("plain", known.name), tokenizer)) << known.name;
  }
}

}  // namespace
}  // namespace plumbline::data
