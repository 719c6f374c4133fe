// What a tokenizer.json may not hold, and what the files beside it change. Equality with the
// tokenizers library is in tests/parity/tokenizers.
#include <chrono>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/data/tokenizer.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/data/tiny_tokenizer.h"

namespace plumbline::data {
namespace {

using ::testing::ElementsAre;

// Byte-level BPE of a handful of letters.
Json Miniature() {
  return Json::parse(R"({
    "version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [
      {"id": 6, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
       "normalized": false, "special": true},
      {"id": 7, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
       "normalized": false, "special": true}],
    "normalizer": {"type": "NFC"},
    "pre_tokenizer": {"type": "WhitespaceSplit"},
    "post_processor": null,
    "decoder": {"type": "Fuse"},
    "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>",
      "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
      "byte_fallback": false, "ignore_merges": false,
      "vocab": {"<unk>": 0, "a": 1, "b": 2, "ab": 3, "c": 4, "abc": 5},
      "merges": [["a", "b"], ["ab", "c"]]}})");
}

class TokenizerJsonTest : public ::testing::Test {
 protected:
  std::unique_ptr<Tokenizer> Load(const Json& file) {
    WriteFileAtomic(directory_ / "tokenizer.json", file.dump());
    return LoadTokenizer(directory_.path());
  }
  std::unique_ptr<Tokenizer> LoadWith(const std::string& config) {
    WriteFileAtomic(directory_ / "tokenizer_config.json", config);
    return Load(Miniature());
  }
  // The file with `value` at a JSON pointer is refused with a message that holds all of `parts`.
  void ExpectRefused(const char* pointer, const Json& value,
                     const std::vector<std::string>& parts) {
    Json file = Miniature();
    file[Json::json_pointer(pointer)] = value;
    for (const std::string& part : parts) EXPECT_ERROR(Load(file), ErrorKind::kModel, part);
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(TokenizerJsonTest, TheMiniatureTokenizes) {
  const auto tokenizer = Load(Miniature());
  const Encoding encoding = tokenizer->Encode("abc<s> ba\u00E9");
  EXPECT_THAT(encoding.ids, ElementsAre(5, 6, 2, 1, 0));
  EXPECT_THAT(encoding.pieces, ElementsAre("abc", "<s>", "b", "a", "<unk>"));
  EXPECT_THAT(encoding.offsets, ElementsAre(ByteSpan{0, 3}, ByteSpan{3, 6}, ByteSpan{7, 8},
                                            ByteSpan{8, 9}, ByteSpan{9, 11}));
  EXPECT_EQ(tokenizer->Decode(encoding.ids, true), "abcba<unk>");
  EXPECT_EQ(tokenizer->vocab_size(), 8);
  EXPECT_EQ(tokenizer->IdOf("</s>"), 7);
  EXPECT_TRUE(tokenizer->IsSpecial(7));
  EXPECT_FALSE(tokenizer->IsSpecial(5));
  EXPECT_TRUE(tokenizer->Encode("").ids.empty());
}

TEST_F(TokenizerJsonTest, UnsupportedPartsAreNamedWithTheirPath) {
  ExpectRefused("/normalizer", {{"type", "Nmt"}}, {"$.normalizer", "'Nmt'"});
  ExpectRefused("/normalizer",
                {{"type", "Sequence"}, {"normalizers", {{{"type", "StripAccents"}}}}},
                {"$.normalizer.normalizers[0]", "'StripAccents'"});
  ExpectRefused("/normalizer", {{"type", "BertNormalizer"}, {"lowercase", true}},
                {"$.normalizer.lowercase"});
  ExpectRefused("/pre_tokenizer", {{"type", "Digits"}, {"individual_digits", true}},
                {"$.pre_tokenizer", "'Digits'"});
  ExpectRefused("/pre_tokenizer",
                {{"type", "Split"}, {"pattern", {{"Regex", "\\w+"}}}, {"behavior", "Isolated"},
                 {"invert", false}},
                {"$.pre_tokenizer.pattern.Regex", "'\\w+'"});
  ExpectRefused("/post_processor", {{"type", "BertProcessing"}},
                {"$.post_processor", "'BertProcessing'"});
  ExpectRefused("/decoder", {{"type", "WordPiece"}}, {"$.decoder", "'WordPiece'"});
  ExpectRefused("/model/type", "WordPiece", {"$.model", "'WordPiece'"});
  ExpectRefused("/model/dropout", 0.1, {"$.model.dropout"});
  ExpectRefused("/model/novelty", true, {"$.model", "'novelty'"});
  ExpectRefused("/novelty", 1, {"'novelty'"});
  ExpectRefused("/version", "2.0", {"$.version", "'2.0'"});
  ExpectRefused("/truncation",
                {{"max_length", 4}, {"strategy", "OnlySecond"}, {"stride", 0}},
                {"$.truncation.strategy", "'OnlySecond'"});
}

TEST_F(TokenizerJsonTest, WrongTypesAreNamedWithTheirPath) {
  ExpectRefused("/model", 3, {"$.model"});
  ExpectRefused("/model/vocab", Json::array({1}), {"$.model.vocab"});
  ExpectRefused("/model/vocab/a", "1", {"$.model.vocab"});
  ExpectRefused("/model/vocab/a", -1, {"$.model.vocab"});
  ExpectRefused("/model/vocab/a", 1.5, {"$.model.vocab"});
  ExpectRefused("/model/merges", "a b", {"$.model.merges"});
  ExpectRefused("/model/merges/0", Json::array({"a"}), {"$.model.merges[0]"});
  ExpectRefused("/model/merges/1", "a b c", {"$.model.merges[1]"});
  ExpectRefused("/model/unk_token", 0, {"$.model.unk_token"});
  ExpectRefused("/added_tokens", {{"id", 6}}, {"$.added_tokens"});
  ExpectRefused("/added_tokens/1/content", nullptr, {"$.added_tokens[1].content"});
  ExpectRefused("/added_tokens/1/special", "yes", {"$.added_tokens[1].special"});
  ExpectRefused("/normalizer", "NFC", {"$.normalizer"});
  ExpectRefused("/normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "!!!!"}},
                {"$.normalizer.precompiled_charsmap", "base64"});
  ExpectRefused("/normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "/////w=="}},
                {"$.normalizer.precompiled_charsmap", "longer than the map"});
}

TEST_F(TokenizerJsonTest, InconsistentListsAreRefused) {
  ExpectRefused("/model/merges/1", {"ab", "nowhere"}, {"$.model.merges[1]", "'nowhere'"});
  ExpectRefused("/model/merges/1", {"b", "a"}, {"$.model.merges[1]", "'ba'"});
  ExpectRefused("/model/vocab/b", 1, {"$.model.vocab", "the id 1 a second time"});
  ExpectRefused("/model/vocab/b", 2000000000, {"$.model.vocab", "2000000000"});
  ExpectRefused("/model/vocab/b", 99999999999, {"$.model.vocab", "99999999999"});
  ExpectRefused("/model/unk_token", "<nowhere>", {"$.model.unk_token", "'<nowhere>'"});
  ExpectRefused("/added_tokens/0/id", 9, {"$.added_tokens[0]", "the id 9"});
  ExpectRefused("/added_tokens/1/content", "<s>", {"$.added_tokens[1]", "the id 7"});
}

TEST_F(TokenizerJsonTest, ATruncatedFileIsRefused) {
  const std::string whole = Miniature().dump();
  for (const size_t size : {size_t{0}, whole.size() / 2, whole.size() - 1}) {
    WriteFileAtomic(directory_ / "tokenizer.json", whole.substr(0, size));
    EXPECT_ERROR(LoadTokenizer(directory_.path()), ErrorKind::kModel, "tokenizer.json");
  }
}

TEST_F(TokenizerJsonTest, ACharsmapThatPointsOutsideItselfIsAnErrorNotACrash) {
  // One unit whose children lie at 0x3FFFFF.
  Json file = Miniature();
  file["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", "BAAAAAD8//8="}};
  const auto tokenizer = Load(file);
  EXPECT_ERROR(tokenizer->Encode("abc"), ErrorKind::kModel, "points outside itself");
}

TEST_F(TokenizerJsonTest, LongRunsAreNotQuadratic) {
  const auto tokenizer = Load(Miniature());
  constexpr size_t kLength = 200000;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(tokenizer->Encode(std::string(kLength, 'a')).ids.size(), kLength);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  EXPECT_LT(taken.count(), 20.0);  // quadratic work would take minutes
}

TEST_F(TokenizerJsonTest, ConfigurationNamesSpecialTokens) {
  const auto tokenizer = LoadWith(
      R"({"bos_token": "<s>", "eos_token": {"content": "</s>"}, "unk_token": "<unk>"})");
  EXPECT_EQ(tokenizer->special_ids().bos, 6);
  EXPECT_EQ(tokenizer->special_ids().eos, 7);
  EXPECT_EQ(tokenizer->special_ids().unk, 0);
  EXPECT_EQ(tokenizer->special_ids().pad, std::nullopt);
  // Named, a piece of the model becomes a special token that texts are searched for.
  EXPECT_TRUE(tokenizer->IsSpecial(0));
  EXPECT_THAT(tokenizer->Encode("a<unk>").ids, ElementsAre(1, 0));
  EXPECT_ERROR(LoadWith(R"({"pad_token": "<pad>"})"), ErrorKind::kModel, "'<pad>'");
  EXPECT_ERROR(LoadWith(R"({"image_token": "<image>"})"), ErrorKind::kModel, "$.image_token");
  EXPECT_ERROR(LoadWith(R"({"split_special_tokens": true})"), ErrorKind::kModel,
               "$.split_special_tokens");
}

TEST_F(TokenizerJsonTest, ConfigurationAddsTokensUnderTheirIds) {
  const auto tokenizer = LoadWith(R"({"added_tokens_decoder": {"8": {"content": "<p>",
      "lstrip": false, "normalized": false, "rstrip": true, "single_word": false,
      "special": false}}})");
  EXPECT_EQ(tokenizer->vocab_size(), 9);
  EXPECT_THAT(tokenizer->Encode("a<p> b").ids, ElementsAre(1, 8, 2));
  EXPECT_ERROR(LoadWith(R"({"added_tokens_decoder": {"9": {"content": "<p>"}}})"),
               ErrorKind::kModel, "$.added_tokens_decoder.9");
  EXPECT_ERROR(LoadWith(R"({"added_tokens_decoder": {"x": {"content": "<p>"}}})"),
               ErrorKind::kModel, "'x'");
}

