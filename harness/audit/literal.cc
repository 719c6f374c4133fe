#include "harness/audit/literal.h"

#include <cmath>

#include "harness/audit/decimal.h"
#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/base/utf8.h"

namespace plumbline::audit {
namespace {

bool IsWord(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '.' || c == '+' || c == '-';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class LiteralParser {
 public:
  LiteralParser(std::string_view text, size_t position, int line)
      : text_(text), at_(position), line_(line) {}

  std::optional<Literal> Value(int depth) {
    SkipSpace();
    if (depth > kDeepestLiteral) return Refuse("nested deeper than 256");
    if (at_ >= text_.size()) return Refuse("end of text");
    const char c = text_[at_];
    const int line = line_;
    std::optional<Literal> value;
    if (c == '{') {
      value = Map(depth);
    } else if (c == '[' || c == '(') {
      value = List(depth, c == '[' ? ']' : ')');
    } else if (c == '"' || c == '\'') {
      value = TextValue();
    } else {
      value = Word();
    }
    if (value) value->line = line;
    return value;
  }

  void SkipSpace() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
      } else if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        continue;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
      ++at_;
    }
  }

  size_t at() const { return at_; }
  int line() const { return line_; }
  const std::string& problem() const { return problem_; }

 private:
  std::nullopt_t Refuse(const std::string& what) {
    if (problem_.empty()) problem_ = "line " + std::to_string(line_) + ": " + what;
    return std::nullopt;
  }

  bool Take(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // The `# ...` that follows on this line, behind a comma or nothing.
  std::string CommentAhead() const {
    size_t i = at_;
    while (i < text_.size() && (text_[i] == ' ' || text_[i] == ',' || text_[i] == '\t')) ++i;
    if (i >= text_.size() || text_[i] != '#') return "";
    size_t end = text_.find('\n', i);
    if (end == std::string_view::npos) end = text_.size();
    std::string_view comment = text_.substr(i + 1, end - i - 1);
    while (!comment.empty() && comment.front() == ' ') comment.remove_prefix(1);
    return std::string(comment);
  }

  std::optional<Literal> Map(int depth) {
    Literal map;
    map.kind = Literal::Kind::kMap;
    ++at_;
    while (!Take('}')) {
      SkipSpace();
      const auto key = Value(depth + 1);
      if (!key) return std::nullopt;
      if (key->kind == Literal::Kind::kMap || key->kind == Literal::Kind::kList) {
        return Refuse("a key that is no word");
      }
      if (!Take(':')) return Refuse("no ':' after a key");
      auto value = Value(depth + 1);
      if (!value) return std::nullopt;
      value->comment = CommentAhead();
      map.members.emplace_back(key->text, std::move(*value));
      if (Take(',')) continue;
      if (Take('}')) break;
      return Refuse("neither ',' nor '}'");
    }
    return map;
  }

  std::optional<Literal> List(int depth, char close) {
    Literal list;
    list.kind = Literal::Kind::kList;
    ++at_;
    while (!Take(close)) {
      auto value = Value(depth + 1);
      if (!value) return std::nullopt;
      value->comment = CommentAhead();
      list.items.push_back(std::move(*value));
      if (Take(',')) continue;
      if (Take(close)) break;
      return Refuse("neither ',' nor a closing bracket");
    }
    return list;
  }

  std::optional<Literal> TextValue() {
    Literal value;
    value.kind = Literal::Kind::kText;
    while (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      if (!OneText(value.text)) return std::nullopt;
      SkipSpace();  // Python joins neighbouring texts
    }
    return value;
  }

  bool OneText(std::string& out) {
    const char quote = text_[at_];
    const std::string triple(3, quote);
    const bool is_triple = text_.substr(at_, 3) == triple;
    at_ += is_triple ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_triple ? text_.substr(at_, 3) == triple : c == quote) {
        at_ += is_triple ? 3 : 1;
        return true;
      }
      if (c == '\n') {
        if (!is_triple) break;
        ++line_;
      }
      if (c == '\\' && at_ + 1 < text_.size()) {
        Escape(out);
        continue;
      }
      out += c;
      ++at_;
    }
    Refuse("a text that does not end");
    return false;
  }

  void Escape(std::string& out) {
    const char kind = text_[at_ + 1];
    at_ += 2;
    if (kind == 'n') out += '\n';
    else if (kind == 't') out += '\t';
    else if (kind == 'r') out += '\r';
    else if (kind == 'u') CodeUnit(out);
    else if (kind == '\n') ++line_;
    else out += kind;
  }

  std::optional<char32_t> FourDigits(size_t at) const {
    char32_t code = 0;
    for (size_t i = at; i < at + 4; ++i) {
      const int digit = i < text_.size() ? HexDigit(text_[i]) : -1;
      if (digit < 0) return std::nullopt;
      code = code * 16 + static_cast<char32_t>(digit);
    }
    return code;
  }

  void CodeUnit(std::string& out) {
    auto code = FourDigits(at_);
    if (!code) return;
    at_ += 4;
    if (*code >= 0xD800 && *code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      const auto low = FourDigits(at_ + 2);
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        at_ += 6;
        code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
      }
    }
    AppendUtf8(*code >= 0xD800 && *code < 0xE000 ? char32_t{0xFFFD} : *code, out);
  }

  std::optional<Literal> Word() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsWord(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    Literal value;
    value.text = std::string(word);
    if (word == "None" || word == "null") {
      value.text.clear();
      return value;
    }
    if (word == "True" || word == "true" || word == "False" || word == "false") {
      value.kind = Literal::Kind::kBool;
      value.text = word.front() == 'T' || word.front() == 't' ? "true" : "false";
      return value;
    }
    value.kind = Literal::Kind::kNumber;
    if (ParseDecimal(word)) return value;
    return Refuse("a word that is no value: " + Quoted(word.substr(0, 40)));
  }

  std::string_view text_;
  size_t at_;
  int line_;
  std::string problem_;
};

}  // namespace

