// Tokenizers with the files beside them against transformers 5.23; made by
// tests/tools/make_tokenizer_goldens.py.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/data/jsonl.h"
#include "harness/data/tokenize_line.h"
#include "harness/data/tokenizer.h"

namespace plumbline::data {
namespace {

const std::filesystem::path kGoldens = "tests/golden/tokenizers/configured";
constexpr int64_t kNumLines = 121;

Json OrNull(const std::optional<int64_t>& id) { return id ? Json(*id) : Json(); }

void ExpectSpecials(const Tokenizer& tokenizer, const Json& row) {
  const SpecialIds& ids = tokenizer.special_ids();
  const Json found = {{"bos", OrNull(ids.bos)},
                      {"eos", OrNull(ids.eos)},
                      {"unk", OrNull(ids.unk)},
                      {"pad", OrNull(ids.pad)},
                      {"mask", OrNull(ids.mask)}};
  EXPECT_EQ(found, row.at("specials"));
  EXPECT_EQ(tokenizer.vocab_size(), row.at("size").get<int64_t>());
}

void ExpectText(const Tokenizer& tokenizer, const Json& row) {
  const auto text = row.at("text").get<std::string>();
  const Json line = TokenizeLine(tokenizer, text);
  for (const char* key : {"ids", "offsets", "decoded"}) {
    ASSERT_EQ(line.at(key), row.at(key)) << key << " of " << row.at("text").dump();
  }
  ASSERT_EQ(Json(tokenizer.EncodePlain(text).ids), row.at("plain")) << row.at("text").dump();
  const auto ids = row.at("ids").get<std::vector<int64_t>>();
  ASSERT_EQ(tokenizer.Decode(ids, /*skip_special_tokens=*/true), row.at("skipped"))
      << row.at("text").dump();
}

class ConfiguredTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ConfiguredTest, TheDirectoryIsReadAsTransformersReadsIt) {
  const auto tokenizer = LoadTokenizer(kGoldens / GetParam());
  int64_t num_lines = 0;
  ForEachJsonLine((kGoldens / GetParam()).string() + ".jsonl", [&](const Json& row, int64_t line) {
    num_lines = line;
    if (line == 1) {
      ExpectSpecials(*tokenizer, row);
    } else {
      ExpectText(*tokenizer, row);
    }
  });
  EXPECT_EQ(num_lines, kNumLines);
}

INSTANTIATE_TEST_SUITE_P(Cases, ConfiguredTest,
                         ::testing::Values("t5_model", "mt5_model", "mt5_both", "llama_model",
                                           "llama_legacy", "llama_bare", "llama3", "qwen",
                                           "kobart"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace plumbline::data
