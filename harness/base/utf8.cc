#include "harness/base/utf8.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

#include "harness/base/error.h"

namespace plumbline {
namespace {

constexpr bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// Smallest value that may be written in a sequence of this many bytes; a smaller one is overlong.
constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};

constexpr size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

constexpr bool IsScalarValue(char32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

// Everything below the combining marks, Hangul syllables, and the punctuation that Korean text
// uses.
constexpr bool IsNeverChangedByNfc(char32_t c) {
  return c < 0x300 || IsHangulSyllable(c) || (c >= 0x2010 && c <= 0x2026) ||
         (c >= 0x3001 && c <= 0x3011);
}

[[noreturn]] void FailBroken(size_t position) {
  Fail(ErrorKind::kData, "text", "a broken UTF-8 sequence at byte " + std::to_string(position),
       "UTF-8", "converting the text to UTF-8");
}

// True only when no table is needed to know. Errors: kData when `text` is not UTF-8.
bool IsPlainlyNfc(std::string_view text) {
  bool is_plain = true;
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = CodePointAt(text, i);
    if (point.num_bytes == 0) FailBroken(i);
    is_plain = is_plain && IsNeverChangedByNfc(point.value);
    i += point.num_bytes;
  }
  return is_plain;
}

}  // namespace

CodePoint CodePointAt(std::string_view text, size_t position) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[position + i]); };
  const size_t length = SequenceLength(byte(0));
  if (length == 0 || position + length > text.size()) return {};
  if (length == 1) return {byte(0), 1};
  char32_t value = byte(0) & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(byte(i))) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  if (value < kSmallest[length] || !IsScalarValue(value)) return {};
  return {value, length};
}

std::optional<size_t> FirstInvalidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = CodePointAt(text, i);
    if (point.num_bytes == 0) return i;
    i += point.num_bytes;
  }
  return std::nullopt;
}

std::u32string DecodeUtf8(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = CodePointAt(text, i);
    if (point.num_bytes == 0) FailBroken(i);
    points.push_back(point.value);
    i += point.num_bytes;
  }
  return points;
}

void AppendUtf8(char32_t code_point, std::string& text) {
  PLUMBLINE_CHECK(IsScalarValue(code_point));
  const auto append = [&](char32_t bits) { text.push_back(static_cast<char>(bits)); };
  if (code_point < 0x80) return append(code_point);
  if (code_point < 0x800) {
    append(0xC0 | code_point >> 6);
  } else if (code_point < 0x10000) {
    append(0xE0 | code_point >> 12);
    append(0x80 | (code_point >> 6 & 0x3F));
  } else {
    append(0xF0 | code_point >> 18);
    append(0x80 | (code_point >> 12 & 0x3F));
    append(0x80 | (code_point >> 6 & 0x3F));
  }
  append(0x80 | (code_point & 0x3F));
}

size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += IsContinuation(static_cast<unsigned char>(byte)) ? 0 : 1;
  return count;
}

std::string Nfc(std::string_view text) {
  if (IsPlainlyNfc(text)) return std::string(text);
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) {
    Fail(ErrorKind::kInternal, "normalising text to NFC", utf8proc_errmsg(size), "normalised text",
         "reporting this text");
  }
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
}

std::optional<size_t> FirstDecomposedHangul(std::string_view text) {
  const auto is_jamo = [](char32_t c) {
    return (c >= 0x1100 && c <= 0x11FF) || (c >= 0xA960 && c <= 0xA97C) ||
           (c >= 0xD7B0 && c <= 0xD7FB);
  };
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = CodePointAt(text, i);
    if (is_jamo(point.value)) return i;
    i += point.num_bytes == 0 ? 1 : point.num_bytes;
  }
  return std::nullopt;
}

}  // namespace plumbline
