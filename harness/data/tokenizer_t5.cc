#include "harness/data/tokenizer_t5.h"

#include <algorithm>

#include "harness/base/json.h"
#include "harness/data/sentencepiece_model.h"
#include "harness/data/special_tokens.h"
#include "harness/data/tokenizer_document.h"
#include "harness/data/tokenizer_json.h"

namespace plumbline::data {
namespace {

constexpr int64_t kUnknownId = 2;  // transformers takes this one whatever the model says
constexpr const char* kEos = "</s>";

std::string EncodeBase64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t size = std::min<size_t>(3, bytes.size() - at);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < size ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (size_t i = 0; i < 4; ++i) {
      text += i <= size ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  return text;
}

// Sentinels stand behind the pieces, the highest number first.
std::vector<std::string> Sentinels(int64_t count) {
  std::vector<std::string> sentinels;
  for (int64_t i = count - 1; i >= 0; --i) {
    sentinels.push_back("<extra_id_" + std::to_string(i) + ">");
  }
  return sentinels;
}

Json DocumentOf(const SentencePieceModel& model, int64_t num_sentinels) {
  Json vocabulary = Json::array();
  for (const SentencePieceModel::Piece& piece : model.pieces)
    vocabulary.push_back({piece.text, static_cast<double>(piece.score)});
  Json added = AddedTokensOf(model);
  for (const std::string& sentinel : Sentinels(num_sentinels)) {
    added.push_back(AddedToken(std::ssize(vocabulary), sentinel, /*is_special=*/true));
    vocabulary.push_back({sentinel, 0.0});
  }
  const Json metaspace = {{"type", "Metaspace"},
                          {"replacement", kWordStart},
                          {"prepend_scheme", "always"},
                          {"split", true}};
  Json document = {
      {"version", "1.0"},
      {"added_tokens", added},
      {"pre_tokenizer",
       {{"type", "Sequence"},
        {"pretokenizers", Json::array({{{"type", "WhitespaceSplit"}}, metaspace})}}},
      {"decoder", metaspace},
      {"model", {{"type", "Unigram"}, {"unk_id", kUnknownId}, {"vocab", vocabulary}}}};
  if (!model.charsmap.empty()) {
    document["normalizer"] = {{"type", "Precompiled"},
                              {"precompiled_charsmap", EncodeBase64(model.charsmap)}};
  }
  return document;
}

}  // namespace

std::unique_ptr<Tokenizer> LoadT5(const std::string& bytes, const std::filesystem::path& file) {
  constexpr int64_t kDefaultSentinels = 100;
  const SentencePieceModel model = ParseSentencePieceModel(bytes, file);
  const SpecialTokens tokens = ReadSpecialTokens(file.parent_path());
  Json document = DocumentOf(model, tokens.extra_ids.value_or(kDefaultSentinels));
  TextTemplate processor(model, file);
  processor.AddText();
  processor.AddToken(kEos, "EOS");
  document["post_processor"] = processor.Processor();
  return TokenizerOf(document, bytes, file);
}

}  // namespace plumbline::data
