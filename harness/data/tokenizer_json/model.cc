#include "harness/data/tokenizer_json/model.h"

namespace plumbline::data::tokenizer_json {
namespace {

// Far above any vocabulary, far below what would fill the memory with holes.
constexpr int64_t kMostIds = 1 << 24;

}  // namespace

void Vocabulary::Add(const JsonNode& node, const std::string& piece, int64_t id) {
  if (id >= kMostIds) {
    node.Refuse("the id " + std::to_string(id), "ids below " + std::to_string(kMostIds));
  }
  if (id >= end()) pieces_.resize(static_cast<size_t>(id) + 1);
  std::optional<std::string>& place = pieces_[static_cast<size_t>(id)];
  if (place) node.Refuse("the id " + std::to_string(id) + " a second time", "each id once");
  place = piece;
  ids_.insert_or_assign(piece, id);
}

const std::string* Vocabulary::Piece(int64_t id) const {
  if (id < 0 || id >= end() || !pieces_[static_cast<size_t>(id)]) return nullptr;
  return &*pieces_[static_cast<size_t>(id)];
}

std::optional<int64_t> Vocabulary::IdOf(std::string_view piece) const {
  const auto id = ids_.find(piece);
  return id == ids_.end() ? std::nullopt : std::optional<int64_t>(id->second);
}

std::string BytePiece(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
}

std::unique_ptr<Model> ReadModel(const JsonNode& node) {
  const std::string& type = node.Type();
  if (type == "BPE") return ReadBpe(node);
  if (type == "Unigram") return ReadUnigram(node);
  node.RefuseType("BPE or Unigram");
}

}  // namespace plumbline::data::tokenizer_json
