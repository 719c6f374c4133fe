#include "harness/config/layering.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"

namespace plumbline::config {
namespace {

bool Speaks(const ExclusiveKey& member, const Json& value) {
  switch (member.counts) {
    case Counts::kSet:
      return !value.is_null();
    case Counts::kPositive:
      return value.is_number() && value.get<double>() > 0;
    case Counts::kTrue:
      return value.is_boolean() && value.get<bool>();
  }
  return false;
}

// A layer and a key, or an exclusive key and a layer, with the first setting seen there.
using Seen = std::map<std::pair<Layer, std::string>, const Setting*>;

void RefuseBoth(const ExclusiveGroup& group, const std::vector<Setting>& settings) {
  Seen seen;
  for (const Setting& setting : settings) {
    if (setting.origin.layer == Layer::kCheckpoint) continue;
    for (const ExclusiveKey* member : {&group.first, &group.second}) {
      if (setting.spec->name != member->key || !Speaks(*member, setting.value)) continue;
      const ExclusiveKey& other = member == &group.first ? group.second : group.first;
      const auto twin = seen.find({setting.origin.layer, other.key});
      if (twin != seen.end()) {
        Fail(ErrorKind::kUsage, PlaceOf(setting.origin),
             member->key + " beside " + other.key + " (" + PlaceOf(twin->second->origin) + ")",
             "one of the two in one layer, because they set the same thing",
             "removing one of them");
      }
      seen.emplace(std::pair{setting.origin.layer, member->key}, &setting);
    }
  }
}

bool IsSet(const Entry& entry) { return entry.origin.layer > Layer::kDerived; }

void SwitchOff(const ExclusiveKey& loser, const ExclusiveKey& winner, Entries& entries) {
  Entry& lost = entries.at(loser.key);
  if (lost.value == loser.off && !IsSet(lost)) return;
  lost.shadowed.insert(lost.shadowed.begin(), Shadow{lost.value, lost.origin});
  lost.value = loser.off;
  lost.origin = entries.at(winner.key).origin;
  lost.origin.formula = "switched off by " + winner.key;
  lost.active = false;
}

}  // namespace

void RequireOncePerLayer(const std::vector<Setting>& settings) {
  Seen seen;
  for (const Setting& setting : settings) {
    const auto [first, is_new] =
        seen.try_emplace({setting.origin.layer, setting.spec->name}, &setting);
    if (is_new) continue;
    Fail(ErrorKind::kUsage, PlaceOf(setting.origin),
         setting.spec->name + " a second time in the " + LayerName(setting.origin.layer) +
             " layer (first at " + PlaceOf(first->second->origin) + ")",
         "one setting of a key in a layer", "removing one of the two");
  }
  for (const ExclusiveGroup& group : ExclusiveGroups()) RefuseBoth(group, settings);
}

Entries Layered(const std::vector<Setting>& settings) {
  std::vector<const Setting*> strongest_first;
  for (const Setting& setting : settings) strongest_first.push_back(&setting);
  std::stable_sort(
      strongest_first.begin(), strongest_first.end(),
      [](const Setting* a, const Setting* b) { return a->origin.layer > b->origin.layer; });
  std::map<std::string, std::vector<Shadow>> chains;
  for (const Setting* setting : strongest_first) {
    chains[setting->spec->name].push_back({setting->value, setting->origin});
  }
  Entries entries;
  for (const KeySpec& spec : Schema()) {
    std::vector<Shadow>& chain = chains[spec.name];
    chain.push_back({spec.default_value, Origin{}});
    Entry entry;
    entry.value = chain.front().value;
    entry.origin = chain.front().origin;
    entry.shadowed.assign(chain.begin() + 1, chain.end());
    entries.emplace(spec.name, std::move(entry));
  }
  return entries;
}

void SwitchOffLosers(Entries& entries) {
  for (const ExclusiveGroup& group : ExclusiveGroups()) {
    const Entry& first = entries.at(group.first.key);
    const Entry& second = entries.at(group.second.key);
    const bool first_speaks = IsSet(first) && Speaks(group.first, first.value);
    const bool second_speaks = IsSet(second) && Speaks(group.second, second.value);
    const bool first_is_higher = first.origin.layer > second.origin.layer;
    if (first_speaks && (!second_speaks || first_is_higher)) {
      SwitchOff(group.second, group.first, entries);
    } else if (second_speaks) {
      SwitchOff(group.first, group.second, entries);
    }
  }
}

}  // namespace plumbline::config
