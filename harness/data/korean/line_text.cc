#include "harness/data/korean/line_text.h"

#include <algorithm>

#include "harness/base/error.h"

namespace plumbline::data::korean {
namespace {

[[noreturn]] void FailSyntax(std::string_view found, std::string_view wanted) {
  Fail(ErrorKind::kData, "reading a line", found, wanted, "write {slot+particle} and (a|b|c)");
}

class TextParser {
 public:
  explicit TextParser(std::string_view text) : rest_(text) {}

  // Parses to the end of the text (depth 0) or to the `|` or `)` that closes this choice.
  LineText Parse(int depth) {
    LineText line;
    std::string literal;
    const auto flush = [&line, &literal] {
      if (literal.empty()) return;
      TextNode& node = line.nodes.emplace_back();
      node.literal = std::move(literal);
      literal.clear();
    };
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (depth > 0 && (c == '|' || c == ')')) break;
      if (c == '|' || c == ')' || c == '}') FailSyntax(std::string(1, c), "its opening bracket");
      if (c == '{') {
        flush();
        line.nodes.push_back(ParseReference());
      } else if (c == '(') {
        flush();
        line.nodes.push_back(ParseChoice(depth + 1));
      } else {
        literal += c;
        rest_.remove_prefix(1);
      }
    }
    flush();
    return line;
  }

 private:
  TextNode ParseReference() {
    const size_t close = rest_.find('}');
    if (close == std::string_view::npos) FailSyntax("{", "a closing }");
    std::string_view body = rest_.substr(1, close - 1);
    rest_.remove_prefix(close + 1);
    if (body.starts_with("~"))
      body.remove_prefix(1);  // a helper may be named as its table column names it
    TextNode node;
    node.kind = TextNode::Kind::kReference;
    if (const size_t plus = body.find('+'); plus != std::string_view::npos) {
      node.reference.josa = body.substr(plus + 1);
      body = body.substr(0, plus);
    }
    if (const size_t point = body.find('.'); point != std::string_view::npos) {
      node.reference.form = body.substr(point + 1);
      body = body.substr(0, point);
    }
    node.reference.name = body;
    if (body.empty()) FailSyntax("{}", "a slot name");
    return node;
  }

  TextNode ParseChoice(int depth) {
    TextNode node;
    node.kind = TextNode::Kind::kChoice;
    do {
      rest_.remove_prefix(1);  // the opening bracket, or the bar before this choice
      node.choices.push_back(Parse(depth));
      if (rest_.empty()) FailSyntax("(", "a closing )");
    } while (rest_.front() == '|');
    rest_.remove_prefix(1);
    return node;
  }

  std::string_view rest_;
};

void Append(std::vector<std::string>& texts, size_t limit, const std::vector<std::string>& tails) {
  std::vector<std::string> joined;
  for (const std::string& text : texts) {
    for (const std::string& tail : tails) {
      if (joined.size() < limit) joined.push_back(text + tail);
    }
  }
  texts = std::move(joined);
}

}  // namespace

LineText ParseLineText(std::string_view text) { return TextParser(text).Parse(0); }

std::string Expand(const LineText& text, SplitMix64& random, const Resolve& resolve) {
  std::string expanded;
  for (const TextNode& node : text.nodes) {
    if (node.kind == TextNode::Kind::kLiteral) expanded += node.literal;
    if (node.kind == TextNode::Kind::kReference) expanded += resolve(node.reference);
    if (node.kind == TextNode::Kind::kChoice) {
      expanded += Expand(node.choices[random.Below(node.choices.size())], random, resolve);
    }
  }
  return expanded;
}

int64_t NumCombinations(const LineText& text) {
  int64_t product = 1;
  for (const TextNode& node : text.nodes) {
    if (node.kind != TextNode::Kind::kChoice) continue;
    int64_t sum = 0;
    for (const LineText& choice : node.choices) sum += NumCombinations(choice);
    product = std::min(kMaxCombinations, product * sum);
  }
  return product;
}

std::vector<std::string> AllExpansions(const LineText& text, size_t limit, const Resolve& resolve) {
  std::vector<std::string> texts = {""};
  for (const TextNode& node : text.nodes) {
    if (node.kind == TextNode::Kind::kLiteral) Append(texts, limit, {node.literal});
    if (node.kind == TextNode::Kind::kReference) Append(texts, limit, {resolve(node.reference)});
    if (node.kind == TextNode::Kind::kChoice) {
      std::vector<std::string> tails;
      for (const LineText& choice : node.choices) {
        for (std::string& tail : AllExpansions(choice, limit, resolve))
          tails.push_back(std::move(tail));
      }
      Append(texts, limit, tails);
    }
  }
  return texts;
}

bool BeginsWithGreeting(const LineText& text) {
  constexpr std::string_view kGreetings[] = {
      "안녕",   "여보세요", "저기", "실례",   "네",   "어서", "감사",      "반갑",      "야",
      "왔어",   "처음 뵙",  "어머", "오랜만", "잠깐", "바쁘", "저,",       "혹시 시간", "선생님",
      "얘들아", "얘",       "수고", "전화",   "늦",   "무엇", "어떻게 오", "어떤 일",   "무슨 일"};
  for (const std::string& start :
       AllExpansions(text, 40, [](const Reference&) { return std::string("{"); })) {
    for (const std::string_view greeting : kGreetings) {
      if (start.starts_with(greeting)) return true;
    }
  }
  return false;
}

void ForEachReference(const LineText& text, const std::function<void(const Reference&)>& visit) {
  for (const TextNode& node : text.nodes) {
    if (node.kind == TextNode::Kind::kReference) visit(node.reference);
    for (const LineText& choice : node.choices) ForEachReference(choice, visit);
  }
}

}  // namespace plumbline::data::korean
