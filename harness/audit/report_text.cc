#include "harness/audit/report_text.h"

#include <algorithm>

namespace plumbline::audit {
namespace {

constexpr char kEscape = '\x1b';
constexpr size_t kLongestLiteralBytes = 4 << 20;
constexpr size_t kMostWastedBytes = 64 << 20;  // hostile text full of openings

// Without bold, code marks and line breaks of HTML.
std::string Plain(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') continue;
    if (text.substr(i, 2) == "**") {
      ++i;
      continue;
    }
    if (text.substr(i, 3) == "<br") {
      const size_t close = text.find('>', i);
      if (close != std::string_view::npos) {
        out += ' ';
        i = close;
        continue;
      }
    }
    out += text[i];
  }
  return std::string(Trimmed(out));
}

// Without a terminal's colours and cursor movements: ESC [ parameters letter, ESC ] text BEL.
std::string WithoutEscapes(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != kEscape) {
      plain += text[i];
      continue;
    }
    const char kind = i + 1 < text.size() ? text[i + 1] : '\0';
    if (kind != '[' && kind != ']') continue;
    const auto ends = [kind](char c) { return kind == ']' ? c == '\a' : c >= '@' && c <= '~'; };
    for (i += 2; i < text.size() && !ends(text[i]) && text[i] != '\n'; ++i) {}
    if (i < text.size() && text[i] == '\n') --i;
  }
  return plain;
}

