#include "harness/data/tokenizer_document.h"

#include <algorithm>

#include "harness/base/error.h"

namespace plumbline::data {

Json AddedToken(int64_t id, const std::string& content, bool is_special) {
  return {{"id", id},           {"content", content}, {"single_word", false}, {"lstrip", false},
          {"rstrip", false},    {"normalized", false}, {"special", is_special}};
}

Json AddedTokensOf(const SentencePieceModel& model) {
  Json added = Json::array();
  for (int64_t id = 0; id < std::ssize(model.pieces); ++id) {
    const SentencePieceModel::Piece& piece = model.pieces[static_cast<size_t>(id)];
    const bool is_control = piece.type == SentencePieceModel::kControl;
    if (is_control || piece.type == SentencePieceModel::kUserDefined)
      added.push_back(AddedToken(id, piece.text, is_control));
  }
  return added;
}

void TextTemplate::AddText() {
  single_.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
}

void TextTemplate::AddToken(const std::optional<std::string>& token, const std::string& name) {
  const auto piece = std::find_if(model_.pieces.begin(), model_.pieces.end(),
                                  [&](const auto& one) { return token && one.text == *token; });
  if (piece == model_.pieces.end()) {
    Fail(ErrorKind::kModel, "loading " + Quoted(file_.string()),
         token ? "no piece " + Quoted(*token) : "no " + name + " token",
         "one, because texts get it", "files of one checkpoint, which name it");
  }
  single_.push_back({{"SpecialToken", {{"id", *token}, {"type_id", 0}}}});
  tokens_[*token] = {{"id", *token},
                     {"ids", Json::array({piece - model_.pieces.begin()})},
                     {"tokens", Json::array({*token})}};
}

Json TextTemplate::Processor() const {
  return {{"type", "TemplateProcessing"}, {"single", single_}, {"special_tokens", tokens_}};
}

}  // namespace plumbline::data
