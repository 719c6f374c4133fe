#include "harness/data/tokenizer_json/post_processors.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/byte_letters.h"
#include "harness/data/tokenizer_json/unicode_classes.h"

namespace plumbline::data::tokenizer_json {
namespace {

// Tokens around the text.
struct Surroundings {
  Encoding before, after;
};

void Append(const Encoding& from, Encoding& to) {
  to.ids.insert(to.ids.end(), from.ids.begin(), from.ids.end());
  to.pieces.insert(to.pieces.end(), from.pieces.begin(), from.pieces.end());
  to.offsets.insert(to.offsets.end(), from.offsets.begin(), from.offsets.end());
}

PostProcessor Surrounding(Surroundings around) {
  return [around = std::move(around)](std::string_view, bool with_special, Encoding& encoding) {
    if (!with_special) return;
    Encoding result = around.before;
    Append(encoding, result);
    Append(around.after, result);
    encoding = std::move(result);
  };
}

PostProcessor ReadSequence(const JsonNode& node) {
  node.AllowOnly({"type", "processors"});
  std::vector<PostProcessor> steps;
  for (const JsonNode& element : node.At("processors").Elements()) {
    steps.push_back(ReadPostProcessor(element));
  }
  return [steps = std::move(steps)](std::string_view text, bool with_special, Encoding& encoding) {
    for (const PostProcessor& step : steps) step(text, with_special, encoding);
  };
}

bool IsBlank(char32_t c) { return IsSpace(c) || c == LetterOfByte(' '); }

size_t BlanksAtStart(const std::u32string& piece) {
  const auto first = std::find_if_not(piece.begin(), piece.end(), IsBlank);
  return static_cast<size_t>(first - piece.begin());
}

size_t BlanksAtEnd(const std::u32string& piece) {
  const auto last = std::find_if_not(piece.rbegin(), piece.rend(), IsBlank);
  return static_cast<size_t>(last - piece.rbegin());
}

// The library counts in characters of the text.
size_t Forward(std::string_view text, size_t at, size_t count) {
  for (; count > 0 && at < text.size(); --count) at += CodePointAt(text, at).num_bytes;
  return at;
}

// Nothing when the text begins before that.
std::optional<size_t> Backward(std::string_view text, size_t at, size_t count) {
  for (; count > 0; --count) {
    if (at == 0) return std::nullopt;
    do {
      --at;
    } while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  }
  return at;
}

void TrimOffsets(std::string_view text, bool adds_space, Encoding& encoding) {
  for (size_t i = 0; i < encoding.ids.size(); ++i) {
    ByteSpan& span = encoding.offsets[i];
    const std::u32string piece = DecodeUtf8(encoding.pieces[i]);
    size_t leading = BlanksAtStart(piece);
    const size_t trailing = BlanksAtEnd(piece);
    // A single one at the very start was put there, and covers nothing of the text.
    if ((i == 0 || span.begin == 0) && adds_space && leading == 1) leading = 0;
    span.begin = std::min(Forward(text, span.begin, leading), span.end);
    if (const auto end = Backward(text, span.end, trailing)) span.end = std::max(*end, span.begin);
  }
}

PostProcessor ReadByteLevel(const JsonNode& node) {
  node.AllowOnly({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  return [adds_space = node.At("add_prefix_space").Bool(),
          trims = node.At("trim_offsets").Bool()](std::string_view text, bool, Encoding& encoding) {
    if (trims) TrimOffsets(text, adds_space, encoding);
  };
}

void AddSpecial(const JsonNode& name, const JsonNode& tokens, Encoding& encoding) {
  const auto token = tokens.Find(name.Text());
  if (!token) name.Refuse(Quoted(name.Text()), "one of the special_tokens beside");
  token->AllowOnly({"id", "ids", "tokens"});
  const std::vector<JsonNode> ids = token->At("ids").Elements();
  const std::vector<JsonNode> pieces = token->At("tokens").Elements();
  if (ids.size() != pieces.size()) token->Refuse("ids and tokens of unequal number", "pairs");
  for (size_t i = 0; i < ids.size(); ++i) {
    encoding.ids.push_back(ids[i].Count());
    encoding.pieces.push_back(pieces[i].Text());
    encoding.offsets.push_back({0, 0});
  }
}

PostProcessor ReadTemplate(const JsonNode& node) {
  node.AllowOnly({"type", "single", "pair", "special_tokens"});
  Surroundings around;
  bool is_after = false;
  for (const JsonNode& part : node.At("single").Elements()) {
    part.AllowOnly({"Sequence", "SpecialToken"});
    if (const auto sequence = part.Find("Sequence")) {
      if (is_after || sequence->At("id").Text() != "A") {
        sequence->Refuse("a second text", "the text A once");
      }
      is_after = true;
    } else {
      AddSpecial(part.At("SpecialToken").At("id"), node.At("special_tokens"),
                 is_after ? around.after : around.before);
    }
  }
  if (!is_after) node.At("single").Refuse("a template without the text", "the text A once");
  return Surrounding(std::move(around));
}

void KeepRange(size_t begin, size_t end, Encoding& encoding) {
  const auto keep = [&](auto& list) {
    list.erase(list.begin() + static_cast<ptrdiff_t>(end), list.end());
    list.erase(list.begin(), list.begin() + static_cast<ptrdiff_t>(begin));
  };
  keep(encoding.ids);
  keep(encoding.pieces);
  keep(encoding.offsets);
}

bool IsLeft(const JsonNode& node) {
  const auto direction = node.Find("direction");
  if (!direction || direction->Text() == "Right") return false;
  if (direction->Text() != "Left") direction->Refuse(Quoted(direction->Text()), "Left or Right");
  return true;
}

}  // namespace

PostProcessor ReadPostProcessor(const JsonNode& node) {
  const std::string& type = node.Type();
  if (type == "Sequence") return ReadSequence(node);
  if (type == "ByteLevel") return ReadByteLevel(node);
  if (type == "TemplateProcessing") return ReadTemplate(node);
  node.RefuseType("ByteLevel, TemplateProcessing or Sequence");
}

LengthRule ReadTruncation(const JsonNode& node, size_t num_added) {
  node.AllowOnly({"direction", "max_length", "strategy", "stride"});
  const std::string& strategy = node.At("strategy").Text();
  if (strategy != "LongestFirst" && strategy != "OnlyFirst") {
    node.At("strategy").Refuse(Quoted(strategy), "LongestFirst or OnlyFirst");
  }
  const auto most = static_cast<size_t>(node.At("max_length").Count());
  const auto stride = static_cast<size_t>(node.At("stride").Count());
  if (most < num_added + stride) {
    node.At("max_length").Refuse(std::to_string(most),
                                 "room for the special tokens and the stride");
  }
  return [room = most - num_added, is_left = IsLeft(node)](Encoding& encoding) {
    const size_t size = encoding.ids.size();
    if (size <= room) return;
    KeepRange(is_left ? size - room : 0, is_left ? size : room, encoding);
  };
}

LengthRule ReadPadding(const JsonNode& node) {
  node.AllowOnly(
      {"strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token"});
  size_t fixed = 0;
  if (const JsonNode strategy = node.At("strategy"); strategy.json().is_object()) {
    strategy.AllowOnly({"Fixed"});
    fixed = static_cast<size_t>(strategy.At("Fixed").Count());
  } else if (strategy.Text() != "BatchLongest") {
    strategy.Refuse(Quoted(strategy.Text()), "BatchLongest or {\"Fixed\": N}");
  }
  const auto of = node.Find("pad_to_multiple_of");
  const size_t multiple = of ? std::max<size_t>(static_cast<size_t>(of->Count()), 1) : 1;
  return [fixed, multiple, is_left = IsLeft(node), id = node.At("pad_id").Count(),
          piece = node.At("pad_token").Text()](Encoding& encoding) {
    const size_t wanted = fixed > 0 ? fixed : encoding.ids.size();
    const size_t size = (wanted + multiple - 1) / multiple * multiple;
    if (size <= encoding.ids.size()) return;
    const size_t count = size - encoding.ids.size();
    const auto pad = [&](auto& list, auto value) {
      list.insert(is_left ? list.begin() : list.end(), count, value);
    };
    pad(encoding.ids, id);
    pad(encoding.pieces, piece);
    pad(encoding.offsets, ByteSpan{});
  };
}

}  // namespace plumbline::data::tokenizer_json
