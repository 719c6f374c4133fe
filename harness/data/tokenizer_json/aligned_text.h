// A text on its way through a tokenizer: each of its bytes knows the span of the original text it
// came from. Called by normalizers and pre-tokenizers; a port of NormalizedString of the tokenizers
// library 0.23, whose offsets are defined by these rules.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_ALIGNED_TEXT_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_ALIGNED_TEXT_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/tokenizer.h"

namespace plumbline::data::tokenizer_json {

// One character of a changed text and how it relates to the old one: 0 replaces the next old
// character, -N replaces it and swallows N more, a positive number is new and shares the span of
// the old character before it.
struct Change {
  char32_t value = 0;
  int change = 0;
};

// Bytes [begin, end) of a text; whether a pattern matched there.
struct Match {
  size_t begin = 0;
  size_t end = 0;
  bool is_match = false;
};

class AlignedText {
 public:
  AlignedText() = default;
  // All of `original`, which is valid UTF-8; it need not outlive the object.
  explicit AlignedText(std::string_view original);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // Where this piece began in the original text when it was cut out.
  size_t origin() const { return origin_; }

  // Bytes [begin, end), on character boundaries.
  AlignedText Slice(size_t begin, size_t end) const;
  // The bytes of the original text under bytes [begin, end).
  ByteSpan OriginalOf(size_t begin, size_t end) const;

  // The changes cover the whole text, after its first `num_dropped` characters.
  void Transform(std::span<const Change> changes, size_t num_dropped = 0);
  // Puts `start` before a text that is not empty; it shares the span of the first character.
  void Prepend(std::string_view start);
  // Replaces each match by `content`, which shares the span of the match's last character.
  void Replace(std::span<const Match> matches, std::string_view content);
  // Keeps bytes [begin, end) without moving the origin.
  void Keep(size_t begin, size_t end);

 private:
  std::string text_;
  std::vector<ByteSpan> spans_;  // one a byte of text_
  size_t origin_ = 0;
};

// A cut of the text: plain, or an added token with its id.
struct Section {
  AlignedText text;
  std::optional<int64_t> id;
};

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_ALIGNED_TEXT_H_
