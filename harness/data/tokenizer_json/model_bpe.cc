// Byte-pair encoding as the tokenizers library 0.23 does it: the lowest-ranked pair first, the
// leftmost among equals, through a heap over a linked list (N log N for N characters), with a cache
// of words.
#include <array>
#include <mutex>
#include <queue>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/model.h"

namespace plumbline::data::tokenizer_json {
namespace {

constexpr size_t kLongestCached = 256;  // bytes
constexpr size_t kMostCached = 100000;  // words
constexpr int64_t kNoId = -1;

struct Merge {
  uint32_t rank = 0;
  int32_t id = 0;
};

uint64_t PairKey(int32_t left, int32_t right) {
  return (static_cast<uint64_t>(left) << 32) | static_cast<uint32_t>(right);
}

struct Symbol {
  int32_t id = 0;
  int32_t previous = -1;
  int32_t next = -1;
  uint32_t size = 0;  // bytes; 0 when merged away
};

struct Candidate {
  uint32_t rank = 0;
  int32_t position = 0;
  int32_t id = 0;
  bool operator<(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : position > other.position;
  }
};

class Bpe final : public Model {
 public:
  explicit Bpe(const JsonNode& node) {
    node.AllowOnly({"type", "dropout", "unk_token", "continuing_subword_prefix",
                    "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges", "vocab",
                    "merges"});
    const auto dropout = node.Find("dropout");
    if (dropout && dropout->Number() != 0) {
      dropout->Refuse("dropout, which draws at random", "null or 0");
    }
    prefix_ = node.TextOr("continuing_subword_prefix", "");
    suffix_ = node.TextOr("end_of_word_suffix", "");
    fuses_unknown_ = node.BoolOr("fuse_unk", false);
    ignores_merges_ = node.BoolOr("ignore_merges", false);
    ReadVocabulary(node.At("vocab"));
    if (node.BoolOr("byte_fallback", false)) {
      if (!prefix_.empty() || !suffix_.empty()) {
        node.At("byte_fallback").Refuse("true beside a subword prefix or a word suffix", "false");
      }
      FindBytes();
    }
    if (const auto unknown = node.Find("unk_token")) {
      unknown_ = RequireId(*unknown, unknown->Text());
    }
    ReadMerges(node.At("merges"));
  }

  bool is_bpe() const override { return true; }

  void Tokenize(std::string_view text, std::vector<Token>& tokens) const override {
    if (ignores_merges_) {
      if (const auto id = vocabulary_.IdOf(text)) {
        tokens.push_back({*id, 0, text.size(), false});
        return;
      }
    }
    if (text.size() >= kLongestCached) {
      AppendMerged(text, tokens);
      return;
    }
    const std::string key(text);
    {
      const std::lock_guard lock(mutex_);
      if (const auto hit = cache_.find(key); hit != cache_.end()) {
        tokens.insert(tokens.end(), hit->second.begin(), hit->second.end());
        return;
      }
    }
    const size_t first = tokens.size();
    AppendMerged(text, tokens);
    const std::lock_guard lock(mutex_);
    if (cache_.size() >= kMostCached) cache_.clear();
    cache_.emplace(key, std::vector<Token>(tokens.begin() + static_cast<ptrdiff_t>(first),
                                           tokens.end()));
  }

 private:
  void ReadVocabulary(const JsonNode& node) {
    if (!node.json().is_object()) node.Refuse(node.json().type_name(), "an object of ids");
    for (const auto& [piece, value] : node.json().items()) {
      vocabulary_.Add(node, piece, JsonNode(value, node.file(), node.path()).Count());
    }
  }

  int64_t RequireId(const JsonNode& node, const std::string& piece) const {
    const auto id = vocabulary_.IdOf(piece);
    if (!id) node.Refuse(Quoted(piece) + ", which is not in the vocabulary", "a known piece");
    return *id;
  }

  // Without all the bytes of a character the library takes the unknown token.
  void FindBytes() {
    falls_back_ = true;
    for (size_t byte = 0; byte < byte_ids_.size(); ++byte) {
      byte_ids_[byte] =
          vocabulary_.IdOf(BytePiece(static_cast<unsigned char>(byte))).value_or(kNoId);
    }
  }

  void ReadMerges(const JsonNode& node) {
    const size_t num_merges = node.Array().size();
    merges_.reserve(num_merges);
    for (size_t rank = 0; rank < num_merges; ++rank) {
      const JsonNode merge = node.Element(rank);
      const auto [left, right] = ReadPair(merge);
      if (!right.starts_with(prefix_)) {
        merge.Refuse(Quoted(right) + " on the right",
                     "a piece that starts with " + Quoted(prefix_));
      }
      const int64_t left_id = RequireId(merge, left);
      const int64_t right_id = RequireId(merge, right);
      const int64_t id = RequireId(merge, left + right.substr(prefix_.size()));
      merges_.insert_or_assign(
          PairKey(static_cast<int32_t>(left_id), static_cast<int32_t>(right_id)),
          Merge{static_cast<uint32_t>(rank), static_cast<int32_t>(id)});
    }
  }

