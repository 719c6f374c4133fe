#include "harness/eval/generate_file.h"

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "tests/engine/generation/hash_model.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/lines.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::eval {
namespace {

using testing::HashModel;
using testing::TemporaryDirectory;

// Piece "a" for id 0, "b" for 1, ...; id 1 is special.
class Letters : public data::Tokenizer {
 public:
  data::Encoding Encode(std::string_view) const override { return {}; }
  data::Encoding EncodePlain(std::string_view) const override { return {}; }
  std::string Decode(std::span<const int64_t> ids, bool skip_special_tokens) const override {
    std::string text;
    for (const int64_t id : ids) {
      if (id != 1 || !skip_special_tokens) text += static_cast<char>('a' + id);
    }
    return text;
  }
  int64_t vocab_size() const override { return 12; }
  const std::string& Piece(int64_t) const override { return empty_; }
  std::optional<int64_t> IdOf(std::string_view) const override { return std::nullopt; }
  const data::SpecialIds& special_ids() const override { return special_ids_; }
  bool IsSpecial(int64_t id) const override { return id == 1; }
  std::span<const int64_t> prefix_ids() const override { return {}; }
  std::span<const int64_t> suffix_ids() const override { return {}; }
  const std::string& digest() const override { return empty_; }

 private:
  std::string empty_;
  data::SpecialIds special_ids_;
};

GenerationConfig Config(int64_t beams) {
  GenerationConfig config;
  config.num_beams = beams;
  config.max_new_tokens = 6;
  config.eos_token_id = {1};
  config.decoder_start_token_id = 0;
  return config;
}

std::vector<data::TokenizedRow> Rows(int64_t count) {
  std::vector<data::TokenizedRow> rows;
  for (int64_t i = 0; i < count; ++i) {
    rows.push_back({"row" + std::to_string(i), {2 + i % 10, 3 + i % 7, i % 12}, {}, i});
    if (i % 3 == 0) rows.back().input_ids.resize(1);
  }
  return rows;
}

TEST(GenerateFile, LinesStandInTheOrderOfTheRowsWhateverTheWindows) {
  HashModel model({});
  const TemporaryDirectory directory;
  const auto rows = Rows(150);  // more than a window of 64 batches of two
  int64_t last = 0;
  const GeneratedFile result =
      GenerateFile(model, rows, nullptr, Config(1), {2, [&](int64_t done) { last = done; }},
                   directory / "out.jsonl");
  const std::vector<Json> lines = testing::JsonLines(directory / "out.jsonl");
  ASSERT_EQ(lines.size(), 150U);
  EXPECT_EQ(last, 150);
  EXPECT_EQ(result.num_rows, 150);
  int64_t num_tokens = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["fname"], rows[i].fname);
    EXPECT_EQ(lines[i]["token_ids"], Generate(model, {rows[i].input_ids}, Config(1))[0].ids);
    num_tokens += std::ssize(lines[i]["token_ids"]);
  }
  EXPECT_EQ(result.num_tokens, num_tokens);
}

TEST(GenerateFile, GreedyWithoutATokenizerHasNullPredictionAndScore) {
  HashModel model({});
  const TemporaryDirectory directory;
  GenerateFile(model, Rows(1), nullptr, Config(1), {}, directory / "out.jsonl");
  const Json line = testing::JsonLines(directory / "out.jsonl").at(0);
  EXPECT_EQ(line.size(), 4U);
  EXPECT_TRUE(line.at("prediction").is_null());
  EXPECT_TRUE(line.at("score").is_null());
}

TEST(GenerateFile, SpecialTokensStayInIdsAndLeaveTheText) {
  const GenerationOutput output{{2, 3, 1}, -0.5, {{{2, 3, 1}, -0.5}, {{4, 1}, -0.75}}};
  const Letters letters;
  EXPECT_EQ(ParseJson(PredictionLine("x", output, &letters), "line"),
            ParseJson(R"({"fname":"x","prediction":"cd","token_ids":[2,3,1],"score":-0.5,
                          "candidates":[{"prediction":"cd","token_ids":[2,3,1],"score":-0.5},
                                        {"prediction":"e","token_ids":[4,1],"score":-0.75}]})",
                      "expected"));
}

TEST(GenerateFile, IdsPastTheTokenizersLastHaveNoText) {
  const Letters letters;  // 12 ids
  const std::vector<int64_t> ids = {2, 12, 900, 3};
  EXPECT_EQ(TextOf(letters, ids), "cd");
}

TEST(GenerateFile, AnErrorLeavesNoFile) {
  HashModel model({});
  const TemporaryDirectory directory;
  auto rows = Rows(3);
  rows[2].input_ids.clear();
  EXPECT_ERROR(GenerateFile(model, rows, nullptr, Config(2), {}, directory / "out.jsonl"),
               ErrorKind::kData, "'row2'");
  rows[2].input_ids = {99};
  EXPECT_ERROR(GenerateFile(model, rows, nullptr, Config(2), {}, directory / "out.jsonl"),
               ErrorKind::kData, "99");
  EXPECT_TRUE(directory.List().empty());
}

}  // namespace
}  // namespace plumbline::eval
