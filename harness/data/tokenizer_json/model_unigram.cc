// Unigram as the tokenizers library 0.23 does it: the best path by Viterbi over a trie of pieces,
// unknown characters at the lowest score minus 10, neighbouring unknowns fused.
#include <algorithm>
#include <limits>
#include <numeric>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/model.h"

namespace plumbline::data::tokenizer_json {
namespace {

constexpr double kUnknownPenalty = 10.0;
constexpr int32_t kNoPiece = -1;

// Children of a node lie side by side, sorted by label.
class Trie {
 public:
  struct Node {
    int32_t id = kNoPiece;
    uint32_t first_child = 0;
    uint16_t num_children = 0;
    unsigned char label = 0;
  };

  // `pieces` sorted by bytes, without equals.
  void Build(const std::vector<std::pair<std::string, int32_t>>& pieces) {
    struct Task {
      size_t node, begin, end, depth;
    };
    nodes_.assign(1, {});
    std::vector<Task> tasks = {{0, 0, pieces.size(), 0}};
    while (!tasks.empty()) {
      const Task task = tasks.back();
      tasks.pop_back();
      size_t begin = task.begin;
      if (begin < task.end && pieces[begin].first.size() == task.depth) {
        nodes_[task.node].id = pieces[begin++].second;
      }
      nodes_[task.node].first_child = static_cast<uint32_t>(nodes_.size());
      while (begin < task.end) {
        const auto label = static_cast<unsigned char>(pieces[begin].first[task.depth]);
        size_t end = begin;
        while (end < task.end &&
               static_cast<unsigned char>(pieces[end].first[task.depth]) == label) {
          ++end;
        }
        tasks.push_back({nodes_.size(), begin, end, task.depth + 1});
        ++nodes_[task.node].num_children;
        nodes_.push_back({kNoPiece, 0, 0, label});
        begin = end;
      }
    }
  }

  // Null when nothing goes on with `byte`.
  const Node* Child(const Node& node, char byte) const {
    const auto label = static_cast<unsigned char>(byte);
    const Node* const first = nodes_.data() + node.first_child;
    const Node* const last = first + node.num_children;
    const Node* const child = std::lower_bound(
        first, last, label, [](const Node& n, unsigned char value) { return n.label < value; });
    return child != last && child->label == label ? child : nullptr;
  }

  const Node& root() const { return nodes_[0]; }

 private:
  std::vector<Node> nodes_;
};

// The best path that ends at one byte of the text.
struct PathEnd {
  double score = 0;
  size_t begin = std::numeric_limits<size_t>::max();  // of its last piece
  int64_t id = kNoPiece;
  bool is_reached() const { return begin != std::numeric_limits<size_t>::max(); }
};

class Unigram final : public Model {
 public:
  explicit Unigram(const JsonNode& node) {
    node.AllowOnly({"type", "unk_id", "vocab", "byte_fallback"});
    falls_back_ = node.BoolOr("byte_fallback", false);
    double lowest = std::numeric_limits<double>::infinity();
    const JsonNode vocab = node.At("vocab");
    for (size_t i = 0; i < vocab.Array().size(); ++i) {
      const JsonNode entry = vocab.Element(i);
      if (entry.Array().size() != 2) {
        entry.Refuse(std::to_string(entry.json().size()) + " values", "a piece and its score");
      }
      vocabulary_.Add(entry, entry.Element(0).Text(), static_cast<int64_t>(i));
      scores_.push_back(entry.Element(1).Number());
      lowest = std::min(lowest, scores_.back());
    }
    unknown_score_ = lowest - kUnknownPenalty;
    if (const auto unknown = node.Find("unk_id")) {
      if (unknown->Count() >= std::ssize(scores_)) {
        unknown->Refuse(std::to_string(unknown->Count()), "the id of a piece");
      }
      unknown_ = unknown->Count();
    }
    BuildTrie();
  }

  bool is_bpe() const override { return false; }

