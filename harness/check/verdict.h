// The nine verdicts of DESIGN, their precedence and exit statuses.
// Used by everything that reports a judgement; the one place that orders them.
#ifndef PLUMBLINE_HARNESS_CHECK_VERDICT_H_
#define PLUMBLINE_HARNESS_CHECK_VERDICT_H_

#include <array>
#include <string>
#include <string_view>

namespace plumbline::check {

// In order of precedence, the first wins. NO_BASELINE, NOT_COMPARABLE and INSUFFICIENT share a rank
// in DESIGN; among them the one that names most is first. A broken ledger identity is kBrokenLedger
// and reads REGRESSION. A blind gate cannot take back what it found, only what it did not find.
enum class Verdict {
  kInvalid,
  kConfigDrift,
  kBrokenLedger,
  kNoBaseline,
  kNotComparable,
  kInsufficient,
  kRegression,
  kUnexplainedChange,
  kGateBlind,
  kPass,
};

inline constexpr std::array<Verdict, 10> kVerdicts = {
    Verdict::kInvalid,    Verdict::kConfigDrift,       Verdict::kBrokenLedger,
    Verdict::kNoBaseline, Verdict::kNotComparable,     Verdict::kInsufficient,
    Verdict::kRegression, Verdict::kUnexplainedChange, Verdict::kGateBlind,
    Verdict::kPass};

// The verdict that wins over the other.
Verdict Worse(Verdict a, Verdict b);

// "REGRESSION" for kBrokenLedger too: people and scripts see nine names.
std::string ToText(Verdict verdict);

// 0 PASS; 1 REGRESSION, UNEXPLAINED_CHANGE; 3 NO_BASELINE, NOT_COMPARABLE, INSUFFICIENT, INVALID; 5
// CONFIG_DRIFT; 6 GATE_BLIND.
int ExitStatusOf(Verdict verdict);

// The JUnit element of a case with this verdict: "failure", "error", "skipped", or "" for PASS.
std::string JunitElementOf(Verdict verdict);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_VERDICT_H_