TEST_F(TokenizerJsonTest, ThePostProcessorPutsBosAndEosAroundTexts) {
  const auto plain = Load(Miniature());
  Json file = Miniature();
  file["post_processor"] = Json::parse(R"({"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                 {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "</s>", "type_id": 0}}],
      "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [6], "tokens": ["<s>"]},
                                     "</s>": {"id": "</s>", "ids": [7], "tokens": ["</s>"]}}})");
  const auto both = Load(file);
  EXPECT_THAT(plain->Encode("a").ids, ElementsAre(1));
  EXPECT_THAT(both->Encode("a").ids, ElementsAre(6, 1, 7));
  EXPECT_EQ(both->Encode("a").offsets.back(), (ByteSpan{0, 0}));
  EXPECT_THAT(both->EncodePlain("a").ids, ElementsAre(1));
  EXPECT_THAT(both->prefix_ids(), ElementsAre(6));
  EXPECT_THAT(both->suffix_ids(), ElementsAre(7));
  EXPECT_NE(both->digest(), plain->digest());
  // transformers drops the flags of tokenizer_config.json when there is a tokenizer.json.
  const auto flagged = LoadWith(R"({"bos_token": "<s>", "add_bos_token": true})");
  EXPECT_THAT(flagged->Encode("a").ids, ElementsAre(1));
  file["post_processor"]["special_tokens"]["<s>"]["ids"][0] = 60;
  EXPECT_ERROR(Load(file), ErrorKind::kModel, "the id 60");
  file["post_processor"]["special_tokens"].erase("<s>");
  EXPECT_ERROR(Load(file), ErrorKind::kModel, "$.post_processor.single[0].SpecialToken.id");
}

