// The Unicode questions of the tokenizers library 0.23, answered as its parts answer them: its
// regular expressions follow Unicode 16, its lower case 17, its normal forms 9, its grapheme
// clusters 17. utf8proc holds one version, so each difference is a table here; tests compare every
// code point.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_UNICODE_CLASSES_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_UNICODE_CLASSES_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace plumbline::data::tokenizer_json {

bool IsLetter(char32_t c);     // \p{L}
bool IsNumber(char32_t c);     // \p{N}
bool IsSpace(char32_t c);      // \s, White_Space
bool IsWordPart(char32_t c);   // \w
int CombiningClass(char32_t c);

// One or two code points; the second is 0 when there is none.
std::array<char32_t, 2> LowerCase(char32_t c);

// Byte position at which the grapheme cluster that begins at `begin` ends.
size_t GraphemeEnd(std::string_view text, size_t begin);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_UNICODE_CLASSES_H_
