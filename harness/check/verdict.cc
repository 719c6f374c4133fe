#include "harness/check/verdict.h"

#include <algorithm>

namespace plumbline::check {

Verdict Worse(Verdict a, Verdict b) { return std::min(a, b); }

std::string ToText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kInvalid:
      return "INVALID";
    case Verdict::kConfigDrift:
      return "CONFIG_DRIFT";
    case Verdict::kBrokenLedger:
      return "REGRESSION";
    case Verdict::kNoBaseline:
      return "NO_BASELINE";
    case Verdict::kNotComparable:
      return "NOT_COMPARABLE";
    case Verdict::kInsufficient:
      return "INSUFFICIENT";
    case Verdict::kRegression:
      return "REGRESSION";
    case Verdict::kUnexplainedChange:
      return "UNEXPLAINED_CHANGE";
    case Verdict::kGateBlind:
      return "GATE_BLIND";
    case Verdict::kPass:
      return "PASS";
  }
  return "INVALID";
}

int ExitStatusOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return 0;
    case Verdict::kBrokenLedger:
    case Verdict::kRegression:
    case Verdict::kUnexplainedChange:
      return 1;
    case Verdict::kInvalid:
    case Verdict::kNoBaseline:
    case Verdict::kNotComparable:
    case Verdict::kInsufficient:
      return 3;
    case Verdict::kConfigDrift:
      return 5;
    case Verdict::kGateBlind:
      return 6;
  }
  return 3;
}

std::string JunitElementOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "";
    case Verdict::kInvalid:
    case Verdict::kGateBlind:
      return "error";
    case Verdict::kNoBaseline:
    case Verdict::kNotComparable:
    case Verdict::kInsufficient:
      return "skipped";
    default:
      return "failure";
  }
}

}  // namespace plumbline::check
