// Verdict: the word, one sentence, what was compared, what to type next.
#include "reports/section.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

using check::RowStatus;
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

// "7 metrics same, 1 worse"; statuses nobody has are left out.
std::string Counts(const check::Comparison& comparison) {
  std::string counts;
  for (const RowStatus status :
       {RowStatus::kSame, RowStatus::kWorse, RowStatus::kBetter, RowStatus::kChanged,
        RowStatus::kMissing, RowStatus::kNew, RowStatus::kNotComparable, RowStatus::kInsufficient,
        RowStatus::kInvalid}) {
    const int64_t count = check::CountRows(comparison, status);
    if (count == 0) continue;
    counts += (counts.empty() ? "Metrics: " : ", ") + Grouped(std::to_string(count)) + " " +
              check::ToText(status);
  }
  return counts.empty() ? "No metric was compared." : counts + ".";
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

Section VerdictSection(const Facts& facts) {
  const check::Comparison& comparison = facts.comparison;
  Section section{"verdict", MarkOf(comparison.verdict) + check::ToText(comparison.verdict), {}};
  section.tone = ToneOf(comparison.verdict);
  section.blocks.push_back({Paragraph{{Capitalised(comparison.headline)}}});
  std::string evidence = comparison.trained ? Counts(comparison)
                                            : "Judged before the first step: nothing was trained.";
  const std::string steps = PlannedSteps(comparison);
  if (!steps.empty()) evidence += " " + steps;
  evidence += " Exit status " + std::to_string(comparison.exit_status()) + ".";
  section.blocks.push_back({Paragraph{{evidence, "", Tone::kMuted}}});
  if (comparison.next.empty()) {
    section.blocks.push_back({Paragraph{{"Next: nothing to do."}}});
  } else {
    section.blocks.push_back({Commands{"Next", comparison.next}});
  }
  return section;
}

}  // namespace plumbline::report