TEST_F(TokenizerJsonTest, TruncationIsTheFilesButOnlyForEncode) {
  Json file = Miniature();
  file["truncation"] = {{"direction", "Right"}, {"max_length", 2}, {"strategy", "LongestFirst"},
                        {"stride", 0}};
  const auto tokenizer = Load(file);
  EXPECT_THAT(tokenizer->Encode("a b c").ids, ElementsAre(1, 2));
  EXPECT_THAT(tokenizer->EncodePlain("a b c").ids, ElementsAre(1, 2, 4));
}

TEST_F(TokenizerJsonTest, CleanUpIsForModelsOtherThanBpe) {
  Json file = Miniature();
  file["model"] = Json::parse(R"({"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0],
      ["a", -1.0], [" .", -1.5], ["b", -2.0], [" n't", -2.0], [" ", -3.0]]})");
  file["pre_tokenizer"] = nullptr;
  WriteFileAtomic(directory_ / "tokenizer_config.json",
                  R"({"clean_up_tokenization_spaces": true})");
  const auto unigram = Load(file);
  EXPECT_EQ(unigram->Decode(unigram->Encode("a n't b .").ids, false), "an't b.");
  file["model"]["vocab"][0][1] = "high";
  EXPECT_ERROR(Load(file), ErrorKind::kModel, "$.model.vocab[0][1]");
  file["model"]["vocab"][0][1] = 0.0;
  WriteFileAtomic(directory_ / "tokenizer_config.json", "{}");
  const auto plain = Load(file);
  EXPECT_EQ(plain->Decode(plain->Encode("a n't b .").ids, false), "a n't b .");
}

