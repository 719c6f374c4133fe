#include "harness/config/value.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/base/number.h"

namespace plumbline::config {
namespace {

// What a bare word is. Words that readers of other YAML versions take for something else are kinds
// of their own.
enum class Word { kNull, kBool, kAmbiguousBool, kInt, kFloat, kOddNumber, kText };

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

bool IsDecimalInteger(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return AllDigits(text) && (text.size() == 1 || text[0] != '0');
}

// 1.5, .5, 1., 1e-3, 3e-05: digits before or after the point, a decimal exponent.
bool IsDecimalFloat(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  size_t i = 0;
  const auto digits = [&] {
    const size_t begin = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i - begin;
  };
  const size_t before = digits();
  size_t after = 0;
  if (before > 1 && text[0] == '0') return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    after = digits();
  }
  if (before + after == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

// 08, +5, 1_000, 0x1f, 0o17, 1:30, .inf, nan, 00.5: numbers to some reader, other numbers to
// another.
bool IsOddNumber(std::string_view text) {
  const std::string lowered = Lowered(text);
  std::string_view rest = lowered;
  if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
  if (rest == ".inf" || rest == ".nan" || rest == "inf" || rest == "nan" || rest == "infinity")
    return true;
  if (rest.size() > 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'o' || rest[1] == 'b')) {
    return rest.find_first_not_of("0123456789abcdef_", 2) == std::string_view::npos;
  }
  if (rest.empty() || !(IsDigit(rest[0]) || rest[0] == '.') || !IsDigit(rest.back())) return false;
  return rest.find_first_not_of("0123456789_:.") == std::string_view::npos;
}

Word Classify(const Node& node) {
  if (node.kind == Node::Kind::kNull) return Word::kNull;
  if (node.quoted) return Word::kText;
  const std::string& text = node.text;
  const std::string lowered = Lowered(text);
  if (lowered == "null" || text == "~" || text.empty()) return Word::kNull;
  if (text == "true" || text == "false") return Word::kBool;
  constexpr std::array<std::string_view, 8> kBooleans = {"true", "false", "yes", "no",
                                                         "on",   "off",   "y",   "n"};
  if (std::find(kBooleans.begin(), kBooleans.end(), lowered) != kBooleans.end())
    return Word::kAmbiguousBool;
  if (IsDecimalInteger(text)) return Word::kInt;
  if (IsDecimalFloat(text)) return Word::kFloat;
  return IsOddNumber(text) ? Word::kOddNumber : Word::kText;
}

std::string Shown(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "no value";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
    case Node::Kind::kScalar:
      break;
  }
  return node.quoted ? "the text \"" + node.text + "\"" : node.text;
}

// Reads one value of a key; holds what every error needs.
class Reader {
 public:
  Reader(const KeySpec& spec, const std::string& place) : spec_(spec), place_(place) {}

  Json Read(const Node& node) const {
    const bool is_scalar = node.kind == Node::Kind::kScalar || node.kind == Node::Kind::kNull;
    if (is_scalar && Classify(node) == Word::kNull) return ReadNull(node);
    switch (spec_.type) {
      case Type::kTextList:
      case Type::kFloatList:
        return ReadList(node);
      case Type::kIntOrList:
      case Type::kTextOrList:
        return node.kind == Node::Kind::kList ? ReadList(node) : Item(node);
      default:
        return Item(node);
    }
  }

 private:
  [[noreturn]] void Refuse(const Node& node, const std::string& hint) const {
    std::string wanted = TypeName(spec_.type);
    if (!spec_.range.empty()) wanted += (spec_.type == Type::kChoice ? ": " : " in ") + spec_.range;
    Fail(ErrorKind::kUsage, place_ + ": " + spec_.name, Shown(node), wanted, hint);
  }

  Json ReadNull(const Node& node) const {
    if (!spec_.default_value.is_null())
      Refuse(node, "removing the line for " + spec_.default_value.dump());
    return nullptr;
  }

  Json ReadList(const Node& node) const {
    if (node.kind != Node::Kind::kList) Refuse(node, "[" + node.text + "]");
    Json list = Json::array();
    for (const Node& item : node.items) list.push_back(Item(item));
    return list;
  }

