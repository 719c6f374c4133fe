#include "harness/data/tokenizer_json/decoders.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/byte_letters.h"
#include "harness/data/tokenizer_json/patterns.h"
#include "harness/data/tokenizer_json/pre_tokenizers.h"

namespace plumbline::data::tokenizer_json {
namespace {

std::string ReplaceAll(std::string_view text, const Pattern& pattern, std::string_view content) {
  std::string result;
  for (const Match& match : pattern.Search(text)) {
    result += match.is_match ? content : text.substr(match.begin, match.end - match.begin);
  }
  return result;
}

Decoder ReadSequence(const JsonNode& node) {
  node.AllowOnly({"type", "decoders"});
  std::vector<Decoder> steps;
  for (const JsonNode& element : node.At("decoders").Elements()) {
    steps.push_back(ReadDecoder(element));
  }
  return [steps = std::move(steps)](std::vector<std::string>& pieces) {
    for (const Decoder& step : steps) step(pieces);
  };
}

// A piece with a character outside the alphabet (an added token) stands for itself.
void DecodeByteLevel(std::vector<std::string>& pieces) {
  std::string bytes;
  for (const std::string& piece : pieces) bytes += BytesOfLetters(piece).value_or(piece);
  pieces = {ReplaceBrokenUtf8(bytes)};
}

// The first piece loses its replacement characters, all of them, as in the library.
Decoder ReadMetaspaceDecoder(const JsonNode& node) {
  return [metaspace = ReadMetaspace(node)](std::vector<std::string>& pieces) {
    const Pattern replaced(metaspace.replacement);
    for (size_t i = 0; i < pieces.size(); ++i) {
      const bool is_dropped = i == 0 && metaspace.prepend_scheme != PrependScheme::kNever;
      pieces[i] = ReplaceAll(pieces[i], replaced, is_dropped ? "" : " ");
    }
  };
}

Decoder ReadReplace(const JsonNode& node) {
  node.AllowOnly({"type", "pattern", "content"});
  return [pattern = Pattern(node.At("pattern")),
          content = node.At("content").Text()](std::vector<std::string>& pieces) {
    for (std::string& piece : pieces) piece = ReplaceAll(piece, pattern, content);
  };
}

void Fuse(std::vector<std::string>& pieces) {
  std::string all;
  for (const std::string& piece : pieces) all += piece;
  pieces = {std::move(all)};
}

int DigitOfHex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// 65 of "<0x41>". Rust's number parser, which the library uses, takes a plus sign too.
std::optional<char> ByteOf(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return std::nullopt;
  const int high = piece[3] == '+' ? 0 : DigitOfHex(piece[3]);
  const int low = DigitOfHex(piece[4]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

// Runs of byte pieces become characters, or one U+FFFD a byte when they are not UTF-8.
void DecodeBytes(std::vector<std::string>& pieces) {
  std::vector<std::string> result;
  std::string bytes;
  const auto end_run = [&] {
    if (bytes.empty()) return;
    if (!FirstInvalidUtf8(bytes)) {
      result.push_back(bytes);
    } else {
      result.insert(result.end(), bytes.size(), "\xEF\xBF\xBD");
    }
    bytes.clear();
  };
  for (std::string& piece : pieces) {
    if (const auto byte = ByteOf(piece)) {
      bytes.push_back(*byte);
    } else {
      end_run();
      result.push_back(std::move(piece));
    }
  }
  end_run();
  pieces = std::move(result);
}

Decoder ReadStrip(const JsonNode& node) {
  node.AllowOnly({"type", "content", "start", "stop"});
  std::string content;
  AppendUtf8(node.At("content").Character(), content);
  return [content, start = node.At("start").Count(),
          stop = node.At("stop").Count()](std::vector<std::string>& pieces) {
    for (std::string& piece : pieces) {
      std::string_view rest = piece;
      for (int64_t i = 0; i < start && rest.starts_with(content); ++i) {
        rest.remove_prefix(content.size());
      }
      for (int64_t i = 0; i < stop && rest.ends_with(content); ++i) {
        rest.remove_suffix(content.size());
      }
      piece = std::string(rest);
    }
  };
}

Decoder ReadBpeDecoder(const JsonNode& node) {
  node.AllowOnly({"type", "suffix"});
  const JsonNode suffix = node.At("suffix");
  if (suffix.Text().empty()) suffix.Refuse("an empty text", "what ends a word");
  return [pattern = Pattern(suffix.Text())](std::vector<std::string>& pieces) {
    for (std::string& piece : pieces) {
      piece = ReplaceAll(piece, pattern, &piece == &pieces.back() ? "" : " ");
    }
  };
}

}  // namespace

Decoder ReadDecoder(const JsonNode& node) {
  const std::string& type = node.Type();
  if (type == "Sequence") return ReadSequence(node);
  if (type == "Metaspace") return ReadMetaspaceDecoder(node);
  if (type == "Replace") return ReadReplace(node);
  if (type == "Strip") return ReadStrip(node);
  if (type == "BPEDecoder") return ReadBpeDecoder(node);
  if (type == "ByteLevel") {
    node.AllowOnly({"type", "add_prefix_space", "trim_offsets", "use_regex"});
    return DecodeByteLevel;
  }
  if (type != "Fuse" && type != "ByteFallback") {
    node.RefuseType(
        "ByteLevel, Metaspace, Replace, Fuse, ByteFallback, Strip, BPEDecoder or Sequence");
  }
  node.AllowOnly({"type"});
  return type == "Fuse" ? Decoder(Fuse) : Decoder(DecodeBytes);
}

}  // namespace plumbline::data::tokenizer_json