class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_(text) {}

  ReportText Cut() {
    size_t at = 0;
    line_ = 1;
    while (at < text_.size()) {
      const size_t end = LineEnd(at);
      const int first = line_;
      const size_t consumed = Line(text_.substr(at, end - at), at);
      const size_t next = std::min(consumed > end ? consumed : end + 1, text_.size());
      line_ = first + static_cast<int>(std::ranges::count(text_.substr(at, next - at), '\n'));
      at = next;
    }
    return std::move(report_);
  }

 private:
  // '\r' alone ends a line too: progress bars.
  size_t LineEnd(size_t at) const {
    const size_t end = text_.find_first_of("\n\r", at);
    return end == std::string_view::npos ? text_.size() : end;
  }

  // Returns where reading goes on when the line opened a literal of several lines; else 0.
  size_t Line(std::string_view raw, size_t begin) {
    const std::string_view trimmed = Trimmed(raw);
    if (trimmed.starts_with("```")) {
      Fence(trimmed);
      return 0;
    }
    if (!in_fence_ && trimmed.starts_with("#")) {
      Heading(trimmed);
      return 0;
    }
    if (in_fence_ && trimmed.starts_with("#")) comments_ += Lowered(trimmed) + "\n";
    if (in_fence_) block_ += std::string(raw) + "\n";
    const size_t literal_end = LiteralIn(raw, begin);
    if (literal_end != 0) {
      // Its lines stay readable as sentences: texts inside hold claims.
      const std::string_view all = text_.substr(begin, literal_end - begin);
      size_t at = 0;
      while (at <= all.size()) {
        size_t end = all.find('\n', at);
        if (end == std::string_view::npos) end = all.size();
        Keep(all.substr(at, end - at), true);
        at = end + 1;
        if (at <= all.size()) ++line_;
      }
      return LineEnd(literal_end) + 1;
    }
    Keep(raw, false);
    return 0;
  }

  void Keep(std::string_view raw, bool in_literal) {
    ReportLine line;
    line.text = Plain(raw);
    if (line.text.empty()) return;
    line.lower = Lowered(line.text);
    line.line = line_;
    line.headings = headings_;
    line.fence = in_fence_ ? language_ : "";
    line.in_literal = in_literal;
    report_.lines.push_back(std::move(line));
  }

  void Fence(std::string_view trimmed) {
    if (!in_fence_) {
      in_fence_ = true;
      language_ = Lowered(Trimmed(trimmed.substr(3)));
      if (language_.empty()) language_ = "text";
      block_.clear();
      comments_.clear();
      fence_line_ = line_;
      return;
    }
    in_fence_ = false;
    if (language_ == "yaml" || language_ == "yml" || language_ == "json") {
      report_.documents.push_back({language_, block_, fence_line_ + 1});
    } else if (block_.find(" --") != std::string::npos) {
      Commands();
    }
    comments_.clear();
  }

  // Lines joined by backslashes; comments are dropped.
  void Commands() {
    std::string joined;
    std::string around = comments_;
    for (const std::string& heading : headings_) around += heading + "\n";
    size_t at = 0;
    const std::string block = block_;
    while (at < block.size()) {
      size_t end = block.find('\n', at);
      if (end == std::string::npos) end = block.size();
      std::string_view line = Trimmed(std::string_view(block).substr(at, end - at));
      at = end + 1;
      if (line.starts_with("#")) continue;
      const bool more = line.ends_with("\\");
      if (more) line.remove_suffix(1);
      joined += std::string(line) + " ";
      if (more) continue;
      if (joined.find(" --") != std::string::npos) {
        report_.commands.push_back({joined, around, block, fence_line_});
      }
      joined.clear();
    }
  }

  void Heading(std::string_view trimmed) {
    size_t level = 0;
    while (level < trimmed.size() && trimmed[level] == '#') ++level;
    headings_.resize(std::min(headings_.size(), level - 1));
    while (headings_.size() + 1 < level) headings_.emplace_back();
    headings_.push_back(Lowered(Plain(trimmed.substr(level))));
    Keep(trimmed.substr(level), false);
    if (!report_.lines.empty()) report_.lines.back().heading = true;
  }

  // "name = {" or a line's first '{'. Returns the literal's end, or 0.
  size_t LiteralIn(std::string_view raw, size_t begin) {
    const size_t equals = raw.find('=');
    std::string name;
    size_t open = std::string_view::npos;
    if (equals != std::string_view::npos) {
      const std::string_view left = Trimmed(raw.substr(0, equals));
      const std::string_view right = Trimmed(raw.substr(equals + 1));
      const bool named = !left.empty() && std::ranges::all_of(left, IsNameChar);
      if (named && (right.starts_with("{") || right.starts_with("["))) {
        name = Lowered(left);
        open = begin + raw.find(right.front(), equals);
      }
    }
    if (open == std::string_view::npos) {
      const size_t brace = raw.find('{');
      if (brace == std::string_view::npos) return 0;
      open = begin + brace;
      const size_t next = text_.find_first_not_of(" \t\r\n", open + 1);
      if (next == std::string_view::npos || (text_[next] != '\'' && text_[next] != '"')) return 0;
    }
    if (wasted_bytes_ > kMostWastedBytes) return 0;
    size_t position = open;
    std::string problem;
    const std::string_view window = text_.substr(0, open + kLongestLiteralBytes);
    auto literal = ParseLiteral(window, &position, line_, &problem);
    if (!literal) {
      wasted_bytes_ += position - open;
      literal = Wrapped(open, &position);
    }
    if (!literal || (!literal->IsMap() && !literal->IsList())) return 0;
    report_.assignments.push_back({name, comments_, headings_, std::move(*literal), line_});
    comments_.clear();
    return position;
  }

  // A dict whose lines a terminal broke inside words: read as if it had no line breaks.
  std::optional<Literal> Wrapped(size_t open, size_t* end) {
    constexpr size_t kLongest = 2000;
    std::string joined;
    bool broken = false;
    for (size_t i = open; i < text_.size() && joined.size() < kLongest; ++i) {
      const char c = text_[i];
      const bool cut = c == '\n' || c == '\r';
      broken = broken || cut;
      if (cut) continue;
      joined += c;
      if (c != '}') continue;
      wasted_bytes_ += joined.size();
      if (!broken) return std::nullopt;
      size_t position = 0;
      std::string problem;
      auto literal = ParseLiteral(joined, &position, line_, &problem);
      if (literal && position == joined.size()) *end = i + 1;
      return position == joined.size() ? std::move(literal) : std::nullopt;
    }
    wasted_bytes_ += joined.size();
    return std::nullopt;
  }

  std::string_view text_;
  ReportText report_;
  std::vector<std::string> headings_;
  bool in_fence_ = false;
  std::string language_;
  std::string block_;
  std::string comments_;
  int line_ = 0;
  int fence_line_ = 0;
  size_t wasted_bytes_ = 0;  // read for literals that were none
};

}  // namespace

std::string Lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool HasAny(std::string_view lowered, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return lowered.find(word) != std::string_view::npos; });
}

ReportText CutReport(std::string_view text) {
  if (text.find(kEscape) == std::string_view::npos) return Cutter(text).Cut();
  const std::string plain = WithoutEscapes(text);
  return Cutter(plain).Cut();
}

}  // namespace plumbline::audit
