#include "harness/data/korean/item_check.h"

#include <algorithm>

#include "harness/data/korean/hangul.h"
#include "harness/data/korean/sense_check.h"
#include "harness/data/korean/slot_accuracy.h"
#include "harness/data/korean/text_lint.h"

namespace plumbline::data::korean {
namespace {

Level LevelNamed(const std::string& name) {
  if (name == LevelName(Level::kHapsyo)) return Level::kHapsyo;
  return name == LevelName(Level::kHae) ? Level::kHae : Level::kHaeyo;
}

}  // namespace

int NumCharacters(const std::string& utf8) {
  return static_cast<int>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

int NumWords(const std::string& text) {
  int words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n';
    words += !space && !inside ? 1 : 0;
    inside = !space;
  }
  return words;
}

std::vector<std::string> CheckItem(const Item& item, bool in_prefix) {
  std::vector<std::string> findings;
  const auto add = [&findings](const std::vector<std::string>& more) {
    findings.insert(findings.end(), more.begin(), more.end());
  };
  if (NumCharacters(item.dialogue) > (in_prefix ? kMaxPrefixCharacters : kMaxCharacters))
    findings.push_back("dialogue too long");
  for (size_t t = 0; t < item.turns.size(); ++t) {
    add(LintTurn(item.turns[t], LevelNamed(item.turn_levels[t])));
    if (NumWords(item.turns[t]) > kMaxTurnWords)
      findings.push_back("turn too long: " + item.turns[t]);
  }
  add(CheckSense(item));
  std::vector<std::string> summaries = item.more_summaries;
  summaries.push_back(item.summary);
  for (const std::string& summary : summaries) {
    for (const auto& more : {LintCharacters(summary), LintSpelling(summary), LintParticles(summary),
                             LintSummary(summary)})
      add(more);
  }
  std::sort(summaries.begin(), summaries.end());
  if (std::adjacent_find(summaries.begin(), summaries.end()) != summaries.end())
    findings.push_back("two summaries are equal");
  for (const Fact& fact : item.facts) {
    if (!HoldsValue(item.summary, fact.final)) findings.push_back("summary lacks " + fact.final);
    for (const std::string& rejected : fact.rejected) {
      if (HoldsValue(item.summary, rejected))
        findings.push_back("summary tells the rejected " + rejected);
    }
  }
  return findings;
}

bool IsAcceptable(const Item& item, bool in_prefix) { return CheckItem(item, in_prefix).empty(); }

}  // namespace plumbline::data::korean
