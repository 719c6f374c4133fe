#include "harness/data/tokenizer_json/byte_letters.h"

#include <algorithm>
#include <array>

#include "harness/base/utf8.h"

namespace plumbline::data::tokenizer_json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr char32_t kFirstStandIn = 0x100;

constexpr bool IsVisible(unsigned byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

// Visible Latin-1 characters stand for themselves, the others for U+0100 and on, in order.
constexpr std::array<char32_t, 256> kLetters = [] {
  std::array<char32_t, 256> letters{};
  char32_t next = kFirstStandIn;
  for (unsigned byte = 0; byte < 256; ++byte) letters[byte] = IsVisible(byte) ? byte : next++;
  return letters;
}();

constexpr size_t kNumStandIns = 68;

constexpr std::array<int, kFirstStandIn + kNumStandIns> kBytes = [] {
  std::array<int, kFirstStandIn + kNumStandIns> bytes{};
  bytes.fill(-1);
  for (int byte = 0; byte < 256; ++byte) bytes[kLetters[static_cast<size_t>(byte)]] = byte;
  return bytes;
}();

// Length of the longest beginning of `bytes` that could begin a valid sequence; at least 1.
size_t BrokenLength(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned lead = byte(0);
  const size_t wanted = lead >= 0xF0 && lead <= 0xF4   ? 4
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xC2 && lead <= 0xDF ? 2
                                                       : 1;
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  size_t length = 1;
  while (length < std::min(wanted, bytes.size()) && byte(length) >= low && byte(length) <= high) {
    ++length;
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

}  // namespace

char32_t LetterOfByte(unsigned char byte) { return kLetters[byte]; }

std::optional<std::string> BytesOfLetters(std::string_view text) {
  std::string bytes;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = CodePointAt(text, at);
    if (point.value >= kBytes.size() || kBytes[point.value] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(kBytes[point.value]));
    at += point.num_bytes;
  }
  return bytes;
}

std::string ReplaceBrokenUtf8(std::string_view bytes) {
  std::string text;
  for (size_t at = 0; at < bytes.size();) {
    const size_t size = CodePointAt(bytes, at).num_bytes;
    if (size > 0) {
      text += bytes.substr(at, size);
      at += size;
    } else {
      text += kReplacement;
      at += BrokenLength(bytes.substr(at));
    }
  }
  return text;
}

}  // namespace plumbline::data::tokenizer_json
