// A curve as static SVG: presentation attributes only, so it survives without styles, scripts and
// network.
#ifndef PLUMBLINE_REPORTS_CHART_H_
#define PLUMBLINE_REPORTS_CHART_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "reports/block.h"

namespace plumbline::report {

// Most finite points drawn of one series.
inline constexpr size_t kDrawnPoints = 1000;

// The series itself when short enough; else lowest and highest point of each of kDrawnPoints / 2
// buckets, in order, and the first point of a bucket that is not finite: no spike and no NaN is
// lost.
std::vector<Point> Thinned(std::span<const Point> points);

// <svg> with both series: the baseline dashed grey, the candidate solid orange, each with its name
// at the end; the ends of both axes printed; a point that is not finite is a cross on the axis; the
// first difference is marked.
std::string Svg(const Chart& chart);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_CHART_H_
