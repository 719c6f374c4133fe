// Verdict: the word, one sentence, what was compared, what to type next.
#include "reports/section_verdict.h"

#include "harness/check/tally.h"
#include "reports/section.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

using check::Verdict;

std::string MarkOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "\xE2\x9C\x93 ";
    case Verdict::kBrokenLedger:
    case Verdict::kRegression:
      return "\xE2\x96\xBC ";
    case Verdict::kConfigDrift:
    case Verdict::kUnexplainedChange:
      return "\xE2\x97\x86 ";
    case Verdict::kInvalid:
    case Verdict::kGateBlind:
      return "\xC3\x97 ";
    default:
      return "\xE2\x97\x8B ";
  }
}

Tone ToneOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return Tone::kBetter;
    case Verdict::kNoBaseline:
    case Verdict::kNotComparable:
    case Verdict::kInsufficient:
      return Tone::kPlain;
    default:
      return Tone::kWorse;
  }
}

// What gates apart from what does not.
std::string Counts(const check::Comparison& comparison) {
  if (comparison.verdict == Verdict::kNoBaseline) {
    return Grouped(std::to_string(comparison.rows.size())) +
           " metrics were measured; none was judged.";
  }
  const std::string gating = check::GatingCounts(comparison);
  std::string text =
      gating.empty() ? "No metric that gates was compared." : "Metrics that gate: " + gating + ".";
  for (const std::string& part :
       {check::AdvisoryCounts(comparison), check::UnjudgedCounts(comparison)}) {
    if (!part.empty()) text += " " + part + ".";
  }
  return text;
}

std::string StepsText(int64_t steps) {
  return steps < 0 ? "unknown" : Grouped(std::to_string(steps));
}

std::string PlannedSteps(const check::Comparison& comparison) {
  if (comparison.planned_steps_candidate < 0) return "";
  std::string text = "Planned optimizer steps: ";
  if (comparison.planned_steps_baseline >= 0 &&
      comparison.planned_steps_baseline != comparison.planned_steps_candidate) {
    text += StepsText(comparison.planned_steps_baseline) + " \xE2\x86\x92 ";
  }
  return text + StepsText(comparison.planned_steps_candidate) + ".";
}

std::string Capitalised(std::string sentence) {
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z' &&
      sentence.find_first_of("._/=") > sentence.find(' ')) {
    sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  }
  return sentence + ".";
}

}  // namespace

Text VerdictText(Verdict verdict) {
  return {MarkOf(verdict) + check::ToText(verdict), "", ToneOf(verdict)};
}

Section VerdictSection(const Facts& facts) {
  const check::Comparison& comparison = facts.comparison;
  const Text word = VerdictText(comparison.verdict);
  Section section{"verdict", word.value, {}};
  section.tone = word.tone;
  section.blocks.push_back({Paragraph{{Capitalised(comparison.headline)}}});
  std::string evidence = comparison.trained ? Counts(comparison)
                                            : "Judged before the first step: nothing was trained.";
  const std::string steps = PlannedSteps(comparison);
  if (!steps.empty()) evidence += " " + steps;
  evidence += " Exit status " + std::to_string(comparison.exit_status()) + ".";
  section.blocks.push_back({Paragraph{{evidence, "", Tone::kMuted}}});
  const std::vector<const check::AuditFinding*> alarms = check::Alarms(comparison.audit);
  if (!alarms.empty()) {
    section.blocks.push_back(
        {Paragraph{{"The audit of this run found " + check::AuditTally(comparison.audit) +
                        ", worst: " + alarms.front()->rule + ".",
                    "", Tone::kWarning}}});
  }
  const bool pass = comparison.verdict == Verdict::kPass;
  if (comparison.next.empty()) {
    section.blocks.push_back({Paragraph{{"Next: nothing to do."}}});
  } else {
    section.blocks.push_back(
        {Commands{pass ? "Nothing has to be done; this would store the values of this machine too"
                       : "Next",
                  comparison.next}});
  }
  return section;
}

}  // namespace plumbline::report
