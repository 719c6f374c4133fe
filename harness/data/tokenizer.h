// The interface of every tokenizer: text to ids and back. Called by training, generation and the
// CLI; knows nothing of models, tensors or data files.
//
// Special tokens: Encode adds what the tokenizer's own post-processor adds (KoBART: nothing; T5:
// `</s>` at the end) and EncodePlain adds nothing. Sources and targets of a model go through
// tokenized.h, which holds the rules of truncation and of EOS in one place.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::data {

// Bytes [begin, end) of the text that was given to Encode. An added special token covers nothing:
// {0, 0}.
struct ByteSpan {
  size_t begin = 0;
  size_t end = 0;
  bool operator==(const ByteSpan&) const = default;
};

// Three parallel lists.
struct Encoding {
  std::vector<int64_t> ids;
  std::vector<std::string> pieces;
  std::vector<ByteSpan> offsets;
};

struct SpecialIds {
  std::optional<int64_t> bos, eos, unk, pad, mask;
};

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Errors of both: kData when `text` is not UTF-8.
  virtual Encoding Encode(std::string_view text) const = 0;
  virtual Encoding EncodePlain(std::string_view text) const = 0;

  // Text of `ids`; with `skip_special_tokens` the special ones vanish, else they appear as their
  // pieces. Errors: kData when an id is outside the vocabulary.
  virtual std::string Decode(std::span<const int64_t> ids, bool skip_special_tokens) const = 0;

  virtual int64_t vocab_size() const = 0;
  virtual const std::string& Piece(int64_t id) const = 0;
  virtual std::optional<int64_t> IdOf(std::string_view piece) const = 0;
  virtual const SpecialIds& special_ids() const = 0;
  virtual bool IsSpecial(int64_t id) const = 0;

  // What the post-processor puts before and after a text.
  virtual std::span<const int64_t> prefix_ids() const = 0;
  virtual std::span<const int64_t> suffix_ids() const = 0;

  // SHA-256 over the files that decide ids: equal digests, equal ids.
  virtual const std::string& digest() const = 0;
};

// The tokenizer of a HuggingFace directory (or of a bare model file). Errors: kModel when nothing
// there is a tokenizer we know, or the files are broken or disagree.
std::unique_ptr<Tokenizer> LoadTokenizer(const std::filesystem::path& path);

// Whether LoadTokenizer would find a tokenizer there; a model directory need not hold one.
bool HasTokenizer(const std::filesystem::path& path);

// What a kind of tokenizer gives to tokenizers.cc: the file it would load from a directory (or the
// path itself, when that is such a file), and the loading. One line in tokenizers.def, one
// tokenizer_<name>.cc.
#define TOKENIZER(Name)                                                               \
  std::optional<std::filesystem::path> Find##Name(const std::filesystem::path& path); \
  std::unique_ptr<Tokenizer> Load##Name(const std::filesystem::path& file);
#include "harness/data/tokenizers.def"
#undef TOKENIZER

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_H_