  void Tokenize(std::string_view text, std::vector<Token>& tokens) const override {
    const std::vector<PathEnd> path = BestPath(text);
    const size_t first = tokens.size();
    size_t unknown_end = 0;  // of the run of unknowns that is being collected, from behind
    for (size_t end = text.size(); end > 0;) {
      const PathEnd& last = path[end];
      if (unknown_ && last.id == *unknown_) {
        if (unknown_end == 0) unknown_end = end;
      } else {
        if (unknown_end != 0) AddReversed(text, end, unknown_end, tokens);
        unknown_end = 0;
        AddReversed(text, last.begin, end, tokens);
      }
      end = last.begin;
    }
    if (unknown_end != 0) AddReversed(text, 0, unknown_end, tokens);
    std::reverse(tokens.begin() + static_cast<ptrdiff_t>(first), tokens.end());
  }

 private:
  // Of equal pieces the last one counts, as in the library.
  void BuildTrie() {
    std::vector<std::pair<std::string, int32_t>> pieces;
    for (int64_t id = 0; id < vocabulary_.end(); ++id) {
      const std::string& piece = *vocabulary_.Piece(id);
      if (!piece.empty() && vocabulary_.IdOf(piece) == id) {
        pieces.emplace_back(piece, static_cast<int32_t>(id));
      }
    }
    std::sort(pieces.begin(), pieces.end());
    trie_.Build(pieces);
  }

  std::vector<PathEnd> BestPath(std::string_view text) const {
    std::vector<PathEnd> path(text.size() + 1);
    const auto offer = [&](size_t begin, size_t end, int64_t id, double score) {
      PathEnd& target = path[end];
      const double candidate = score + path[begin].score;
      if (!target.is_reached() || candidate > target.score) target = {candidate, begin, id};
    };
    for (size_t begin = 0; begin < text.size();) {
      const size_t character_end = begin + CodePointAt(text, begin).num_bytes;
      bool has_character = false;
      const Trie::Node* node = &trie_.root();
      for (size_t end = begin; end < text.size();) {
        node = trie_.Child(*node, text[end]);
        if (node == nullptr) break;
        ++end;
        if (node->id == kNoPiece) continue;
        offer(begin, end, node->id, scores_[static_cast<size_t>(node->id)]);
        has_character = has_character || end == character_end;
      }
      if (!has_character) offer(begin, character_end, RequireUnknown(), unknown_score_);
      begin = character_end;
    }
    return path;
  }

  int64_t RequireUnknown() const {
    if (unknown_) return *unknown_;
    Fail(ErrorKind::kData, "tokenizing a text", "a character that no piece covers",
         "a vocabulary with an unk_id", "text of the tokenizer's languages");
  }

  // Pieces are gathered from the end of the text.
  void AddReversed(std::string_view text, size_t begin, size_t end,
                   std::vector<Token>& tokens) const {
    const std::string_view piece = text.substr(begin, end - begin);
    if (const auto id = vocabulary_.IdOf(piece)) {
      tokens.push_back({*id, begin, end, false});
      return;
    }
    std::vector<int64_t> bytes;
    for (size_t i = piece.size(); falls_back_ && i > 0; --i) {
      const auto id = vocabulary_.IdOf(BytePiece(static_cast<unsigned char>(piece[i - 1])));
      if (!id) break;
      bytes.push_back(*id);
    }
    if (bytes.size() != piece.size()) {
      tokens.push_back({RequireUnknown(), begin, end, true});
      return;
    }
    for (const int64_t id : bytes) tokens.push_back({id, begin, end, false});
  }

  std::vector<double> scores_;
  double unknown_score_ = 0;
  bool falls_back_ = false;
  std::optional<int64_t> unknown_;
  Trie trie_;
};

}  // namespace

std::unique_ptr<Model> ReadUnigram(const JsonNode& node) { return std::make_unique<Unigram>(node); }

}  // namespace plumbline::data::tokenizer_json
