// tokenizer.json against the tokenizers library 0.23; made by
// tests/tools/make_tokenizer_goldens.py.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/data/jsonl.h"
#include "harness/data/tokenize_line.h"
#include "harness/data/tokenizer.h"

namespace plumbline::data {
namespace {

const std::filesystem::path kGoldens = "tests/golden/tokenizers";
constexpr size_t kNumTexts = 2000;
constexpr size_t kNumFull = 60;
constexpr size_t kDigestLength = 12;

std::vector<std::string> Lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  const std::string bytes = ReadFile(file);
  for (size_t begin = 0; begin < bytes.size();) {
    const size_t end = bytes.find('\n', begin);
    lines.push_back(bytes.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

const std::vector<std::string>& Texts() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> read;
    ForEachJsonLine((kGoldens / "texts.jsonl").string(), [&](const Json& row, int64_t) {
      read.push_back(row.at("text").get<std::string>());
    });
    return read;
  }();
  return texts;
}

class TokenizerJsonTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path directory() const { return kGoldens / GetParam(); }
};

TEST_P(TokenizerJsonTest, EveryTextGivesTheLibrarysLine) {
  const auto tokenizer = LoadTokenizer(directory());
  const std::vector<std::string> digests = Lines(directory() / "digests.txt");
  const std::vector<std::string> full = Lines(directory() / "rows.jsonl");
  ASSERT_EQ(Texts().size(), kNumTexts);
  ASSERT_EQ(digests.size(), kNumTexts);
  ASSERT_EQ(full.size(), kNumFull);
  for (size_t i = 0; i < kNumTexts; ++i) {
    const std::string line = TokenizeLine(*tokenizer, Texts()[i]).dump();
    if (i < kNumFull) {
      ASSERT_EQ(line, full[i]) << "text " << i << ": " << Json(Texts()[i]).dump();
    }
    Sha256 digest;
    digest.Update(line);
    ASSERT_EQ(digest.HexDigest().substr(0, kDigestLength), digests[i])
        << "text " << i << ": " << Json(Texts()[i]).dump() << "\n" << line;
  }
}

// A cached word gives what it gave the first time.
TEST_P(TokenizerJsonTest, ASecondPassGivesTheSame) {
  const auto tokenizer = LoadTokenizer(directory());
  for (size_t i = 0; i < kNumFull; ++i) {
    const Encoding first = tokenizer->Encode(Texts()[i]);
    const Encoding second = tokenizer->Encode(Texts()[i]);
    ASSERT_EQ(first.ids, second.ids);
    ASSERT_EQ(first.offsets, second.offsets);
  }
}

INSTANTIATE_TEST_SUITE_P(Pipelines, TokenizerJsonTest,
                         ::testing::Values("llama3", "qwen", "gpt2", "kobart", "flags", "mt5",
                                           "t5_converted", "llama2", "partial_bytes",
                                           "word_ends"),
                         [](const auto& pipeline) { return std::string(pipeline.param); });

}  // namespace
}  // namespace plumbline::data
