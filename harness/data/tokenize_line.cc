#include "harness/data/tokenize_line.h"

#include <vector>

namespace plumbline::data {
namespace {

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// Of each byte position, the end included: how many characters end at or before it.
std::vector<size_t> CharactersBefore(std::string_view text) {
  std::vector<size_t> characters(text.size() + 1);
  size_t count = 0;
  for (size_t byte = 0; byte < text.size(); ++byte) {
    if (byte > 0 && StartsCharacter(text[byte])) ++count;
    characters[byte] = count;
  }
  characters[text.size()] = text.empty() ? 0 : count + 1;
  return characters;
}

}  // namespace

Json TokenizeLine(const Tokenizer& tokenizer, std::string_view text) {
  const Encoding encoding = tokenizer.Encode(text);
  const std::vector<size_t> characters = CharactersBefore(text);
  Json offsets = Json::array();
  for (const ByteSpan& span : encoding.offsets) {
    offsets.push_back({characters.at(span.begin), characters.at(span.end)});
  }
  return {{"ids", encoding.ids},
          {"pieces", encoding.pieces},
          {"offsets", std::move(offsets)},
          {"decoded", tokenizer.Decode(encoding.ids, /*skip_special_tokens=*/false)}};
}

}  // namespace plumbline::data
