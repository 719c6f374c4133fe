#include "harness/data/tokenizer_json/charsmap.h"

#include <algorithm>
#include <cstring>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/unicode_classes.h"

namespace plumbline::data::tokenizer_json {
namespace {

constexpr size_t kWholeGraphemeBytes = 6;

int DigitOfBase64(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

std::string DecodeBase64(const JsonNode& node) {
  std::string_view text = node.Text();
  if (text.size() % 4 != 0) node.Refuse("base64 of a length not divisible by 4", "base64");
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string bytes;
  uint32_t bits = 0;
  int num_bits = 0;
  for (const char c : text) {
    const int digit = DigitOfBase64(c);
    if (digit < 0) node.Refuse("a character that is not base64", "base64");
    bits = (bits << 6 | static_cast<uint32_t>(digit)) & 0xFFFFFF;
    num_bits += 6;
    if (num_bits < 8) continue;
    num_bits -= 8;
    bytes.push_back(static_cast<char>(bits >> num_bits & 0xFF));
  }
  return bytes;
}

// A unit of the double array packs a label, a leaf flag and the offset of its children.
bool HasLeaf(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t ValueOf(uint32_t unit) { return unit & 0x7FFFFFFF; }
uint32_t LabelOf(uint32_t unit) { return unit & (0x80000000U | 0xFF); }
uint32_t OffsetOf(uint32_t unit) { return (unit >> 10) << ((unit & (1U << 9)) >> 6); }

void AppendReplacement(std::string_view old, std::string_view replacement,
                       std::vector<Change>& changes) {
  const size_t first = changes.size();
  const auto num_old = static_cast<ptrdiff_t>(CountCodePoints(old));
  for (const char32_t c : DecodeUtf8(replacement)) changes.push_back({c, 0});
  const auto num_new = static_cast<ptrdiff_t>(changes.size() - first);
  for (ptrdiff_t i = num_old; i < num_new; ++i) {
    changes[static_cast<size_t>(static_cast<ptrdiff_t>(first) + i)].change = 1;
  }
  // With nothing before it, the library forgets a removal: the spans after it shift.
  if (num_new < num_old && !changes.empty()) {
    changes.back().change += static_cast<int>(num_new - num_old);
  }
}

}  // namespace

Charsmap::Charsmap(const JsonNode& node) : path_(node.path()) {
  const std::string bytes = DecodeBase64(node);
  uint32_t trie_bytes = 0;
  if (bytes.size() < sizeof trie_bytes) node.Refuse("an empty map", "a precompiled charsmap");
  std::memcpy(&trie_bytes, bytes.data(), sizeof trie_bytes);
  const size_t num_units = trie_bytes / sizeof(uint32_t);
  const size_t start = sizeof trie_bytes;
  if (num_units == 0 || bytes.size() - start < num_units * sizeof(uint32_t)) {
    node.Refuse("a trie longer than the map", "a precompiled charsmap");
  }
  units_.resize(num_units);
  std::memcpy(units_.data(), bytes.data() + start, num_units * sizeof(uint32_t));
  replacements_ = bytes.substr(start + num_units * sizeof(uint32_t));
  if (FirstInvalidUtf8(replacements_)) node.Refuse("replacements that are not UTF-8", "UTF-8");
}

void Charsmap::FailBroken() const {
  Fail(ErrorKind::kModel, "normalizing a text with " + path_, "a map that points outside itself",
       "a precompiled charsmap", "the file again from its source");
}

uint32_t Charsmap::Unit(size_t at) const {
  if (at >= units_.size()) FailBroken();
  return units_[at];
}

// The library takes the shortest key that begins the chunk.
std::optional<std::string_view> Charsmap::ReplacementOf(std::string_view chunk) const {
  size_t at = OffsetOf(Unit(0));
  for (const char c : chunk) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) return std::nullopt;
    at ^= byte;
    const uint32_t unit = Unit(at);
    if (LabelOf(unit) != byte) return std::nullopt;
    at ^= OffsetOf(unit);
    if (!HasLeaf(unit)) continue;
    const size_t begin = ValueOf(Unit(at));
    if (begin > replacements_.size()) FailBroken();
    const size_t end = std::min(replacements_.find('\0', begin), replacements_.size());
    const std::string_view found = std::string_view(replacements_).substr(begin, end - begin);
    if (FirstInvalidUtf8(found)) FailBroken();
    return found;
  }
  return std::nullopt;
}

void Charsmap::Apply(AlignedText& text) const {
  const std::string_view all = text.text();
  std::vector<Change> changes;
  changes.reserve(all.size());
  bool is_changed = false;
  const auto replace = [&](std::string_view chunk) {
    const auto replacement = ReplacementOf(chunk);
    if (!replacement) return false;
    AppendReplacement(chunk, *replacement, changes);
    return is_changed = true;
  };
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = GraphemeEnd(all, begin);
    if (end - begin >= kWholeGraphemeBytes || !replace(all.substr(begin, end - begin))) {
      for (size_t at = begin; at < end;) {
        const CodePoint point = CodePointAt(all, at);
        if (!replace(all.substr(at, point.num_bytes))) changes.push_back({point.value, 0});
        at += point.num_bytes;
      }
    }
    begin = end;
  }
  if (is_changed) text.Transform(changes);
}

}  // namespace plumbline::data::tokenizer_json