  Json Item(const Node& node) const {
    if (node.kind == Node::Kind::kList) Refuse(node, "one value without brackets");
    if (node.kind != Node::Kind::kScalar) Refuse(node, "one value");
    switch (spec_.type) {
      case Type::kBool:
        return ReadBool(node);
      case Type::kBoolOrNever:
        return node.text == "never" ? Json("never") : ReadBool(node);
      case Type::kInt:
      case Type::kIntOrList:
        return ReadInt(node);
      case Type::kFloat:
      case Type::kFloatList:
        return ReadFloat(node);
      case Type::kChoice:
        return ReadChoice(node);
      case Type::kText:
      case Type::kTextOrList:
      case Type::kTextList:
      case Type::kPath:
        return ReadText(node);
    }
    Refuse(node, "another value");
  }

  Json ReadBool(const Node& node) const {
    const Word word = Classify(node);
    if (word == Word::kBool) return node.text == "true";
    Refuse(node, word == Word::kAmbiguousBool || node.quoted ? "true or false, unquoted"
                                                             : "true or false");
  }

  Json ReadInt(const Node& node) const {
    const Word word = Classify(node);
    const auto value = word == Word::kInt ? ParseInt(node.text) : std::nullopt;
    if (!value) Refuse(node, HintForInt(node, word));
    RequireInRange(node, static_cast<double>(*value));
    return *value;
  }

  Json ReadFloat(const Node& node) const {
    const Word word = Classify(node);
    if (word != Word::kInt && word != Word::kFloat) {
      Refuse(node, node.quoted ? "the number without quotes" : "a plain decimal such as 3e-05");
    }
    const std::string digits = node.text.ends_with('.') ? node.text + "0" : node.text;
    const auto value = ParseDouble(digits);
    if (!value || !std::isfinite(*value)) Refuse(node, "a number of ordinary size");
    RequireInRange(node, *value);
    return *value;
  }

  Json ReadChoice(const Node& node) const {
    const std::vector<std::string> choices = Choices(spec_);
    if (std::find(choices.begin(), choices.end(), node.text) != choices.end()) return node.text;
    Refuse(node, Quoted(NearestName(node.text, choices)));
  }

  Json ReadText(const Node& node) const {
    if (Classify(node) != Word::kText)
      Refuse(node, "\"" + node.text + "\", in quotes, if text is meant");
    if (node.text.empty()) Refuse(node, "a value, or removing the key");
    return node.text;
  }

  static std::string HintForInt(const Node& node, Word word) {
    if (node.quoted) return node.text + " without quotes";
    const auto number = word == Word::kFloat ? ParseDouble(node.text) : std::nullopt;
    const bool whole = number && std::floor(*number) == *number && std::fabs(*number) < 1e15;
    if (whole) return std::to_string(static_cast<int64_t>(*number));
    return "a plain decimal integer such as 8";
  }

  void RequireInRange(const Node& node, double value) const {
    if (spec_.range.empty() || spec_.type == Type::kChoice) return;
    const std::string& range = spec_.range;
    const size_t comma = range.find(", ");
    const double low = *ParseDouble(range.substr(1, comma - 1));
    const std::string high_text = range.substr(comma + 2, range.size() - comma - 3);
    const double high =
        high_text == "inf" ? std::numeric_limits<double>::infinity() : *ParseDouble(high_text);
    const bool above = range.front() == '[' ? value >= low : value > low;
    const bool below = range.back() == ']' ? value <= high : value < high;
    if (!above || !below) Refuse(node, "a value in that range");
  }

  const KeySpec& spec_;
  const std::string& place_;
};

bool HoldsText(Type type) {
  return type == Type::kText || type == Type::kPath || type == Type::kTextOrList ||
         type == Type::kTextList;
}

}  // namespace

Json ReadValue(const KeySpec& spec, const Node& node, const std::string& place) {
  return Reader(spec, place).Read(node);
}

Json ReadWord(const KeySpec& spec, const std::string& word, const std::string& place) {
  const bool may_hold_list = spec.type != Type::kText && spec.type != Type::kPath;
  if (may_hold_list && word.starts_with('[')) return ReadValue(spec, ParseYaml(word, place), place);
  Node node = PlainScalar(word);
  node.quoted = HoldsText(spec.type) && !(word == "null" && spec.default_value.is_null());
  return ReadValue(spec, node, place);
}

}  // namespace plumbline::config
