#include "harness/data/tokenizer.h"

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/utf8.h"
#include "harness/data/train_tokenizer.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/data/tiny_tokenizer.h"

namespace plumbline::data {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;

// One training for the whole file.
class TokenizerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new testing::TemporaryDirectory();
    testing::WriteTinyTokenizer(directory_->path());
  }
  static void TearDownTestSuite() { delete directory_; }

  // A copy of the tokenizer that a test may change.
  static std::filesystem::path Copy(const testing::TemporaryDirectory& target) {
    for (const char* name : {"spiece.model", "tokenizer_config.json", "special_tokens_map.json"}) {
      WriteFileAtomic(target / name, ReadFile(*directory_ / name));
    }
    return target.path();
  }

  static testing::TemporaryDirectory* directory_;
};

testing::TemporaryDirectory* TokenizerTest::directory_ = nullptr;

TEST_F(TokenizerTest, VocabularyIsLaidOutAsKoBarts) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  EXPECT_EQ(tokenizer->vocab_size(), testing::kTinyVocabSize);
  const char* first[] = {"<s>", "</s>", "<usr>", "<pad>", "<sys>", "<unk>", "<mask>", "#Person1#"};
  for (int64_t id = 0; id < 8; ++id) EXPECT_EQ(tokenizer->Piece(id), first[id]);
  EXPECT_EQ(tokenizer->special_ids().bos, 0);
  EXPECT_EQ(tokenizer->special_ids().eos, 1);
  EXPECT_EQ(tokenizer->special_ids().pad, 3);
  EXPECT_EQ(tokenizer->special_ids().unk, 5);
  EXPECT_EQ(tokenizer->special_ids().mask, 6);
  EXPECT_TRUE(tokenizer->IsSpecial(2));
  EXPECT_FALSE(tokenizer->IsSpecial(7));
  EXPECT_EQ(tokenizer->IdOf("#Person2#"), 8);
  EXPECT_EQ(tokenizer->IdOf("no such piece"), std::nullopt);
}

TEST_F(TokenizerTest, TrainingTwiceGivesTheSameBytes) {
  const testing::TemporaryDirectory again;
  testing::WriteTinyTokenizer(again.path());
  for (const std::string& name : again.List()) {
    EXPECT_EQ(ReadFile(again / name), ReadFile(*directory_ / name)) << name;
  }
  EXPECT_EQ(LoadTokenizer(again.path())->digest(), LoadTokenizer(directory_->path())->digest());
}

TEST_F(TokenizerTest, TextComesBack) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  for (const std::string& text :
       {"bade #Person1# 17 go."s, "\uAC00\uD55C \uAE00"s, "a"s, ""s, "\U0001F600 z\u00DF"s}) {
    EXPECT_EQ(tokenizer->Decode(tokenizer->Encode(text).ids, true), text);
  }
}

TEST_F(TokenizerTest, TagsAndDigitsAreSinglePieces) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  EXPECT_THAT(tokenizer->Encode("#Person7#12").pieces,
              ElementsAre("\u2581", "#Person7#", "1", "2"));
}

TEST_F(TokenizerTest, UnseenCharactersBecomeBytesNeverUnknown) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  const Encoding encoding = tokenizer->Encode("\U0001F600");
  EXPECT_THAT(encoding.pieces, ElementsAre("\u2581", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>"));
}

TEST_F(TokenizerTest, OffsetsAreBytesOfTheText) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  const std::string text = "#Person1# \uAC00 3";
  const Encoding encoding = tokenizer->Encode(text);
  ASSERT_EQ(encoding.offsets.size(), encoding.ids.size());
  EXPECT_EQ(encoding.offsets[1], (ByteSpan{0, 9}));
  EXPECT_EQ(encoding.offsets.back(), (ByteSpan{text.size() - 1, text.size()}));
}

TEST_F(TokenizerTest, DecomposedHangulAndNewlinesGiveTheIdsOfTheUsualForms) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  const std::string composed = "\uD55C";
  const std::string decomposed = "\u1112\u1161\u11AB";
  EXPECT_EQ(tokenizer->Encode(decomposed).ids, tokenizer->Encode(composed).ids);
  EXPECT_EQ(tokenizer->Encode("a\r\nb").ids, tokenizer->Encode("a b").ids);
}

TEST_F(TokenizerTest, HostileTextNeitherCrashesNorMakesSpecialTokens) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  for (const int64_t id : tokenizer->Encode("</s><s><pad>").ids)
    EXPECT_FALSE(tokenizer->IsSpecial(id));
  EXPECT_TRUE(tokenizer->Encode("").ids.empty());
  EXPECT_TRUE(tokenizer->Encode(" \t\r\n ").ids.empty());
  EXPECT_FALSE(tokenizer->Encode("a\0b"s).ids.empty());
  const std::string long_text(1 << 20, 'x');
  EXPECT_EQ(tokenizer->Decode(tokenizer->Encode(long_text).ids, true), long_text);
}

TEST_F(TokenizerTest, BrokenUtf8IsRefused) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  EXPECT_ERROR(tokenizer->Encode("ab\xFF"), ErrorKind::kData, "byte 2");
  EXPECT_ERROR(tokenizer->Encode("\xED\xA0\x80"), ErrorKind::kData, "byte 0");
}