const Literal* Literal::Find(std::string_view name) const {
  const Literal* last = nullptr;
  for (const auto& [key, value] : members) {
    if (key == name) last = &value;
  }
  return last;
}

std::optional<Literal> ParseLiteral(std::string_view text, size_t* position, int first_line,
                                    std::string* problem) {
  LiteralParser parser(text, *position, first_line);
  auto value = parser.Value(0);
  if (!value && problem != nullptr) *problem = parser.problem();
  *position = parser.at();
  return value;
}

Literal ParseLiteralFile(std::string_view text, const std::string& file) {
  LiteralParser parser(text, 0, 1);
  auto value = parser.Value(0);
  if (value) parser.SkipSpace();
  if (!value || parser.at() != text.size()) {
    const std::string problem =
        value ? "line " + std::to_string(parser.line()) + ": more text" : parser.problem();
    Fail(ErrorKind::kData, "reading " + Quoted(file), problem, "one JSON document",
         "the file as transformers wrote it");
  }
  return std::move(*value);
}

Json ToJson(const Literal& literal) {
  switch (literal.kind) {
    case Literal::Kind::kNull:
      return nullptr;
    case Literal::Kind::kBool:
      return literal.text == "true";
    case Literal::Kind::kText:
      return literal.text;
    case Literal::Kind::kNumber: {
      if (const auto whole = ParseInt(literal.text)) return *whole;
      const auto number = ParseDecimal(literal.text);
      if (!number->Finite()) return literal.text;
      return number->value;
    }
    case Literal::Kind::kList: {
      Json list = Json::array();
      for (const Literal& item : literal.items) list.push_back(ToJson(item));
      return list;
    }
    case Literal::Kind::kMap: {
      Json map = Json::object();
      for (const auto& [key, value] : literal.members) map[key] = ToJson(value);
      return map;
    }
  }
  return nullptr;
}

}  // namespace plumbline::audit
