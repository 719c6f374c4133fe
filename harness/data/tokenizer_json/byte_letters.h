// GPT-2's alphabet of 256 visible letters, one a byte. Called by the ByteLevel pre-tokenizer,
// post-processor and decoder.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_BYTE_LETTERS_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_BYTE_LETTERS_H_

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::data::tokenizer_json {

char32_t LetterOfByte(unsigned char byte);

// The bytes whose letters `text` is made of; nothing when another character is in it.
std::optional<std::string> BytesOfLetters(std::string_view text);

// `bytes` with each maximal broken UTF-8 sequence replaced by U+FFFD (the practice of Unicode 15,
// section 3.9, and of Rust's from_utf8_lossy).
std::string ReplaceBrokenUtf8(std::string_view bytes);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_BYTE_LETTERS_H_
