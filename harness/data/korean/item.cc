#include "harness/data/korean/item.h"

#include <algorithm>
#include <set>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/korean/realizer.h"
#include "harness/data/korean/scene.h"
#include "harness/data/korean/slot_accuracy.h"
#include "harness/data/korean/summary_choice.h"

namespace plumbline::data::korean {
namespace {

constexpr int kMaxCombinations =
    4000;  // draws until both keys are in the split's band; the expected number is 625
constexpr size_t kNumReferences = 3;

std::string_view NameOf(CorrectionKind kind) {
  switch (kind) {
    case CorrectionKind::kNone:
      return "none";
    case CorrectionKind::kSelf:
      return "self";
    case CorrectionKind::kOther:
      return "other";
    case CorrectionKind::kAvail:
      return "avail";
  }
  return "";
}

// The combination of all slots and that of the told ones must both belong to the split: so neither
// the world nor the summary of an item occurs in another split.
std::optional<Scene> DrawScene(const ItemRequest& request, const std::set<std::string>& told,
                               const Accepts& accepts, SplitMix64& random) {
  for (int draw = 0; draw < kMaxCombinations; ++draw) {
    Scene scene(*request.frame, random, request.new_names);
    if (accepts(scene.KeyOf(told)) && accepts(scene.CombinationKey())) return scene;
  }
  return std::nullopt;
}

std::string TopicOf(const ItemRequest& request, Scene& scene, SplitMix64& random) {
  const Frame& frame = *request.frame;
  if (request.slot_label && !frame.slot_labels.empty()) {
    const LineText& label = frame.slot_labels[random.Below(frame.slot_labels.size())];
    return Expand(label, random,
                  [&](const Reference& reference) { return scene.Write(reference, random); });
  }
  return frame.labels[random.Below(frame.labels.size())];
}

std::set<std::string> FactsOf(const SummaryChoice& choice) {
  std::set<std::string> facts;
  for (const SummaryPattern* pattern : choice.patterns)
    facts.insert(pattern->facts.begin(), pattern->facts.end());
  return facts;
}

// Rejected values of the slot that were said, without those that the summary names on purpose.
std::vector<std::string> RejectedValues(const std::string& slot,
                                        const std::vector<SpokenTurn>& turns,
                                        const std::string& summary) {
  std::vector<std::string> rejected;
  for (const SpokenTurn& turn : turns) {
    for (const Mention& mention : turn.mentions) {
      if (mention.slot != slot || mention.variant == ' ') continue;
      if (HoldsValue(summary, mention.value)) continue;
      if (std::find(rejected.begin(), rejected.end(), mention.value) == rejected.end())
        rejected.push_back(mention.value);
    }
  }
  return rejected;
}

int TurnOfFinal(const std::string& slot, const std::vector<SpokenTurn>& turns) {
  for (size_t t = 0; t < turns.size(); ++t) {
    for (const Mention& mention : turns[t].mentions) {
      if (mention.slot == slot && mention.variant == ' ') return static_cast<int>(t);
    }
  }
  return -1;
}

std::vector<Mention> MentionsOf(const std::string& slot, const std::vector<SpokenTurn>& turns) {
  std::vector<Mention> said;
  for (size_t t = 0; t < turns.size(); ++t) {
    for (const Mention& mention : turns[t].mentions) {
      if (mention.slot != slot) continue;
      said.push_back(mention);
      said.back().turn = static_cast<int>(t);
    }
  }
  return said;
}

std::vector<Fact> FactsTold(const SummaryChoice& choice, const Scene& scene,
                            const Realizer& realizer, const std::vector<SpokenTurn>& turns,
                            const std::string& summary) {
  std::vector<Fact> facts;
  for (const std::string& slot : FactsOf(choice)) {
    const int turn = TurnOfFinal(slot, turns);
    if (turn < 0) continue;  // a declared reject ("<slot>x"), told as such
    facts.push_back({slot, scene.Final(slot).text, RejectedValues(slot, turns, summary), turn,
                     MentionsOf(slot, turns)});
  }
  for (const SummaryPattern* pattern : choice.patterns) {
    for (const char role : pattern->pool_roles) {
      Fact fact{std::string(1, role) + ".pool", realizer.PoolValueOf(role), {}, -1, {}};
      for (size_t t = 0; t < turns.size() && fact.turn < 0; ++t) {
        if (turns[t].role == role && turns[t].text.find(fact.final) != std::string::npos)
          fact.turn = static_cast<int>(t);
      }
      facts.push_back(std::move(fact));
    }
  }
  return facts;
}

void FillDialogue(Item& item, const ItemRequest& request, const std::vector<SpokenTurn>& turns,
                  const Realizer& realizer) {
  for (const SpokenTurn& turn : turns) {
    if (!item.dialogue.empty()) item.dialogue += "\n";
    item.dialogue += realizer.TagOf(turn.role) + ": " + turn.text;
    item.turns.push_back(turn.text);
    item.turn_levels.emplace_back(LevelName(LevelOf(*request.frame, turn.role)));
    item.roles[std::string(1, turn.role)] = realizer.TagOf(turn.role);
  }
  item.num_persons = static_cast<int>(item.roles.size());
}

}  // namespace

Json Item::ToRecord(bool references) const {
  Json record = {{"fname", fname}, {"dialogue", dialogue}, {"summary", summary}, {"topic", topic}};
  if (references) {
    record["summary"] = Json::array({summary});
    for (const std::string& other : more_summaries) record["summary"].push_back(other);
  }
  return record;
}

Json Item::ToMeta() const {
  Json told = Json::array();
  for (const Fact& fact : facts) {
    told.push_back({{"slot", fact.slot},
                    {"final", fact.final},
                    {"rejected", fact.rejected},
                    {"turn", fact.turn}});
  }
  Json meta = {{"fname", fname},
               {"topic_id", topic_id},
               {"roles", roles},
               {"facts", told},
               {"styles", turn_levels},
               {"correction", correction},
               {"rejected_last", rejected_last},
               {"num_corrections", num_corrections},
               {"num_distractors", num_distractors},
               {"num_persons", num_persons},
               {"mask", mask},
               {"named", named},
               {"paraphrase", paraphrase},
               {"attempt", attempt}};
  for (size_t i = 0; i < more_summaries.size(); ++i)
    meta["summary" + std::to_string(i + 2)] = more_summaries[i];
  return meta;
}

std::optional<Item> MakeItem(const ItemRequest& request, const Accepts& accepts,
                             SplitMix64& random) {
  const std::vector<Correction> corrections = ChooseCorrections(request, random);
  if (corrections.empty() && request.correction != CorrectionKind::kNone) return std::nullopt;
  const SummaryChoice main = ChooseSummary(request, corrections, {}, {}, random);
  if (main.num_sentences != request.num_sentences) return std::nullopt;
  std::optional<Scene> scene = DrawScene(request, FactsOf(main), accepts, random);
  if (!scene.has_value()) return std::nullopt;

  std::set<std::string> required = FactsOf(main), blocks;
  std::set<char> pool_roles;
  for (const SummaryPattern* pattern : main.patterns) {
    if (!pattern->block.empty()) blocks.insert(pattern->block);
    pool_roles.insert(pattern->pool_roles.begin(), pattern->pool_roles.end());
  }
  const std::vector<char> namable = NamableRoles(*request.frame);
  const char named = request.named ? namable[random.Below(namable.size())] : '\0';
  const DialoguePlan plan =
      PlanDialogue(request, corrections, required, blocks, pool_roles, named, random);
  if (!std::includes(plan.facts.begin(), plan.facts.end(), required.begin(), required.end()))
    return std::nullopt;

  Item item;
  Realizer realizer(request, named, *scene, random);
  const std::vector<SpokenTurn> turns = realizer.Dialogue(plan);
  FillDialogue(item, request, turns, realizer);
  if (item.num_persons != request.num_persons) return std::nullopt;
  for (const char role : pool_roles) {
    if (realizer.PoolValueOf(role).empty()) return std::nullopt;
  }
  item.summary = realizer.Summary(main.patterns);
  item.facts = FactsTold(main, *scene, realizer, turns, item.summary);
  std::set<const SummaryPattern*> used = {main.patterns.front()};
  while (item.more_summaries.size() + 1 < kNumReferences) {
    const SummaryChoice other =
        ChooseSummary(request, corrections, {&plan.facts, &plan.blocks}, used, random);
    if (other.patterns.empty()) return std::nullopt;
    bool pools = true;
    for (const SummaryPattern* pattern : other.patterns) {
      for (const char role : pattern->pool_roles)
        pools = pools && !realizer.PoolValueOf(role).empty();
    }
    used.insert(other.patterns.front());
    if (pools) item.more_summaries.push_back(realizer.Summary(other.patterns));
  }
  for (const Slot& slot : request.frame->slots) {
    if (slot.is_fact) item.slots[slot.name] = scene->Final(slot.name).text;
  }
  item.topic = TopicOf(request, *scene, random);
  item.topic_id = request.frame->id;
  item.named = named == '\0' ? "" : scene->ParticipantName(named, false, random);
  item.correction = NameOf(corrections.empty() ? CorrectionKind::kNone : corrections.front().kind);
  item.rejected_last = request.rejected_last && !corrections.empty();
  item.num_corrections = static_cast<int>(corrections.size());
  item.num_distractors = plan.num_distractors;
  item.mask = request.mask;
  item.paraphrase = main.id;
  return item;
}

}  // namespace plumbline::data::korean
