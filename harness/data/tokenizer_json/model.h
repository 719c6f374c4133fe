// The models of a tokenizer.json: BPE and Unigram. Called by the tokenizer with one pre-token at a
// time; they know nothing of added tokens, normalization or offsets in the original text.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_MODEL_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/data/tokenizer_json/json_node.h"

namespace plumbline::data::tokenizer_json {

// One token of a pre-token: bytes [begin, end) of it.
struct Token {
  int64_t id = 0;
  size_t begin = 0;
  size_t end = 0;
  bool shows_text = false;  // its piece is the text itself: an unknown one of Unigram
};

// Pieces by id and ids by piece; ids may have holes.
class Vocabulary {
 public:
  // Errors: kModel (at `node`) for an id that is taken.
  void Add(const JsonNode& node, const std::string& piece, int64_t id);

  const std::string* Piece(int64_t id) const;  // null for no piece
  std::optional<int64_t> IdOf(std::string_view piece) const;
  int64_t count() const { return static_cast<int64_t>(ids_.size()); }
  int64_t end() const { return static_cast<int64_t>(pieces_.size()); }  // the largest id + 1

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::vector<std::optional<std::string>> pieces_;
  std::unordered_map<std::string, int64_t, Hash, std::equal_to<>> ids_;
};

class Model {
 public:
  virtual ~Model() = default;
  // Appends the tokens of `text`, which is not empty. Safe to call from several threads. Errors:
  // kData when a character is unknown and the model has no token for that.
  virtual void Tokenize(std::string_view text, std::vector<Token>& tokens) const = 0;

  const Vocabulary& vocabulary() const { return vocabulary_; }
  virtual bool is_bpe() const = 0;

 protected:
  Vocabulary vocabulary_;
};

std::unique_ptr<Model> ReadBpe(const JsonNode& node);
std::unique_ptr<Model> ReadUnigram(const JsonNode& node);

// Errors: kModel for another kind, a setting that is not supported, or inconsistent lists.
std::unique_ptr<Model> ReadModel(const JsonNode& node);

// "<0x0A>" for 10, as byte fall-back names its pieces.
std::string BytePiece(unsigned char byte);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_MODEL_H_
