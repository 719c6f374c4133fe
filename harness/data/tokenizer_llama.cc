#include "harness/data/tokenizer_llama.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "harness/base/json.h"
#include "harness/base/utf8.h"
#include "harness/data/sentencepiece_model.h"
#include "harness/data/special_tokens.h"
#include "harness/data/tokenizer_document.h"
#include "harness/data/tokenizer_json.h"

namespace plumbline::data {
namespace {

using Pieces = std::unordered_set<std::string_view>;

// [left, right] pairs that make `piece`, the shortest left one first: generate_merges sorts by the
// lengths, and two pairs of a piece never have the same.
void AppendMerges(std::string_view piece, const Pieces& pieces, Json& merges) {
  for (size_t at = 0; at < piece.size();) {
    at += std::max<size_t>(1, CodePointAt(piece, at).num_bytes);
    if (at >= piece.size()) return;
    const std::string_view left = piece.substr(0, at), right = piece.substr(at);
    if (pieces.contains(left) && pieces.contains(right))
      merges.push_back(Json::array({std::string(left), std::string(right)}));
  }
}

// Merges rank by the piece that they make: transformers 5.23 leaves the scores unread.
Json ModelOf(const SentencePieceModel& model) {
  Json vocabulary = Json::object();
  Pieces pieces;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    vocabulary[model.pieces[id].text] = id;
    pieces.insert(model.pieces[id].text);
  }
  Json merges = Json::array();
  for (const SentencePieceModel::Piece& piece : model.pieces)
    AppendMerges(piece.text, pieces, merges);
  return {{"type", "BPE"},         {"unk_token", nullptr},   {"fuse_unk", true},
          {"byte_fallback", true}, {"ignore_merges", false}, {"vocab", vocabulary},
          {"merges", merges}};
}

Json DecoderOf(bool adds_space) {
  Json decoders = Json::array(
      {{{"type", "Replace"}, {"pattern", {{"String", kWordStart}}}, {"content", " "}},
       {{"type", "ByteFallback"}},
       {{"type", "Fuse"}}});
  if (adds_space)
    decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return {{"type", "Sequence"}, {"decoders", decoders}};
}

}  // namespace

std::unique_ptr<Tokenizer> LoadLlama(const std::string& bytes, const std::filesystem::path& file) {
  const SentencePieceModel model = ParseSentencePieceModel(bytes, file);
  const SpecialTokens tokens = ReadSpecialTokens(file.parent_path());
  const bool adds_space = tokens.add_prefix_space.value_or(true);
  const char* const scheme = tokens.legacy.value_or(false) ? "always" : "first";
  TextTemplate processor(model, file);
  if (tokens.add_bos.value_or(false)) processor.AddToken(tokens.bos, "BOS");
  processor.AddText();
  if (tokens.add_eos.value_or(false)) processor.AddToken(tokens.eos, "EOS");
  const Json document = {{"version", "1.0"},
                         {"added_tokens", AddedTokensOf(model)},
                         {"pre_tokenizer",
                          {{"type", "Metaspace"},
                           {"replacement", kWordStart},
                           {"prepend_scheme", adds_space ? scheme : "never"},
                           {"split", false}}},
                         {"decoder", DecoderOf(adds_space)},
                         {"post_processor", processor.Processor()},
                         {"model", ModelOf(model)}};
  return TokenizerOf(document, bytes, file);
}

}  // namespace plumbline::data
