#include "harness/data/korean/scene.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/korean/hangul.h"
#include "harness/data/korean/josa.h"
#include "harness/data/korean/lexicon.h"
#include "harness/data/korean/numerals.h"

namespace plumbline::data::korean {
namespace {

// Shares in percent. Sources: the design's tables of numerals and names.
constexpr uint64_t kWordsPercent = 40;  // numbers spelled out in the dialogue
constexpr uint64_t kShortPercent = 60;  // a repeated clock time drops its part of day
constexpr uint64_t kForeignPercent = 6;
constexpr uint64_t kVowelPercent = 50, kConsonantPercent = 40;
constexpr int kMaxDraws = 1000;

bool Chance(SplitMix64& random, uint64_t percent) { return random.Below(100) < percent; }

const std::string& Pick(const std::vector<std::string>& list, SplitMix64& random) {
  return list[random.Below(list.size())];
}

std::string WithParticle(const std::string& word, const std::string& josa) {
  return josa.empty() ? word : Josa(word, josa);
}

std::string WithoutPartOfDay(const std::string& text) {
  return text.starts_with("오전 ") || text.starts_with("오후 ")
             ? text.substr(std::string_view("오전 ").size())
             : text;
}

bool OneHoldsOther(const std::string& a, const std::string& b) {
  return a.find(b) != std::string::npos || b.find(a) != std::string::npos;
}

}  // namespace

Scene::Scene(const Frame& frame, SplitMix64& random, bool new_names)
    : frame_(frame), new_names_(new_names) {
  int draws = 0;
  do {
    PLUMBLINE_CHECK(++draws < kMaxDraws);
    DrawFinals(random);
  } while (IsForbidden());
  for (size_t s = 0; s < frame_.slots.size(); ++s) {
    in_words_.push_back(Chance(random, kWordsPercent));
  }
}

void Scene::DrawFinals(SplitMix64& random) {
  finals_.clear();
  for (const JointTable& table : frame_.tables) {
    const auto& row = table.rows[random.Below(table.rows.size())];
    for (size_t s = 0; s < row.size(); ++s) finals_[table.slots[s]] = &row[s];
  }
  for (const Slot& slot : frame_.slots) {
    if (slot.table < 0) finals_[slot.name] = &slot.values[random.Below(slot.values.size())];
  }
}

bool Scene::IsForbidden() const {
  return std::any_of(
      frame_.forbidden.begin(), frame_.forbidden.end(), [this](const Forbidden& rule) {
        const auto& others = rule.other_values;
        return Final(rule.slot).text == rule.value &&
               std::find(others.begin(), others.end(), Final(rule.other_slot).text) != others.end();
      });
}

std::string Scene::CombinationKey() const {
  std::string key = frame_.id;
  for (const auto& [slot, value] : finals_) {
    if (frame_.FindSlot(slot)->is_fact) key += "|" + slot + "=" + value->text;
  }
  return key;
}

std::string Scene::KeyOf(const std::set<std::string>& slots) const {
  std::string key = frame_.id + "|told";
  for (const std::string& slot : slots) {
    const auto found = finals_.find(slot);
    if (found != finals_.end()) key += "|" + slot + "=" + found->second->text;
  }
  return key;
}

const Value& Scene::Final(std::string_view slot) const {
  const auto found = finals_.find(slot);
  PLUMBLINE_CHECK(found != finals_.end());
  return *found->second;
}

bool Scene::Clashes(const Slot& slot, const Value& candidate) const {
  const auto same = [&candidate](const Value& other) {
    return OneHoldsOther(WithoutPartOfDay(other.text), WithoutPartOfDay(candidate.text));
  };
  if (same(Final(slot.name))) return true;
  const auto drawn = rejected_.find(slot.name);
  if (drawn == rejected_.end()) return false;
  return std::any_of(drawn->second.begin(), drawn->second.end(),
                     [&same](const auto& entry) { return same(entry.second); });
}

const Value& Scene::ValueOf(const SlotUse& use, SplitMix64& random) {
  if (use.variant == ' ') return Final(use.slot->name);
  auto& drawn = rejected_[use.slot->name];
  if (const auto found = drawn.find(use.variant); found != drawn.end()) return found->second;
  const auto& source =
      use.variant == 'x' && !use.slot->rejects.empty() ? use.slot->rejects : use.slot->values;
  std::vector<Value> candidates;
  for (const Value& value : source) {
    if (!Clashes(*use.slot, value)) candidates.push_back(value);
  }
  if (candidates.empty()) {
    Fail(ErrorKind::kData, "drawing a rejected value of slot " + Quoted(use.slot->name),
         "no value left", "more values than the dialogue uses", "add values to the slot");
  }
  return drawn[use.variant] = candidates[random.Below(candidates.size())];
}

std::string Scene::Render(const Value& value, const Reference& reference, SplitMix64& random) {
  if (!reference.form.empty()) return value.forms.at(reference.form);
  const auto use = FindSlotUse(frame_, reference.name);
  const SpokenForms forms = SpokenFormsOf(value.text);
  const bool words = in_words_[static_cast<size_t>(use->slot - frame_.slots.data())];
  const bool later = times_said_[value.text]++ > 0 && Chance(random, kShortPercent);
  return Pick(words ? (later ? forms.later_words : forms.words)
                    : (later ? forms.later_digits : forms.digits),
              random);
}

std::string Scene::Say(const Reference& reference, std::string_view as_rejected,
                       SplitMix64& random) {
  if (IsLibraryName(reference.name)) return LibraryName(reference, random);
  auto use = FindSlotUse(frame_, reference.name);
  PLUMBLINE_CHECK(use.has_value());
  if (use->variant == ' ' && use->slot->name == as_rejected) use->variant = '0';
  const Value value = ValueOf(*use, random);
  const std::string rendered = Render(value, reference, random);
  mentions_.push_back({use->slot->name, use->variant, value.text, rendered, -1});
  return WithParticle(rendered, reference.josa);
}

std::string Scene::Write(const Reference& reference, SplitMix64& random) {
  const auto use = FindSlotUse(frame_, reference.name);
  PLUMBLINE_CHECK(use.has_value());
  const Value& value = ValueOf(*use, random);
  return WithParticle(reference.form.empty() ? value.text : value.forms.at(reference.form),
                      reference.josa);
}

std::string Scene::DrawName(SplitMix64& random) {
  for (int draws = 0; draws < kMaxDraws; ++draws) {
    const uint64_t roll = random.Below(100);
    std::string name;
    if (roll < kVowelPercent)
      name = Pick(NamesOf("vowel"), random);
    else if (roll < kVowelPercent + kConsonantPercent)
      name = Pick(NamesOf("consonant"), random);
    else
      name = Pick(NamesOf("rieul"), random);
    const bool taken = std::any_of(names_.begin(), names_.end(), [&name](const auto& entry) {
      return entry.second.find(name) != std::string::npos;
    });
    if (!taken) return name;
  }
  Fail(ErrorKind::kInternal, "drawing a name", "no name left", "more names than people",
       "extend shared/names.txt");
}

std::string Scene::LibraryName(const Reference& reference, SplitMix64& random) {
  std::string& name = names_[reference.name];
  if (name.empty()) {
    if (reference.name.starts_with("상호"))
      name = Pick(NamesOf("business"), random);
    else if (reference.name.starts_with("직함"))
      name = Pick(NamesOf("surname"), random) + " " + Pick(NamesOf("title"), random);
    else if (reference.name.starts_with("성명"))
      name = Pick(NamesOf("surname"), random) + DrawName(random);
    else
      name = DrawName(random);
  }
  std::string word = name;
  // Friends' names that end in a consonant take -i before particles, but not when called.
  const bool friendly = reference.name.starts_with("친구") && reference.josa != "아";
  if (friendly && FinalSoundOf(word) != FinalSound::kVowel) word += "이";
  return WithParticle(word, reference.josa);
}

const std::string& Scene::ParticipantName(char role, bool full, SplitMix64& random) {
  std::string& name = names_[std::string(1, role)];
  if (!name.empty()) return name;
  std::string given = new_names_ ? Pick(NamesOf("new"), random) : DrawName(random);
  if (!new_names_ && Chance(random, kForeignPercent))
    return name = Pick(NamesOf("foreign"), random);
  return name = full ? Pick(NamesOf("surname"), random) + given : given;
}

std::vector<Mention> Scene::TakeMentions() { return std::exchange(mentions_, {}); }

}  // namespace plumbline::data::korean
