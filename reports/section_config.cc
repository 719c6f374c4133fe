// Settings: what differs from the baseline with both override chains, what lost silently inside
// this run.
#include <algorithm>

#include "harness/config/compare.h"
#include "reports/chain.h"
#include "reports/section.h"

namespace plumbline::report {
namespace {

constexpr int kChainRank = 2;  // chains of settings that are no cause leave Markdown early
constexpr size_t kChainsOpen = 5;

std::string Valued(const Json& entry) {
  return entry.is_null() ? "absent" : config::ValueText(entry.at("value"));
}

std::string PlaceIn(const Json& entry) {
  return entry.is_null() ? "" : config::Describe(config::OriginFromJson(entry.at("origin")));
}

bool IsChain(const check::ConfigChange& change) { return change.kind == "chain"; }

bool IsCause(const check::Comparison& comparison, const std::string& key) {
  return std::ranges::any_of(comparison.causes, [&](const check::Cause& cause) {
    return cause.plane == "config" && cause.id == key;
  });
}

Text EffectOf(const check::ConfigChange& change) {
  if (change.drifts) return {"\xE2\x97\x86 changes what is computed", "", Tone::kWorse};
  if (change.semantic) return {"semantic, no drift"};
  return {"does not change what is computed", "", Tone::kMuted};
}

Table DifferenceTable(const std::vector<check::ConfigChange>& changes) {
  Table table{"",
              "Settings whose value differs",
              {{"setting"}, {"baseline"}, {"candidate"}, {"now set by"}, {"effect"}},
              {}};
  for (const check::ConfigChange& change : changes) {
    if (IsChain(change)) continue;
    table.rows.push_back({"config." + change.key,
                          {{change.key, "", Tone::kPlain, true},
                           {Valued(change.baseline), "", Tone::kPlain, true},
                           {Valued(change.candidate), "", Tone::kPlain, true},
                           {PlaceIn(change.candidate)},
                           EffectOf(change)}});
  }
  return table;
}

Table ChainNotes(const std::vector<check::ConfigChange>& changes) {
  Table table{"", "Same value, other origin (notes)", {{"setting"}, {"what"}}, {}};
  for (const check::ConfigChange& change : changes) {
    if (!IsChain(change)) continue;
    table.rows.push_back(
        {"config." + change.key, {{change.key, "", Tone::kPlain, true}, {change.sentence}}});
  }
  return table;
}

Table ShadowTable(const std::vector<std::string>& shadows) {
  Table table{"", "Settings of this run that lost to a higher layer", {{"line"}}, {}};
  for (const std::string& line : shadows) table.rows.push_back({"", {{line}}});
  return table;
}

void AddChains(const check::Comparison& comparison, Section& section) {
  size_t open = 0;
  for (const check::ConfigChange& change : comparison.config) {
    if (IsChain(change) || IsCause(comparison, change.key)) continue;
    section.blocks.push_back(
        {ChainTable(change, "chain." + change.key), kChainRank, ++open > kChainsOpen});
  }
}

}  // namespace

Section ConfigSection(const Facts& facts) {
  const check::Comparison& comparison = facts.comparison;
  Section section{"config", "Settings", {}};
  Table differences = DifferenceTable(comparison.config);
  if (!differences.rows.empty()) {
    section.blocks.push_back({std::move(differences), 1});
  } else if (comparison.verdict == check::Verdict::kNoBaseline) {
    section.blocks.push_back({Paragraph{{"No baseline to compare the settings with."}}});
  } else {
    section.blocks.push_back({Paragraph{{"No setting has another value than in the baseline."}}});
  }
  AddChains(comparison, section);
  if (!comparison.shadows.empty()) section.blocks.push_back({ShadowTable(comparison.shadows), 1});
  Table notes = ChainNotes(comparison.config);
  if (!notes.rows.empty()) section.blocks.push_back({std::move(notes), kChainRank, true});
  return section;
}

}  // namespace plumbline::report
