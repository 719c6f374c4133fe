#include "harness/check/tally.h"

#include <algorithm>
#include <span>

namespace plumbline::check {
namespace {

constexpr RowStatus kOrder[] = {RowStatus::kSame,          RowStatus::kWorse,
                                RowStatus::kBetter,        RowStatus::kChanged,
                                RowStatus::kMissing,       RowStatus::kNew,
                                RowStatus::kNotComparable, RowStatus::kInsufficient,
                                RowStatus::kInvalid};
// What moved first: sameness is what an advisory row is expected to say.
constexpr RowStatus kAdvisoryOrder[] = {RowStatus::kWorse, RowStatus::kBetter, RowStatus::kChanged,
                                        RowStatus::kSame, RowStatus::kInsufficient};

int64_t Count(const Comparison& comparison, RowStatus status, bool gates) {
  return std::ranges::count_if(comparison.rows, [&](const Row& row) {
    return row.decision.status == status && row.decision.gates == gates;
  });
}

std::string Counts(const Comparison& comparison, std::span<const RowStatus> order, bool gates) {
  std::string text;
  for (const RowStatus status : order) {
    const int64_t count = Count(comparison, status, gates);
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + ToText(status);
  }
  return text;
}

void Append(const std::string& part, const char* between, std::string& text) {
  if (part.empty()) return;
  text += (text.empty() ? "" : between) + part;
}

}  // namespace

std::string GatingCounts(const Comparison& comparison) { return Counts(comparison, kOrder, true); }

std::string AdvisoryCounts(const Comparison& comparison) {
  int64_t compared = 0;
  for (const RowStatus status : kAdvisoryOrder) compared += Count(comparison, status, false);
  if (compared == 0) return "";
  return std::to_string(compared) + (compared == 1 ? " advisory timing" : " advisory timings") +
         " (never gate): " + Counts(comparison, kAdvisoryOrder, false);
}

std::string UnjudgedCounts(const Comparison& comparison) {
  const int64_t elsewhere = Count(comparison, RowStatus::kNotComparable, false);
  const int64_t lost = Count(comparison, RowStatus::kMissing, false);
  const int64_t fresh = Count(comparison, RowStatus::kNew, false);
  std::string text;
  if (elsewhere > 0) text = std::to_string(elsewhere) + " stored for another machine, not judged";
  if (lost > 0) Append(std::to_string(lost) + " not counted whole, not judged", ", ", text);
  if (fresh > 0) Append(std::to_string(fresh) + " without a stored value", ", ", text);
  return text;
}

std::string TallyOf(const Comparison& comparison) {
  std::string text = GatingCounts(comparison);
  Append(AdvisoryCounts(comparison), "; ", text);
  Append(UnjudgedCounts(comparison), "; ", text);
  return text;
}

}  // namespace plumbline::check
