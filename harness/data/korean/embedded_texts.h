// The text files of this package, compiled in: frames/*.frame and shared/*.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_EMBEDDED_TEXTS_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_EMBEDDED_TEXTS_H_

#include <span>
#include <string_view>

namespace plumbline::data::korean {

struct EmbeddedText {
  std::string_view name;  // "frames/t01_food_order.frame", "shared/phrases.txt"
  std::string_view text;
};

// In the order of the file names.
std::span<const EmbeddedText> EmbeddedTexts();

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_EMBEDDED_TEXTS_H_
