#include "harness/audit/duration.h"

#include <array>

#include "harness/audit/decimal.h"

namespace plumbline::audit {
namespace {

struct Unit {
  std::string_view word;
  double seconds;
};

// Longer words first: "min" before "m".
constexpr std::array<Unit, 20> kUnits = {{{"시간", 3600},  {"hours", 3600}, {"hour", 3600},
                                          {"hrs", 3600},   {"hr", 3600},    {"h", 3600},
                                          {"분", 60},      {"minutes", 60}, {"minute", 60},
                                          {"mins", 60},    {"min", 60},     {"m", 60},
                                          {"초", 1},       {"seconds", 1},  {"second", 1},
                                          {"secs", 1},     {"sec", 1},      {"s", 1},
                                          {"일간", 86400}, {"days", 86400}}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

size_t NumberEnd(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && (IsDigit(text[end]) || text[end] == '.' || text[end] == ',')) ++end;
  while (end > at && !IsDigit(text[end - 1])) --end;
  return end;
}

struct Piece {
  double seconds;
  double unit_s;
  size_t end;
};

// One "49분": a number, at most one space, a unit word.
std::optional<Piece> PieceAt(std::string_view text, size_t at) {
  const size_t end = NumberEnd(text, at);
  if (end == at || end - at > 12) return std::nullopt;
  const auto number = ParseDecimal(text.substr(at, end - at));
  if (!number) return std::nullopt;
  size_t word = end;
  if (word < text.size() && (text[word] == ' ' || text[word] == '-')) ++word;
  for (const Unit& unit : kUnits) {
    if (text.substr(word, unit.word.size()) != unit.word) continue;
    const size_t after = word + unit.word.size();
    const bool latin = IsLetter(unit.word.front());
    if (latin && after < text.size() && (IsLetter(text[after]) || text[after] == '/')) continue;
    return Piece{number->value * unit.seconds, unit.seconds, after};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> FindDuration(std::string_view text, size_t from) {
  for (size_t at = from; at < text.size(); ++at) {
    if (!IsDigit(text[at]) || (at > 0 && (IsDigit(text[at - 1]) || text[at - 1] == '.' ||
                                          IsLetter(text[at - 1])))) {
      continue;
    }
    auto piece = PieceAt(text, at);
    if (!piece) continue;
    Duration duration{piece->seconds, piece->unit_s, at, piece->end, ""};
    while (piece) {
      size_t next = duration.end;
      while (next < text.size() && text[next] == ' ') ++next;
      piece = next < text.size() && IsDigit(text[next]) ? PieceAt(text, next) : std::nullopt;
      if (!piece || piece->unit_s >= duration.unit_s) break;
      duration.seconds += piece->seconds;
      duration.unit_s = piece->unit_s;
      duration.end = piece->end;
    }
    duration.text = std::string(text.substr(duration.begin, duration.end - duration.begin));
    return duration;
  }
  return std::nullopt;
}

}  // namespace plumbline::audit
