#include "harness/audit/prose_scan.h"

#include <algorithm>

namespace plumbline::audit {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// "3.96e-06": the exponent, when one follows.
size_t WithExponent(std::string_view text, size_t end) {
  size_t at = end;
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) return end;
  ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  const size_t digits = at;
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at > digits ? at : end;
}

size_t MantissaEnd(std::string_view text, size_t at) {
  size_t end = at;
  bool point = false;
  while (end < text.size()) {
    const bool last = end + 1 >= text.size() || !IsDigit(text[end + 1]);
    if (IsDigit(text[end])) {
      ++end;
    } else if (text[end] == '.' && !point && !last) {
      point = true;
      ++end;
    } else if (text[end] == ',' && !point && end + 3 < text.size() && IsDigit(text[end + 1]) &&
               IsDigit(text[end + 2]) && IsDigit(text[end + 3]) &&
               (end + 4 >= text.size() || !IsDigit(text[end + 4]))) {
      ++end;
    } else {
      break;
    }
  }
  return end;
}

}  // namespace

std::vector<NumberInText> NumbersIn(std::string_view text) {
  std::vector<NumberInText> numbers;
  size_t at = 0;
  while (at < text.size()) {
    if (!IsDigit(text[at])) {
      ++at;
      continue;
    }
    const bool inside_word = at > 0 && IsLetter(text[at - 1]);
    const size_t end = WithExponent(text, MantissaEnd(text, at));
    if (!inside_word) {
      if (auto value = ParseDecimal(text.substr(at, end - at))) {
        numbers.push_back({std::move(*value), at, end});
      }
    }
    at = std::max(end, at + 1);
  }
  return numbers;
}

bool FollowedBy(std::string_view text, size_t at, std::initializer_list<std::string_view> words) {
  while (at < text.size() && text[at] == ' ') ++at;
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.substr(at, word.size()) == word; });
}

bool PrecededBy(std::string_view text, size_t at, std::initializer_list<std::string_view> words) {
  while (at > 0 && text[at - 1] == ' ') --at;
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.substr(0, at).ends_with(word); });
}

std::vector<NumberRange> RangesIn(std::string_view text) {
  std::vector<NumberRange> ranges;
  const auto numbers = NumbersIn(text);
  for (size_t i = 0; i + 1 < numbers.size(); ++i) {
    std::string between(text.substr(numbers[i].end, numbers[i + 1].begin - numbers[i].end));
    std::erase(between, ' ');
    std::erase(between, '%');
    if (between == "~" || between == "-" || between == "to" || between == "\xE2\x80\x93") {
      ranges.push_back({numbers[i], numbers[i + 1]});
    }
  }
  return ranges;
}

std::vector<std::string> ClocksIn(std::string_view text) {
  std::vector<std::string> clocks;
  for (size_t at = 0; at + 8 <= text.size(); ++at) {
    const std::string_view clock = text.substr(at, 8);
    bool shaped = clock[2] == ':' && clock[5] == ':';
    for (const size_t i : {0u, 1u, 3u, 4u, 6u, 7u}) shaped = shaped && IsDigit(clock[i]);
    if (!shaped) continue;
    clocks.emplace_back(clock);
    at += 7;
  }
  return clocks;
}

std::vector<std::string> CellsOf(std::string_view line) {
  std::vector<std::string> cells;
  if (line.size() < 2 || line.front() != '|') return cells;
  size_t at = 1;
  while (at < line.size()) {
    size_t bar = line.find('|', at);
    if (bar == std::string_view::npos) bar = line.size();
    std::string_view cell = line.substr(at, bar - at);
    while (!cell.empty() && cell.front() == ' ') cell.remove_prefix(1);
    while (!cell.empty() && cell.back() == ' ') cell.remove_suffix(1);
    cells.emplace_back(cell);
    at = bar + 1;
  }
  return cells;
}

std::string RougeKey(std::string_view lower) {
  for (const auto& [word, key] : std::initializer_list<std::pair<std::string_view, const char*>>{
           {"rouge-1", "eval_rouge1"}, {"rouge1", "eval_rouge1"}, {"rouge-2", "eval_rouge2"},
           {"rouge2", "eval_rouge2"},  {"rouge-lsum", "eval_rougeLsum"},
           {"rouge-l", "eval_rougeL"}, {"rougel", "eval_rougeL"}}) {
    if (lower.find(word) != std::string_view::npos) return key;
  }
  return "";
}

}  // namespace plumbline::audit