TEST_F(TokenizerJsonTest, IdsWithoutAPieceAreRefused) {
  Json file = Miniature();
  file["model"]["vocab"]["d"] = 40;
  file["added_tokens"] = Json::array();
  const auto tokenizer = Load(file);
  EXPECT_EQ(tokenizer->vocab_size(), 41);
  for (const int64_t id : {int64_t{-1}, int64_t{20}, int64_t{41}}) {
    EXPECT_ERROR(tokenizer->Decode(std::vector<int64_t>{id}, false), ErrorKind::kData,
                 "the id " + std::to_string(id));
  }
}

TEST_F(TokenizerJsonTest, ADirectoryWithBothFilesUsesTokenizerJson) {
  testing::WriteTinyTokenizer(directory_.path());
  const auto sentencepiece = LoadTokenizer(directory_.path());
  EXPECT_EQ(sentencepiece->vocab_size(), testing::kTinyVocabSize);
  WriteFileAtomic(directory_ / "tokenizer_config.json", "{}");
  WriteFileAtomic(directory_ / "special_tokens_map.json", "{}");
  EXPECT_EQ(Load(Miniature())->vocab_size(), 8);
  EXPECT_EQ(LoadTokenizer(directory_ / "spiece.model")->vocab_size(), testing::kTinyVocabSize);
}

TEST_F(TokenizerJsonTest, ModelsOfT5AreReadAsTransformersReadsThem) {
  testing::WriteTinyTokenizer(directory_.path());
  WriteFileAtomic(directory_ / "special_tokens_map.json", "{}");
  WriteFileAtomic(directory_ / "tokenizer_config.json", R"({"tokenizer_class": "T5Tokenizer"})");
  const auto t5 = LoadTokenizer(directory_.path());
  EXPECT_EQ(t5->vocab_size(), testing::kTinyVocabSize + 100);
  EXPECT_EQ(t5->IdOf("<extra_id_0>"), testing::kTinyVocabSize + 99);
  EXPECT_EQ(t5->special_ids().eos, 1);
  // Special tokens in a text are tokens, as nowhere in the sentencepiece library.
  EXPECT_THAT(t5->Encode("<extra_id_99></s>").ids, ElementsAre(testing::kTinyVocabSize, 1, 1));
  WriteFileAtomic(directory_ / "tokenizer_config.json",
                  R"({"tokenizer_class": "MT5TokenizerFast", "extra_ids": 0})");
  EXPECT_EQ(LoadTokenizer(directory_.path())->vocab_size(), testing::kTinyVocabSize);
  const std::string model = ReadFile(directory_ / "spiece.model");
  WriteFileAtomic(directory_ / "spiece.model", model.substr(0, model.size() / 2));
  EXPECT_ERROR(LoadTokenizer(directory_.path()), ErrorKind::kModel, "spiece.model");
}

TEST_F(TokenizerJsonTest, BrokenUtf8IsRefused) {
  EXPECT_ERROR(Load(Miniature())->Encode("ab\xFF"), ErrorKind::kData, "byte 2");
}

}  // namespace
}  // namespace plumbline::data
