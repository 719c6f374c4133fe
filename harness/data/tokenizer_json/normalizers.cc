#include "harness/data/tokenizer_json/normalizers.h"

#include <memory>
#include <utility>
#include <vector>

#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/charsmap.h"
#include "harness/data/tokenizer_json/patterns.h"
#include "harness/data/tokenizer_json/unicode_classes.h"
#include "harness/data/tokenizer_json/unicode_forms.h"

namespace plumbline::data::tokenizer_json {
namespace {

constexpr std::string_view kKnown =
    "NFC, NFD, NFKC, NFKD, Precompiled, Replace, Prepend, Strip, Lowercase, BertNormalizer or "
    "Sequence";

Normalizer ReadForm(const JsonNode& node, UnicodeForm form) {
  node.AllowOnly({"type"});
  return [form](AlignedText& text) { ToForm(form, text); };
}

Normalizer ReadSequence(const JsonNode& node) {
  node.AllowOnly({"type", "normalizers"});
  std::vector<Normalizer> normalizers;
  for (const JsonNode& element : node.At("normalizers").Elements()) {
    normalizers.push_back(ReadNormalizer(element));
  }
  return [normalizers = std::move(normalizers)](AlignedText& text) {
    for (const Normalizer& normalizer : normalizers) normalizer(text);
  };
}

Normalizer ReadPrecompiled(const JsonNode& node) {
  node.AllowOnly({"type", "precompiled_charsmap"});
  const auto map = std::make_shared<const Charsmap>(node.At("precompiled_charsmap"));
  return [map](AlignedText& text) { map->Apply(text); };
}

Normalizer ReadReplace(const JsonNode& node) {
  node.AllowOnly({"type", "pattern", "content"});
  return [pattern = Pattern(node.At("pattern")),
          content = node.At("content").Text()](AlignedText& text) {
    text.Replace(pattern.Search(text.text()), content);
  };
}

Normalizer ReadPrepend(const JsonNode& node) {
  node.AllowOnly({"type", "prepend"});
  const JsonNode start = node.At("prepend");
  if (start.Text().empty()) start.Refuse("an empty text", "a text to prepend");
  return [start = start.Text()](AlignedText& text) { text.Prepend(start); };
}

void Strip(bool left, bool right, AlignedText& text) {
  size_t begin = 0;
  size_t end = 0;  // of the last character that is no space
  bool is_leading = true;
  const std::string_view all = text.text();
  for (size_t at = 0; at < all.size();) {
    const CodePoint point = CodePointAt(all, at);
    at += point.num_bytes;
    is_leading = is_leading && IsSpace(point.value);
    if (is_leading) begin = at;
    if (!IsSpace(point.value)) end = at;
  }
  if (!left) begin = 0;
  if (!right) end = all.size();
  text.Keep(begin, std::max(begin, end));
}

Normalizer ReadStrip(const JsonNode& node) {
  node.AllowOnly({"type", "strip_left", "strip_right"});
  return [left = node.At("strip_left").Bool(),
          right = node.At("strip_right").Bool()](AlignedText& text) { Strip(left, right, text); };
}

void ToLowerCase(AlignedText& text) {
  std::vector<Change> changes;
  changes.reserve(text.text().size());
  for (const char32_t c : DecodeUtf8(text.text())) {
    const auto [first, second] = LowerCase(c);
    changes.push_back({first, 0});
    if (second != 0) changes.push_back({second, 1});
  }
  text.Transform(changes);
}

// KoBART's file holds one with everything off, which changes nothing.
Normalizer ReadBert(const JsonNode& node) {
  node.AllowOnly({"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"});
  for (const char* flag : {"clean_text", "handle_chinese_chars", "strip_accents", "lowercase"}) {
    if (node.BoolOr(flag, false)) {
      node.At(flag).Refuse("true, which is not supported", "false");
    }
  }
  return [](AlignedText&) {};
}

}  // namespace

Normalizer ReadNormalizer(const JsonNode& node) {
  const std::string& type = node.Type();
  if (type == "NFC") return ReadForm(node, {.composed = true, .compatible = false});
  if (type == "NFD") return ReadForm(node, {.composed = false, .compatible = false});
  if (type == "NFKC") return ReadForm(node, {.composed = true, .compatible = true});
  if (type == "NFKD") return ReadForm(node, {.composed = false, .compatible = true});
  if (type == "Sequence") return ReadSequence(node);
  if (type == "Precompiled") return ReadPrecompiled(node);
  if (type == "Replace") return ReadReplace(node);
  if (type == "Prepend") return ReadPrepend(node);
  if (type == "Strip") return ReadStrip(node);
  if (type == "BertNormalizer") return ReadBert(node);
  if (type != "Lowercase") node.RefuseType(std::string(kKnown));
  node.AllowOnly({"type"});
  return ToLowerCase;
}

}  // namespace plumbline::data::tokenizer_json
