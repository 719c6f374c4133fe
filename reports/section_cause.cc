// Cause and proof: what differs, ranked, with the chain of each setting and the arithmetic of each
// broken identity.
#include <algorithm>

#include "reports/chain.h"
#include "reports/section.h"

namespace plumbline::report {
namespace {

constexpr size_t kChainsShown = 3;

Text StrengthText(const std::string& strength) {
  const bool proved = strength == "because";
  return {strength, "", proved ? Tone::kWorse : Tone::kPlain};
}

Table CauseTable(const std::vector<check::Cause>& causes) {
  Table table{
      "", "Causes, most likely first", {{"rank", true}, {"strength"}, {"cause"}, {"kind"}}, {}};
  for (size_t i = 0; i < causes.size(); ++i) {
    const check::Cause& cause = causes[i];
    table.rows.push_back(
        {"cause." + cause.id,
         {{std::to_string(i + 1)}, StrengthText(cause.strength), {cause.sentence}, {cause.plane}}});
  }
  return table;
}

void AddChains(const check::Comparison& comparison, Section& section) {
  size_t shown = 0;
  for (const check::Cause& cause : comparison.causes) {
    const auto change = std::ranges::find(comparison.config, cause.id, &check::ConfigChange::key);
    if (cause.plane != "config" || change == comparison.config.end() || shown++ == kChainsShown)
      continue;
    section.blocks.push_back({ChainTable(*change, "chain." + change->key)});
  }
}

// Kinds of proof there are: counting, and running again with the setting reverted.
std::string ProofOf(const check::Comparison& comparison) {
  if (comparison.causes.front().strength == "because") {
    return "Proof: counted or read in this run itself; no second run is needed.";
  }
  if (comparison.causes.front().strength == "no cause found") {
    return "Proof: none. Nothing that is recorded differs, yet a metric moved: run the same thing "
           "twice to see noise.";
  }
  return "Proof: not run. The first cause is the likeliest of what differs; nothing was trained "
         "again with it reverted.";
}

}  // namespace

Section CauseSection(const Facts& facts) {
  const check::Comparison& comparison = facts.comparison;
  Section section{"cause", "Cause and proof", {}};
  if (comparison.causes.empty()) {
    section.blocks.push_back({Paragraph{
        {comparison.verdict == check::Verdict::kNoBaseline
             ? "No baseline: nothing was compared, so there is nothing to explain."
             : "Nothing to explain: no gating metric moved and no setting drifted."}}});
    return section;
  }
  section.blocks.push_back({CauseTable(comparison.causes)});
  AddChains(comparison, section);
  section.blocks.push_back({Paragraph{{ProofOf(comparison), "", Tone::kMuted}, "proof"}});
  return section;
}

}  // namespace plumbline::report
