#include "harness/data/tokenizer_json/pre_tokenizers.h"

#include <string>
#include <utility>

#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/byte_letters.h"
#include "harness/data/tokenizer_json/patterns.h"
#include "harness/data/tokenizer_json/unicode_classes.h"

namespace plumbline::data::tokenizer_json {
namespace {

void AddSlices(const AlignedText& text, const std::vector<Match>& cuts,
               std::vector<AlignedText>& pieces) {
  for (const Match& cut : cuts) {
    if (cut.begin < cut.end) pieces.push_back(text.Slice(cut.begin, cut.end));
  }
}

PreTokenizer ReadSequence(const JsonNode& node) {
  node.AllowOnly({"type", "pretokenizers"});
  std::vector<PreTokenizer> steps;
  for (const JsonNode& element : node.At("pretokenizers").Elements()) {
    steps.push_back(ReadPreTokenizer(element));
  }
  return [steps = std::move(steps)](AlignedText text, std::vector<AlignedText>& pieces) {
    std::vector<AlignedText> current;
    current.push_back(std::move(text));
    for (const PreTokenizer& step : steps) {
      std::vector<AlignedText> next;
      for (AlignedText& piece : current) step(std::move(piece), next);
      current = std::move(next);
    }
    for (AlignedText& piece : current) pieces.push_back(std::move(piece));
  };
}

SplitBehavior ReadBehavior(const JsonNode& node) {
  const std::string& name = node.Text();
  if (name == "Removed") return SplitBehavior::kRemoved;
  if (name == "Isolated") return SplitBehavior::kIsolated;
  if (name == "MergedWithPrevious") return SplitBehavior::kMergedWithPrevious;
  if (name == "MergedWithNext") return SplitBehavior::kMergedWithNext;
  if (name == "Contiguous") return SplitBehavior::kContiguous;
  node.Refuse("'" + name + "'",
              "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
}

PreTokenizer ReadSplit(const JsonNode& node) {
  node.AllowOnly({"type", "pattern", "behavior", "invert"});
  return [pattern = Pattern(node.At("pattern")), behavior = ReadBehavior(node.At("behavior")),
          is_inverted = node.At("invert").Bool()](AlignedText text,
                                                  std::vector<AlignedText>& pieces) {
    std::vector<Match> matches = pattern.Search(text.text());
    for (Match& match : matches) match.is_match = match.is_match != is_inverted;
    AddSlices(text, Cut(matches, behavior), pieces);
  };
}

void ToByteLetters(AlignedText& text) {
  std::vector<Change> changes;
  changes.reserve(text.text().size());
  const std::string& bytes = text.text();
  for (size_t at = 0; at < bytes.size();) {
    const size_t size = CodePointAt(bytes, at).num_bytes;
    for (size_t i = 0; i < size; ++i) {
      changes.push_back({LetterOfByte(static_cast<unsigned char>(bytes[at + i])), i > 0});
    }
    at += size;
  }
  text.Transform(changes);
}

PreTokenizer ReadByteLevel(const JsonNode& node) {
  node.AllowOnly({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  return [adds_space = node.At("add_prefix_space").Bool(),
          is_split = node.BoolOr("use_regex", true)](AlignedText text,
                                                     std::vector<AlignedText>& pieces) {
    static const Pattern words(ScanGpt2);
    if (adds_space && !text.text().starts_with(' ')) text.Prepend(" ");
    const size_t first = pieces.size();
    if (is_split) {
      AddSlices(text, words.Search(text.text()), pieces);
    } else if (!text.empty()) {
      pieces.push_back(std::move(text));
    }
    for (size_t i = first; i < pieces.size(); ++i) ToByteLetters(pieces[i]);
  };
}

PreTokenizer ReadMetaspaceSplit(const JsonNode& node) {
  return [metaspace = ReadMetaspace(node)](AlignedText text, std::vector<AlignedText>& pieces) {
    static const Pattern space(" ");
    text.Replace(space.Search(text.text()), metaspace.replacement);
    const bool is_wanted =
        metaspace.prepend_scheme == PrependScheme::kAlways ||
        (metaspace.prepend_scheme == PrependScheme::kFirst && text.origin() == 0);
    if (is_wanted && !text.text().starts_with(metaspace.replacement)) {
      text.Prepend(metaspace.replacement);
    }
    if (metaspace.is_split) {
      const Pattern starts(metaspace.replacement);
      AddSlices(text, Cut(starts.Search(text.text()), SplitBehavior::kMergedWithNext), pieces);
    } else if (!text.empty()) {
      pieces.push_back(std::move(text));
    }
  };
}

void SplitAtSpaces(AlignedText text, std::vector<AlignedText>& pieces) {
  static const Pattern space([](std::string_view all, size_t begin) {
    const CodePoint point = CodePointAt(all, begin);
    return IsSpace(point.value) ? begin + point.num_bytes : begin;
  });
  AddSlices(text, Cut(space.Search(text.text()), SplitBehavior::kRemoved), pieces);
}

PrependScheme ReadScheme(const JsonNode& node) {
  const std::string& name = node.Text();
  if (name == "first") return PrependScheme::kFirst;
  if (name == "never") return PrependScheme::kNever;
  if (name == "always") return PrependScheme::kAlways;
  node.Refuse("'" + name + "'", "first, never or always");
}

}  // namespace

Metaspace ReadMetaspace(const JsonNode& node) {
  node.AllowOnly(
      {"type", "replacement", "prepend_scheme", "add_prefix_space", "split", "str_rep"});
  Metaspace metaspace;
  AppendUtf8(node.At("replacement").Character(), metaspace.replacement);
  const auto scheme = node.Find("prepend_scheme");
  if (scheme) metaspace.prepend_scheme = ReadScheme(*scheme);
  // The name of older files.
  if (!node.BoolOr("add_prefix_space", true)) {
    if (scheme && metaspace.prepend_scheme != PrependScheme::kNever) {
      node.At("add_prefix_space").Refuse("false, which prepend_scheme contradicts", "true");
    }
    metaspace.prepend_scheme = PrependScheme::kNever;
  }
  metaspace.is_split = node.BoolOr("split", true);
  return metaspace;
}

PreTokenizer ReadPreTokenizer(const JsonNode& node) {
  const std::string& type = node.Type();
  if (type == "Sequence") return ReadSequence(node);
  if (type == "Split") return ReadSplit(node);
  if (type == "ByteLevel") return ReadByteLevel(node);
  if (type == "Metaspace") return ReadMetaspaceSplit(node);
  if (type != "WhitespaceSplit") {
    node.RefuseType("Split, ByteLevel, Metaspace, WhitespaceSplit or Sequence");
  }
  node.AllowOnly({"type"});
  return SplitAtSpaces;
}

}  // namespace plumbline::data::tokenizer_json
