// Rows of the judge as a table: name, class, both sides, change, status, and what would have been
// seen.
#ifndef PLUMBLINE_REPORTS_METRIC_TABLE_H_
#define PLUMBLINE_REPORTS_METRIC_TABLE_H_

#include <functional>
#include <string>

#include "reports/block.h"
#include "reports/facts.h"

namespace plumbline::report {

using RowFilter = std::function<bool(const check::Row&)>;

// The rows that `keep` takes, those that moved and gate first, then by name and class. Without any
// baseline: what was measured alone.
Table MetricTable(const Facts& facts, const std::string& caption, const RowFilter& keep);

// The smallest change of this metric that its rule would have called one.
std::string VisibleChange(const Facts& facts, const check::Row& row);

// Which section shows a row: each stands in exactly one.
bool IsQuality(const check::Row& row);
bool IsSpeed(const check::Row& row);

// The bitwise half of a metric whose bounded half stands in the same table, when nothing on this
// machine is stored for it: the same number a second time.
bool IsUncomparedTwin(const check::Comparison& comparison, const check::Row& row);

// Same, not gated or nothing to compare: may be folded.
bool IsQuiet(const check::Row& row);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_METRIC_TABLE_H_
