#include "harness/config/compare.h"

#include <algorithm>
#include <set>

#include "harness/base/error.h"
#include "harness/config/schema.h"

namespace plumbline::config {
namespace {

bool IsSemantic(const std::string& key) {
  const KeySpec* spec = FindKey(key);
  return spec == nullptr || spec->semantic();  // a key of another schema may mean anything
}

// The value as it counts: inactive keys have none.
Json InForce(const Entry& entry) { return entry.active ? entry.value : Json(); }

std::string Side(const Entry& entry) {
  return ValueText(entry.value) + " (" + Describe(entry.origin) + ")";
}

void Add(const std::string& key, const Entry& before, const Entry& after,
         std::vector<Difference>& differences) {
  if (before == after) return;
  const bool same = InForce(before) == InForce(after);
  differences.push_back(
      {key, same ? ChangeKind::kChain : ChangeKind::kValue, IsSemantic(key), before, after});
}

int Rank(const Difference& difference) {
  return (difference.kind == ChangeKind::kChain ? 2 : 0) + (difference.semantic ? 0 : 1);
}

}  // namespace

std::vector<Difference> Compare(const Resolved& before, const Resolved& after) {
  std::vector<Difference> differences;
  for (const auto& [key, entry] : before.entries()) {
    const auto twin = after.entries().find(key);
    if (twin != after.entries().end()) {
      Add(key, entry, twin->second, differences);
    } else {
      differences.push_back({key, ChangeKind::kOnlyBefore, IsSemantic(key), entry, Entry{}});
    }
  }
  for (const auto& [key, entry] : after.entries()) {
    if (before.entries().contains(key)) continue;
    differences.push_back({key, ChangeKind::kOnlyAfter, IsSemantic(key), Entry{}, entry});
  }
  std::stable_sort(differences.begin(), differences.end(),
                   [](const Difference& a, const Difference& b) {
                     return Rank(a) != Rank(b) ? Rank(a) < Rank(b) : a.key < b.key;
                   });
  return differences;
}

std::vector<Difference> SemanticDrift(const Resolved& before, const Resolved& after) {
  std::vector<Difference> drift = Compare(before, after);
  std::erase_if(drift, [](const Difference& difference) {
    if (difference.kind == ChangeKind::kChain || !difference.semantic) return true;
    // A key that a newer schema added, left at its default, says what both runs did.
    return difference.kind == ChangeKind::kOnlyAfter &&
           difference.after.origin.layer == Layer::kDefault;
  });
  return drift;
}

std::string Describe(const Difference& difference) {
  switch (difference.kind) {
    case ChangeKind::kOnlyBefore:
      return difference.key + ": " + Side(difference.before) + " -> no such key";
    case ChangeKind::kOnlyAfter:
      return difference.key + ": no such key -> " + Side(difference.after);
    case ChangeKind::kValue:
    case ChangeKind::kChain:
      break;
  }
  return difference.key + ": " + Side(difference.before) + " -> " + Side(difference.after);
}

void RequireSameOnResume(const Resolved& saved, const Resolved& now,
                         const std::string& checkpoint) {
  const std::vector<Difference> drift = SemanticDrift(saved, now);
  if (drift.empty()) return;
  std::string found;
  for (const Difference& difference : drift) {
    found += (found.empty() ? "" : ", ") + difference.key + " saved as " + Side(difference.before) +
             " and now " + Side(difference.after);
  }
  Fail(ErrorKind::kUsage, "resuming from " + Quoted(checkpoint), found,
       "the configuration the checkpoint was made with", "the saved values, or a new --out");
}

std::vector<std::string> SemanticShadows(const Resolved& resolved) {
  std::vector<std::string> lines;
  for (const auto& [key, entry] : resolved.entries()) {
    if (!IsSemantic(key)) continue;
    for (const Shadow& shadow : entry.shadowed) {
      if (shadow.origin.layer <= Layer::kDerived || shadow.value == entry.value) continue;
      lines.push_back(key + " = " + Side(entry) + " shadows " + ValueText(shadow.value) + " (" +
                      Describe(shadow.origin) + ")");
    }
  }
  return lines;
}

std::string ValueText(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& item : value) text += (text.empty() ? "" : ", ") + ValueText(item);
  return "[" + text + "]";
}

}  // namespace plumbline::config