  // ["a", "b"], or "a b" in older files.
  static std::pair<std::string, std::string> ReadPair(const JsonNode& merge) {
    if (const Json& parts = merge.json(); parts.is_array()) {
      if (parts.size() != 2) merge.Refuse(std::to_string(parts.size()) + " pieces", "two pieces");
      for (size_t i = 0; i < 2; ++i) {
        if (!parts[i].is_string()) merge.Element(i).Text();
      }
      return {parts[0].get<std::string>(), parts[1].get<std::string>()};
    }
    const std::string& text = merge.Text();
    const size_t space = text.find(' ');
    if (space == text.npos || text.find(' ', space + 1) != text.npos) {
      merge.Refuse(Quoted(text), "two pieces with a space between");
    }
    return {text.substr(0, space), text.substr(space + 1)};
  }

  void AppendMerged(std::string_view text, std::vector<Token>& tokens) const {
    std::vector<Symbol> symbols = Split(text);
    MergeAll(symbols);
    size_t begin = 0;
    for (const Symbol& symbol : symbols) {
      if (symbol.size == 0) continue;
      tokens.push_back({symbol.id, begin, begin + symbol.size, false});
      begin += symbol.size;
    }
  }

  // One symbol a character, or a byte of it. A character that is unknown to a model without an
  // unknown token vanishes, as in the library.
  std::vector<Symbol> Split(std::string_view text) const {
    std::vector<Symbol> symbols;
    symbols.reserve(text.size());
    const auto add = [&](int64_t id, size_t size) {
      const auto index = static_cast<int32_t>(symbols.size());
      if (index > 0) symbols.back().next = index;
      symbols.push_back({static_cast<int32_t>(id), index - 1, -1, static_cast<uint32_t>(size)});
    };
    size_t num_unknown = 0;  // bytes of the unknown token that waits
    const auto add_unknown = [&] {
      if (num_unknown > 0) add(*unknown_, std::exchange(num_unknown, 0));
    };
    for (size_t at = 0; at < text.size();) {
      const size_t size = CodePointAt(text, at).num_bytes;
      const std::string_view character = text.substr(at, size);
      const auto id = IdOfCharacter(character, at == 0, at + size == text.size());
      at += size;
      if (id) {
        add_unknown();
        add(*id, size);
      } else if (HasAllBytes(character)) {
        // The library leaves a waiting unknown token behind these.
        for (const char byte : character) add(byte_ids_[static_cast<unsigned char>(byte)], 1);
      } else if (unknown_) {
        if (!fuses_unknown_) add_unknown();
        num_unknown += size;
      }
    }
    add_unknown();
    return symbols;
  }

  std::optional<int64_t> IdOfCharacter(std::string_view character, bool is_first,
                                       bool is_last) const {
    if (prefix_.empty() && suffix_.empty()) return vocabulary_.IdOf(character);
    return vocabulary_.IdOf((is_first ? "" : prefix_) + std::string(character) +
                            (is_last ? suffix_ : ""));
  }

  bool HasAllBytes(std::string_view character) const {
    if (!falls_back_) return false;
    for (const char byte : character) {
      if (byte_ids_[static_cast<unsigned char>(byte)] == kNoId) return false;
    }
    return true;
  }

  const Merge* MergeOf(const std::vector<Symbol>& symbols, int32_t left, int32_t right) const {
    const auto merge = merges_.find(PairKey(symbols[static_cast<size_t>(left)].id,
                                            symbols[static_cast<size_t>(right)].id));
    return merge == merges_.end() ? nullptr : &merge->second;
  }

  void MergeAll(std::vector<Symbol>& symbols) const {
    std::priority_queue<Candidate> queue;
    const auto push = [&](int32_t left, int32_t right) {
      if (left < 0 || right < 0) return;
      const Merge* merge = MergeOf(symbols, left, right);
      if (merge != nullptr) queue.push({merge->rank, left, merge->id});
    };
    for (int32_t i = 0; i + 1 < std::ssize(symbols); ++i) push(i, i + 1);
    while (!queue.empty()) {
      const Candidate top = queue.top();
      queue.pop();
      Symbol& left = symbols[static_cast<size_t>(top.position)];
      if (left.size == 0 || left.next < 0) continue;
      Symbol& right = symbols[static_cast<size_t>(left.next)];
      const Merge* merge = MergeOf(symbols, top.position, left.next);
      if (merge == nullptr || merge->id != top.id) continue;  // one of the two has changed since
      left.id = top.id;
      left.size += right.size;
      right.size = 0;
      left.next = right.next;
      if (left.next >= 0) symbols[static_cast<size_t>(left.next)].previous = top.position;
      push(left.previous, top.position);
      push(top.position, left.next);
    }
  }

  std::string prefix_, suffix_;
  bool fuses_unknown_ = false;
  bool falls_back_ = false;
  bool ignores_merges_ = false;
  std::optional<int64_t> unknown_;
  std::array<int64_t, 256> byte_ids_{};
  std::unordered_map<uint64_t, Merge> merges_;

  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, std::vector<Token>> cache_;
};

}  // namespace

std::unique_ptr<Model> ReadBpe(const JsonNode& node) { return std::make_unique<Bpe>(node); }

}  // namespace plumbline::data::tokenizer_json
