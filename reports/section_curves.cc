// Curves: loss and learning rate by optimizer step, drawn on the page, with their ends and extremes
// as a table.
#include <algorithm>
#include <cmath>

#include "harness/base/number.h"
#include "reports/curve.h"
#include "reports/section.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

struct Extremes {
  double lowest = 0;
  double highest = 0;
  int64_t broken = 0;  // values that are not finite
  bool any = false;
};

Extremes ExtremesOf(const std::vector<Point>& points) {
  Extremes extremes;
  for (const Point& point : points) {
    if (!std::isfinite(point.y)) {
      ++extremes.broken;
      continue;
    }
    extremes.lowest = extremes.any ? std::min(extremes.lowest, point.y) : point.y;
    extremes.highest = extremes.any ? std::max(extremes.highest, point.y) : point.y;
    extremes.any = true;
  }
  return extremes;
}

void AddSide(const Chart& chart, const std::string& side, const std::vector<Point>& points,
             Table& table) {
  if (points.empty()) return;
  const Extremes extremes = ExtremesOf(points);
  const auto number = [](double value) { return ValueText(ShortestDecimal(value)); };
  const Text none{"-"};
  table.rows.push_back(
      {"",
       {{chart.title},
        {side},
        {Grouped(std::to_string(points.size()))},
        number(points.front().y),
        extremes.any ? number(extremes.lowest) : none,
        extremes.any ? number(extremes.highest) : none,
        number(points.back().y),
        {extremes.broken == 0 ? "0" : "\xC3\x97 " + std::to_string(extremes.broken), "",
         extremes.broken == 0 ? Tone::kMuted : Tone::kWorse}}});
}

Table EndsTable(const std::vector<Chart>& charts) {
  Table table{"",
              "The same curves as numbers",
              {{"curve"},
               {"side"},
               {"points", true},
               {"first", true},
               {"lowest", true},
               {"highest", true},
               {"last", true},
               {"not finite", true}},
              {}};
  for (const Chart& chart : charts) {
    AddSide(chart, "baseline", chart.baseline, table);
    AddSide(chart, "candidate", chart.candidate, table);
  }
  return table;
}

}  // namespace

Section CurvesSection(const Facts& facts) {
  Section section{"curves", "Curves", {}};
  std::vector<Chart> charts = ChartsOf(facts);
  if (charts.empty()) {
    section.blocks.push_back(
        {Paragraph{{facts.comparison.trained ? "No series was recorded."
                                             : "No curves: nothing was trained."}}});
    return section;
  }
  section.blocks.push_back(
      {Paragraph{
           {"Baseline: grey, dashed. Candidate: orange, solid. A dotted upright marks the "
            "first step at which they differ; a cross on the axis a value that is not finite.",
            "", Tone::kMuted},
           ""},
       3});
  Table ends = EndsTable(charts);
  section.blocks.push_back({Charts{std::move(charts)}, 3});
  section.blocks.push_back({std::move(ends), 3});
  return section;
}

}  // namespace plumbline::report
