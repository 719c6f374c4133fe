#include <algorithm>
#include <set>
#include <string_view>

#include "harness/data/korean/catalog.h"
#include "harness/data/korean/josa.h"
#include "harness/data/korean/lexicon.h"
#include "harness/data/korean/numerals.h"
#include "harness/data/korean/sense_check.h"
#include "harness/data/korean/slot_accuracy.h"
#include "harness/data/korean/text_lint.h"
#include "tests/data/korean_gates.h"

namespace plumbline::data::korean {
namespace {

Level LevelNamed(const std::string& name) {
  if (name == LevelName(Level::kHapsyo)) return Level::kHapsyo;
  return name == LevelName(Level::kHae) ? Level::kHae : Level::kHaeyo;
}

std::vector<std::string> Summaries(const Item& item) {
  std::vector<std::string> summaries = {item.summary};
  summaries.insert(summaries.end(), item.more_summaries.begin(), item.more_summaries.end());
  return summaries;
}

void Add(Findings& findings, const Item& item, const Findings& more) {
  for (const std::string& what : more) findings.push_back(item.fname + ": " + what);
}

template <typename Lint>
Findings OverTexts(const Items& items, Lint lint) {
  Findings findings;
  for (const Item& item : items) {
    for (const std::string& turn : item.turns) Add(findings, item, lint(turn));
    for (const std::string& summary : Summaries(item)) Add(findings, item, lint(summary));
  }
  return findings;
}

// Words of the frames that carry a particle somewhere: the noun lexicon of the re-scan.
const std::set<std::string>& NounLexicon() {
  static const std::set<std::string> nouns = [] {
    std::set<std::string> found;
    for (const Frame& frame : Frames()) {
      for (const Slot& slot : frame.slots) {
        for (const Value& value : slot.values) {
          const bool clause = value.text.ends_with("서") || value.text.ends_with("고") ||
                              value.text.ends_with("기로") || value.text.ends_with("려고") ||
                              value.text.ends_with("는") || value.text.ends_with("은");
          if (!clause && value.forms.empty() && value.text.size() >= 6) found.insert(value.text);
        }
      }
    }
    return found;
  }();
  return nouns;
}

// A particle of the list, followed by a space or a mark, must have the shape that the noun asks
// for.
Findings WrongShapes(std::string_view text) {
  constexpr std::string_view kShapes[][2] = {
      {"은", "는"}, {"을", "를"}, {"과", "와"}, {"으로", "로"}, {"이에요", "예요"}};
  Findings findings;
  for (const std::string& noun : NounLexicon()) {
    for (size_t at = text.find(noun); at != std::string_view::npos;
         at = text.find(noun, at + noun.size())) {
      const std::string_view rest = text.substr(at + noun.size());
      for (const auto& shapes : kShapes) {
        for (const std::string_view shape : shapes) {
          const bool ended =
              rest.starts_with(shape) && (rest.size() == shape.size() ||
                                          rest[shape.size()] == ' ' || rest[shape.size()] == '.');
          if (ended && Josa(noun, shapes[0]) != noun + std::string(shape))
            findings.push_back(noun + std::string(shape));
        }
      }
    }
  }
  return findings;
}

Findings WrongTags(const Item& item) {
  Findings findings;
  size_t begin = 0, turn = 0;
  int highest = 0;
  char last = '0';
  for (; begin <= item.dialogue.size(); ++turn) {
    const size_t end = std::min(item.dialogue.find('\n', begin), item.dialogue.size());
    const std::string line = item.dialogue.substr(begin, end - begin);
    begin = end + 1;
    const bool tagged =
        line.size() > 11 && line.starts_with("#Person") && line.compare(8, 3, "#: ") == 0;
    if (!tagged || line[11] == ' ') {
      findings.push_back("turn without a tag: " + line);
      continue;
    }
    if (line[7] - '0' > highest + 1) findings.push_back("tags are not consecutive: " + line);
    if (line[7] == last) findings.push_back("a speaker follows himself: " + line);
    last = line[7];
    highest = std::max(highest, line[7] - '0');
  }
  if (highest != item.num_persons) findings.push_back("speakers differ from roles");
  for (const std::string_view bad : {"##", "# 은", "# 는", "# 이 ", "# 가 ", "# 을", "# 를"}) {
    for (const std::string& text : {item.dialogue, item.summary}) {
      if (text.find(bad) != std::string::npos)
        findings.push_back("found '" + std::string(bad) + "'");
    }
  }
  return findings;
}

bool IsMask(std::string_view token) {
  if (token.size() == 7 && token.starts_with("Person") && token[6] >= '1' && token[6] <= '7')
    return true;
  return IsMaskKind(token);
}

Findings UnknownMasks(std::string_view text) {
  Findings findings;
  for (size_t at = text.find('#'); at != std::string_view::npos;) {
    const size_t close = text.find('#', at + 1);
    if (close == std::string_view::npos || !IsMask(text.substr(at + 1, close - at - 1))) {
      findings.push_back("unknown mask at " + std::string(text.substr(at, 12)));
      return findings;
    }
    at = text.find('#', close + 1);
  }
  return findings;
}

// Some way to say the value occurs in the dialogue: as written, spoken, or in another form of the
// slot.
bool IsSaid(const Item& item, const Fact& fact) {
  std::vector<std::string> ways = {fact.final};
  const SpokenForms forms = SpokenFormsOf(fact.final);
  for (const auto* list : {&forms.digits, &forms.words, &forms.later_digits, &forms.later_words})
    ways.insert(ways.end(), list->begin(), list->end());
  for (const Frame& frame : Frames()) {
    if (frame.id != item.topic_id) continue;
    for (const JointTable& table : frame.tables) {
      for (const auto& row : table.rows) {
        for (const Value& value : row) {
          if (value.text != fact.final) continue;
          for (const auto& [name, form] : value.forms) ways.push_back(form);
        }
      }
    }
  }
  const std::string& turn = item.turns[static_cast<size_t>(std::max(0, fact.turn))];
  return std::any_of(ways.begin(), ways.end(), [&turn](const std::string& way) {
    return turn.find(way) != std::string::npos;
  });
}

}  // namespace

Findings GateParticles(const Items& items) {
  Findings findings = OverTexts(items, LintParticles);
  for (const std::string& what : OverTexts(items, WrongShapes)) findings.push_back(what);
  for (const Item& item : items) {
    for (const std::string_view open : {"은(는)", "이(가)", "을(를)", "(으)로"}) {
      if ((item.dialogue + item.summary).find(open) != std::string::npos)
        findings.push_back(item.fname + ": " + std::string(open));
    }
  }
  return findings;
}

Findings GateTags(const Items& items) {
  Findings findings;
  for (const Item& item : items) {
    Add(findings, item, WrongTags(item));
    Add(findings, item, UnknownMasks(item.dialogue));
    for (const std::string& summary : Summaries(item)) Add(findings, item, UnknownMasks(summary));
  }
  return findings;
}

Findings GateSpelling(const Items& items) { return OverTexts(items, LintSpelling); }

Findings GateCharacters(const Items& items) { return OverTexts(items, LintCharacters); }

Findings GateLevels(const Items& items) {
  Findings findings;
  for (const Item& item : items) {
    for (size_t t = 0; t < item.turns.size(); ++t)
      Add(findings, item, LintLevel(item.turns[t], LevelNamed(item.turn_levels[t])));
    for (const std::string& summary : Summaries(item)) Add(findings, item, LintSummary(summary));
  }
  return findings;
}

Findings GateCounters(const Items& items) { return OverTexts(items, LintCounters); }

Findings GateSense(const Items& items) {
  Findings findings;
  for (const Item& item : items) Add(findings, item, CheckSense(item));
  return findings;
}

Findings GateFacts(const Items& items) {
  Findings findings;
  for (const Item& item : items) {
    for (const Fact& fact : item.facts) {
      const bool placed = fact.turn >= 0 && fact.turn < static_cast<int>(item.turns.size());
      if (!placed || !IsSaid(item, fact))
        findings.push_back(item.fname + ": " + fact.final + " is not in its turn");
      if (!HoldsValue(item.summary, fact.final))
        findings.push_back(item.fname + ": the summary lacks " + fact.final);
      for (const std::string& rejected : fact.rejected) {
        if (HoldsValue(item.summary, rejected))
          findings.push_back(item.fname + ": the summary tells " + rejected);
      }
    }
    for (int person = 1; person <= 7; ++person) {
      const std::string tag = "#Person" + std::to_string(person) + "#";
      const bool speaks = item.dialogue.find(tag + ":") != std::string::npos;
      if (!speaks && item.summary.find(tag) != std::string::npos)
        findings.push_back(item.fname + ": " + tag + " never speaks");
    }
    if (!item.named.empty()) {
      if (item.dialogue.find(item.named) == std::string::npos)
        findings.push_back(item.fname + ": the name is never said");
    }
  }
  return findings;
}

}  // namespace plumbline::data::korean