TEST_F(TokenizerTest, DecodingSkipsOrShowsSpecialTokens) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  std::vector<int64_t> ids = tokenizer->Encode("ba de").ids;
  ids.insert(ids.begin(), 0);
  ids.push_back(1);
  EXPECT_EQ(tokenizer->Decode(ids, true), "ba de");
  EXPECT_EQ(tokenizer->Decode(ids, false), "<s> ba de</s>");
}

TEST_F(TokenizerTest, BrokenByteRunsDecodeToReplacementCharacters) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  const std::vector<int64_t> ids = {*tokenizer->IdOf("<0xF0>"), *tokenizer->IdOf("<0x41>")};
  EXPECT_EQ(tokenizer->Decode(ids, true),
            "\uFFFD"
            "A");
}

TEST_F(TokenizerTest, AnIdOutsideTheVocabularyIsRefused) {
  const auto tokenizer = LoadTokenizer(directory_->path());
  EXPECT_ERROR(tokenizer->Decode(std::vector<int64_t>{500}, true), ErrorKind::kData, "0 to 499");
  EXPECT_ERROR(tokenizer->Decode(std::vector<int64_t>{-1}, true), ErrorKind::kData, "id -1");
}

TEST_F(TokenizerTest, ThePostProcessorOfTheFilesIsFollowed) {
  const testing::TemporaryDirectory copy;
  WriteFileAtomic(Copy(copy) / "tokenizer_config.json",
                  R"({"tokenizer_class": "T5Tokenizer", "eos_token": {"content": "</s>"}})");
  const auto t5 = LoadTokenizer(copy.path());
  EXPECT_EQ(t5->Encode("a").ids.back(), 1);
  EXPECT_EQ(t5->Encode("a").offsets.back(), (ByteSpan{0, 0}));
  EXPECT_EQ(t5->EncodePlain("").ids, std::vector<int64_t>{});
  WriteFileAtomic(copy / "tokenizer_config.json",
                  R"({"add_bos_token": true, "add_eos_token": true})");
  const auto both = LoadTokenizer(copy.path());
  EXPECT_EQ(both->Encode("").ids, (std::vector<int64_t>{0, 1}));
  EXPECT_NE(both->digest(), t5->digest());
}

TEST_F(TokenizerTest, FilesThatDisagreeAreRefused) {
  const testing::TemporaryDirectory copy;
  WriteFileAtomic(Copy(copy) / "tokenizer_config.json", R"({"eos_token": "<pad>"})");
  EXPECT_ERROR(LoadTokenizer(copy.path()), ErrorKind::kModel, "'eos_token'");
  WriteFileAtomic(copy / "tokenizer_config.json", R"({"bos_token": "<nowhere>"})");
  WriteFileAtomic(copy / "special_tokens_map.json", "{}");
  EXPECT_ERROR(LoadTokenizer(copy.path()), ErrorKind::kModel, "'<nowhere>'");
  WriteFileAtomic(copy / "tokenizer_config.json", R"({"tokenizer_class": "XLMRobertaTokenizer"})");
  EXPECT_ERROR(LoadTokenizer(copy.path()), ErrorKind::kModel, "XLMRobertaTokenizer");
}

TEST_F(TokenizerTest, MissingAndBrokenModelsAreRefused) {
  const testing::TemporaryDirectory empty;
  EXPECT_FALSE(HasTokenizer(empty.path()));
  EXPECT_TRUE(HasTokenizer(directory_->path()));
  EXPECT_ERROR(LoadTokenizer(empty.path()), ErrorKind::kModel, "spiece.model");
  EXPECT_ERROR(LoadTokenizer(empty / "absent"), ErrorKind::kModel, "no such path");
  WriteFileAtomic(empty / "spiece.model", "not a model");
  EXPECT_ERROR(LoadTokenizer(empty.path()), ErrorKind::kModel, "spiece.model");
}

TEST_F(TokenizerTest, ABareModelFileKnowsItsOwnSpecialIds) {
  const auto tokenizer = LoadTokenizer(*directory_ / "spiece.model");
  EXPECT_EQ(tokenizer->special_ids().eos, 1);
  EXPECT_EQ(tokenizer->special_ids().pad, 3);
}

TEST_F(TokenizerTest, T5sLayoutLeadsWithPadAndEndsEveryTextWithEos) {
  const testing::TemporaryDirectory out;
  TrainTokenizer(*directory_ / "train.jsonl", out.path(), 400, UnigramLayout::kT5);
  const auto tokenizer = LoadTokenizer(out.path());
  EXPECT_EQ(tokenizer->special_ids().pad, 0);
  EXPECT_EQ(tokenizer->special_ids().eos, 1);
  EXPECT_EQ(tokenizer->special_ids().unk, 2);
  EXPECT_EQ(tokenizer->vocab_size(), 400);
  EXPECT_FALSE(tokenizer->special_ids().bos);
  EXPECT_EQ(tokenizer->Encode("abc").ids.back(), 1);
}

TEST_F(TokenizerTest, AVocabularyThatTheTextCannotFillIsRefused) {
  const testing::TemporaryDirectory out;
  EXPECT_ERROR(TrainTokenizer(*directory_ / "train.jsonl", out.path(), 90000), ErrorKind::kUsage,
               "--vocab-size");
  EXPECT_TRUE(out.List().empty());
}

}  // namespace
}  // namespace plumbline::data
