// Byte-level tokenizers of the project's own: pipelines, special ids, round trips. That the file means to the
// tokenizers library what it means here is the business of tests/parity/tokenizers.
#include "harness/data/train_byte_level.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/data/tokenizer.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::data {
namespace {

using ::testing::ElementsAre;

constexpr const char* kRows =
    R"({"fname":"a","dialogue":"#Person1#: 내일 오후 3시에 만나요.\n#Person2#: 좋아요, 내일 오후에 봐요.","summary":"두 사람은 내일 오후 3시에 만난다.","topic":"약속"}
{"fname":"b","dialogue":"#Person1#: 내일 오후는 어때요?\n#Person2#: 내일 오후 좋아요.","summary":"두 사람은 내일 오후에 만난다.","topic":"약속"}
)";

class TrainByteLevelTest : public ::testing::Test {
 protected:
  std::unique_ptr<Tokenizer> Train(ByteLevelLayout layout, int64_t vocab_size = 360) {
    WriteFileAtomic(directory_ / "train.jsonl", kRows);
    TrainByteLevelTokenizer(directory_ / "train.jsonl", directory_ / "out", vocab_size, layout);
    return LoadTokenizer(directory_ / "out");
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(TrainByteLevelTest, Llama3PutsBosFirstAndEndsTurnsWithItsOwnId) {
  const auto tokenizer = Train(ByteLevelLayout::kLlama3);
  EXPECT_EQ(tokenizer->vocab_size(), 360);
  EXPECT_EQ(tokenizer->Encode("내일").ids.front(), *tokenizer->IdOf("<|begin_of_text|>"));
  EXPECT_EQ(tokenizer->special_ids().eos, tokenizer->IdOf("<|eot_id|>"));
}

TEST_F(TrainByteLevelTest, Qwen3AddsNothingAndComposesHangul) {
  const auto tokenizer = Train(ByteLevelLayout::kQwen3);
  EXPECT_EQ(tokenizer->Encode("내일").ids, tokenizer->EncodePlain("내일").ids);
  const std::string decomposed = "\u1102\u1162\u110b\u1175\u11af";
  EXPECT_EQ(tokenizer->Encode(decomposed).ids, tokenizer->Encode("내일").ids);
  EXPECT_EQ(tokenizer->special_ids().eos, tokenizer->IdOf("<|im_end|>"));
}

TEST_F(TrainByteLevelTest, AnyTextComesBackWhole) {
  for (const ByteLevelLayout layout : {ByteLevelLayout::kLlama3, ByteLevelLayout::kQwen3}) {
    const auto tokenizer = Train(layout);
    for (const std::string text : {"#Person1#: 내일 오후 3시에 만나요.", "2025년 12월", "abc \n\n\t xyz", "봄🌸"}) {
      EXPECT_EQ(tokenizer->Decode(tokenizer->EncodePlain(text).ids, false), text);
    }
  }
}

TEST_F(TrainByteLevelTest, FrequentWordsAndSpeakerTagsAreOnePiece) {
  const auto tokenizer = Train(ByteLevelLayout::kLlama3);
  EXPECT_EQ(tokenizer->EncodePlain("#Person1#").ids.size(), 1u);
  EXPECT_EQ(tokenizer->EncodePlain(" 내일").ids.size(), 1u);
}

TEST_F(TrainByteLevelTest, EqualTextsGiveEqualBytes) {
  Train(ByteLevelLayout::kQwen3);
  const std::string first = ReadFile(directory_ / "out" / "tokenizer.json");
  Train(ByteLevelLayout::kQwen3);
  EXPECT_EQ(ReadFile(directory_ / "out" / "tokenizer.json"), first);
}

TEST_F(TrainByteLevelTest, AVocabularyThatTheTextCannotFillIsRefused) {
  EXPECT_ERROR(Train(ByteLevelLayout::kQwen3, 5000), ErrorKind::kUsage, "--vocab-size");
}

}  // namespace
}  // namespace plumbline::data
