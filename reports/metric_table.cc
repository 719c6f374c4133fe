#include "reports/metric_table.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/base/number.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

using check::MetricClass;
using check::RowStatus;

constexpr int kDigits = 3;

std::string Percent(double fraction) { return BriefNumber(100 * fraction, kDigits) + " %"; }

// D2: the envelope is the same on both sides of a comparable row.
std::string VisibleBounded(const check::Observation& observation, const check::Row& row) {
  const check::Envelope& envelope = observation.envelope;
  const double last = check::RelativeBound(envelope, std::ssize(observation.values) - 1);
  if (observation.values.size() > 1) {
    return "beyond " + Percent(check::RelativeBound(envelope, 0)) + " at the first step, " +
           Percent(last) + " at the last";
  }
  const auto baseline = ParseDouble(row.baseline);
  if (!baseline) return "beyond " + Percent(last);
  return "beyond \xC2\xB1" +
         BriefNumber(last * std::max(std::fabs(*baseline), envelope.floor), kDigits);
}

std::string IdOf(const check::Row& row) {
  return "metric." + row.name + "." + check::ToText(row.metric_class);
}

// The fields of the machine stand once on the page, not in each row.
std::string WhyOf(const check::Row& row) {
  if (row.decision.status != RowStatus::kNotComparable) return row.decision.reason;
  return "stored for another machine";
}

TableRow RowOf(const Facts& facts, const check::Row& row) {
  const Sides sides = SidesText(row.baseline, row.candidate);
  return {IdOf(row),
          {{row.name},
           {check::ToText(row.metric_class)},
           {row.unit},
           {check::ToText(row.direction)},
           sides.baseline,
           sides.candidate,
           ChangeText(row.baseline, row.candidate),
           StatusText(row.decision),
           {VisibleChange(facts, row), "", Tone::kMuted},
           {WhyOf(row), "", Tone::kMuted}}};
}

TableRow MeasuredRow(const check::Row& row) {
  return {IdOf(row),
          {{row.name},
           {check::ToText(row.metric_class)},
           {row.unit},
           {check::ToText(row.direction)},
           ValueText(row.candidate)}};
}

bool IsStored(const check::Row& row) { return !row.baseline.empty(); }

}  // namespace

bool IsQuality(const check::Row& row) {
  for (const char* front : {"eval.", "base.", "lead1.", "lead3.", "random."}) {
    if (row.name.starts_with(front)) return true;
  }
  return false;
}

bool IsSpeed(const check::Row& row) {
  return row.name.starts_with("speed.") || row.name.starts_with("machine.");
}

bool IsQuiet(const check::Row& row) {
  const RowStatus status = row.decision.status;
  return !row.decision.gates || status == RowStatus::kSame || status == RowStatus::kNew ||
         status == RowStatus::kNotComparable || status == RowStatus::kInsufficient;
}

std::string VisibleChange(const Facts& facts, const check::Row& row) {
  const RowStatus status = row.decision.status;
  if (status == RowStatus::kNew || status == RowStatus::kNotComparable)
    return "nothing: no stored value";
  const check::Observation* observation =
      FindObservation(facts.candidate, row.name, row.metric_class);
  switch (row.metric_class) {
    case MetricClass::kD0:
      return "any difference";
    case MetricClass::kD1:
      return "any bit";
    case MetricClass::kD2:
      return observation == nullptr ? "leaving its envelope" : VisibleBounded(*observation, row);
    case MetricClass::kC:
      return observation == nullptr
                 ? "more than its quantum"
                 : "more than +" + Grouped(ShortestDecimal(observation->quantum)) + " " + row.unit;
    case MetricClass::kN1:
    case MetricClass::kN2:
      return "advisory here";
  }
  return "";
}

bool IsUncomparedTwin(const check::Comparison& comparison, const check::Row& row) {
  const RowStatus status = row.decision.status;
  if (row.metric_class != MetricClass::kD1 ||
      (status != RowStatus::kNotComparable && status != RowStatus::kNew))
    return false;
  return std::ranges::any_of(comparison.rows, [&](const check::Row& other) {
    return other.name == row.name && other.metric_class == MetricClass::kD2;
  });
}

Table MetricTable(const Facts& facts, const std::string& caption, const RowFilter& keep) {
  const bool judged = facts.comparison.verdict != check::Verdict::kNoBaseline ||
                      std::ranges::any_of(facts.comparison.rows, IsStored);
  Table table{"", caption, {{"metric"}, {"class"}, {"unit"}, {"better"}}, {}};
  if (judged) {
    table.columns.insert(table.columns.end(), {{"baseline", true},
                                               {"candidate", true},
                                               {"change", true},
                                               {"status"},
                                               {"would be seen"},
                                               {"why"}});
  } else {
    table.columns.push_back({"measured", true});
  }
  std::vector<const check::Row*> rows;
  for (const check::Row& row : facts.comparison.rows) {
    if (keep(row)) rows.push_back(&row);
  }
  std::ranges::stable_sort(rows, {}, [](const check::Row* row) { return IsQuiet(*row); });
  for (const check::Row* row : rows)
    table.rows.push_back(judged ? RowOf(facts, *row) : MeasuredRow(*row));
  return table;
}

}  // namespace plumbline::report
