// SentencePiece's precompiled charsmap: a double-array trie of byte strings and their replacements.
// Called by the Precompiled normalizer; a port of spm_precompiled 0.1 and of how the tokenizers
// library 0.23 applies it.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_CHARSMAP_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_CHARSMAP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/tokenizer_json/aligned_text.h"
#include "harness/data/tokenizer_json/json_node.h"

namespace plumbline::data::tokenizer_json {

class Charsmap {
 public:
  // `node` holds the map in base64. Errors: kModel when it is no such map.
  explicit Charsmap(const JsonNode& node);

  // Replaces grapheme clusters shorter than 6 bytes as wholes, longer ones by the character.
  // Errors: kModel when the map points outside itself.
  void Apply(AlignedText& text) const;

 private:
  std::optional<std::string_view> ReplacementOf(std::string_view chunk) const;
  uint32_t Unit(size_t at) const;
  [[noreturn]] void FailBroken() const;

  std::vector<uint32_t> units_;
  std::string replacements_;  // each ends in a zero byte
  std::string path_;
};

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_CHARSMAP_H_
