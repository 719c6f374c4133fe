// All other metrics: what moved is open, what did not is folded; with quality and speed, every row
// of the judge once.
#include "reports/metric_table.h"
#include "reports/section.h"

namespace plumbline::report {
namespace {

constexpr int kQuietRank = 4;

bool IsOther(const check::Row& row) { return !IsQuality(row) && !IsSpeed(row); }

}  // namespace

Section MetricsSection(const Facts& facts) {
  Section section{"metrics", "All other metrics", {}};
  Table moved = MetricTable(facts, "Moved",
                            [](const check::Row& row) { return IsOther(row) && !IsQuiet(row); });
  Table quiet = MetricTable(facts, "Same, or not compared",
                            [](const check::Row& row) { return IsOther(row) && IsQuiet(row); });
  if (moved.rows.empty() && quiet.rows.empty()) {
    section.blocks.push_back({Paragraph{{"No other metrics."}}});
    return section;
  }
  if (moved.rows.empty()) {
    section.blocks.push_back({Paragraph{{"None of them moved."}}});
  } else {
    section.blocks.push_back({std::move(moved), 1});
  }
  if (!quiet.rows.empty()) section.blocks.push_back({std::move(quiet), kQuietRank, true});
  return section;
}

}  // namespace plumbline::report
