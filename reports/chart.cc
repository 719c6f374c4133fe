#include "reports/chart.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "harness/base/number.h"
#include "reports/escape.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

// All in units of the view box; text of 12 stays legible on a page 360 pixels wide.
constexpr double kWidth = 360;
constexpr double kHeight = 200;
constexpr double kLeft = 56;
constexpr double kRight = 286;  // names of the series stand beyond
constexpr double kTop = 12;
constexpr double kBottom = 168;
constexpr double kCross = 4;
constexpr double kDot = 3;
constexpr double kLabelGap = 14;
constexpr int kAxisDigits = 3;

// At least 3:1 on white and on the dark page.
constexpr const char* kBaselineColour = "#6b7680";
constexpr const char* kCandidateColour = "#c25100";

struct Frame {
  double x_low = 0, x_high = 0, y_low = 0, y_high = 0;
  bool any = false;

  double X(double x) const {
    return x_high == x_low ? 0.5 * (kLeft + kRight)
                           : kLeft + (x - x_low) / (x_high - x_low) * (kRight - kLeft);
  }
  double Y(double y) const {
    return y_high == y_low ? 0.5 * (kTop + kBottom)
                           : kBottom - (y - y_low) / (y_high - y_low) * (kBottom - kTop);
  }
};

Frame FrameOf(const Chart& chart) {
  Frame frame;
  bool any_x = false;
  for (const std::vector<Point>* series : {&chart.baseline, &chart.candidate}) {
    for (const Point& point : *series) {
      frame.x_low = any_x ? std::min(frame.x_low, point.x) : point.x;
      frame.x_high = any_x ? std::max(frame.x_high, point.x) : point.x;
      any_x = true;
      if (!std::isfinite(point.y)) continue;
      frame.y_low = frame.any ? std::min(frame.y_low, point.y) : point.y;
      frame.y_high = frame.any ? std::max(frame.y_high, point.y) : point.y;
      frame.any = true;
    }
  }
  return frame;
}

std::string At(double value) { return Fixed(value, 1); }

std::string TextAt(double x, double y, const char* anchor, const std::string& text,
                   const char* fill) {
  return "<text x=\"" + At(x) + "\" y=\"" + At(y) + "\" text-anchor=\"" + anchor + "\" fill=\"" +
         fill + "\">" + HtmlEscaped(text) + "</text>";
}

std::string LineFrom(double x1, double y1, double x2, double y2, const std::string& attributes) {
  return "<line x1=\"" + At(x1) + "\" y1=\"" + At(y1) + "\" x2=\"" + At(x2) + "\" y2=\"" + At(y2) +
         "\" " + attributes + "/>";
}

std::string CrossAt(double x, const std::string& stroke) {
  return LineFrom(x - kCross, kBottom - kCross, x + kCross, kBottom + kCross, stroke) +
         LineFrom(x - kCross, kBottom + kCross, x + kCross, kBottom - kCross, stroke);
}

struct Pen {
  const char* side;
  const char* colour;
  const char* dash;
};

// A path that is broken where a value is not finite; lone points are dots.
std::string DrawSeries(const std::vector<Point>& points, const Frame& frame, const Pen& pen) {
  const std::string stroke =
      std::string("class=\"") + pen.side + "\" stroke=\"" + pen.colour + "\" stroke-width=\"2\"";
  std::string path, marks;
  bool open = false;
  for (size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    if (!std::isfinite(point.y)) {
      marks += CrossAt(frame.X(point.x), stroke);
      open = false;
      continue;
    }
    const std::string place = At(frame.X(point.x)) + " " + At(frame.Y(point.y));
    const bool next = i + 1 < points.size() && std::isfinite(points[i + 1].y);
    if (!open && !next) {
      marks += "<circle cx=\"" + At(frame.X(point.x)) + "\" cy=\"" + At(frame.Y(point.y)) +
               "\" r=\"" + At(kDot) + "\" fill=\"none\" " + stroke + "/>";
    } else {
      path += (open ? "L" : "M") + place;
      open = true;
    }
  }
  if (path.empty()) return marks;
  const std::string dash =
      *pen.dash == '\0' ? "" : std::string(" stroke-dasharray=\"") + pen.dash + "\"";
  return "<path d=\"" + path + "\" fill=\"none\" stroke-linejoin=\"round\" " + stroke + dash +
         "/>" + marks;
}

// Where a series ends, for its name; nothing for a series without finite points.
std::optional<Point> EndOf(const std::vector<Point>& points, const Frame& frame) {
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (std::isfinite(point->y)) return Point{frame.X(point->x), frame.Y(point->y)};
  }
  return std::nullopt;
}

std::string DrawNames(const Chart& chart, const Frame& frame) {
  const auto baseline = EndOf(chart.baseline, frame);
  const auto candidate = EndOf(chart.candidate, frame);
  double baseline_y = baseline ? baseline->y : 0;
  double candidate_y = candidate ? candidate->y : 0;
  if (baseline && candidate && std::fabs(baseline_y - candidate_y) < kLabelGap) {
    const double middle =
        std::clamp(0.5 * (baseline_y + candidate_y), kTop + kLabelGap, kBottom - kLabelGap);
    const double side = baseline_y <= candidate_y ? -0.5 : 0.5;
    baseline_y = middle + side * kLabelGap;
    candidate_y = middle - side * kLabelGap;
  }
  std::string names;
  if (baseline) names += TextAt(kRight + 8, baseline_y + 4, "start", "baseline", "currentColor");
  if (candidate) names += TextAt(kRight + 8, candidate_y + 4, "start", "candidate", "currentColor");
  return names;
}

std::string DrawAxes(const Chart& chart, const Frame& frame) {
  constexpr const char* kAxis = "stroke=\"currentColor\" stroke-width=\"1\" opacity=\"0.5\"";
  std::string axes = LineFrom(kLeft, kTop, kLeft, kBottom, kAxis) +
                     LineFrom(kLeft, kBottom, kRight, kBottom, kAxis);
  if (frame.any) {
    axes +=
        TextAt(kLeft - 6, kBottom, "end", BriefNumber(frame.y_low, kAxisDigits), "currentColor");
    if (frame.y_high != frame.y_low) {
      axes += TextAt(kLeft - 6, kTop + 8, "end", BriefNumber(frame.y_high, kAxisDigits),
                     "currentColor");
    }
  }
  axes += TextAt(kLeft, kBottom + 16, "start", BriefNumber(frame.x_low, kAxisDigits + 3),
                 "currentColor");
  if (frame.x_high != frame.x_low) {
    axes += TextAt(kRight, kBottom + 16, "end", BriefNumber(frame.x_high, kAxisDigits + 3),
                   "currentColor");
  }
  return axes +
         TextAt(0.5 * (kLeft + kRight), kBottom + 30, "middle", chart.x_name, "currentColor");
}

bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

// A thin vertical where two series first differ.
std::string DrawParting(const Chart& chart, const Frame& frame) {
  const size_t common = std::min(chart.baseline.size(), chart.candidate.size());
  for (size_t i = 0; i < common; ++i) {
    if (chart.baseline[i].x != chart.candidate[i].x) return "";
    if (SameBits(chart.baseline[i].y, chart.candidate[i].y)) continue;
    const double x = frame.X(chart.candidate[i].x);
    return LineFrom(x, kTop, x, kBottom,
                    "stroke=\"currentColor\" stroke-width=\"1\" stroke-dasharray=\"1 3\"");
  }
  return "";
}

std::string Spoken(const Chart& chart) {
  return chart.title + " by " + chart.x_name + ": " + std::to_string(chart.baseline.size()) +
         " baseline and " + std::to_string(chart.candidate.size()) + " candidate points";
}

void AppendBucket(std::span<const Point> bucket, std::vector<Point>& thinned) {
  const Point* lowest = nullptr;
  const Point* highest = nullptr;
  const Point* broken = nullptr;
  for (const Point& point : bucket) {
    if (!std::isfinite(point.y)) {
      if (broken == nullptr) broken = &point;
      continue;
    }
    if (lowest == nullptr || point.y < lowest->y) lowest = &point;
    if (highest == nullptr || point.y > highest->y) highest = &point;
  }
  std::vector<const Point*> kept;
  for (const Point* point : {lowest, highest, broken}) {
    if (point != nullptr && std::ranges::find(kept, point) == kept.end()) kept.push_back(point);
  }
  std::ranges::sort(kept);  // all point into one array: this is their order
  for (const Point* point : kept) thinned.push_back(*point);
}

}  // namespace

std::vector<Point> Thinned(std::span<const Point> points) {
  if (points.size() <= kDrawnPoints) return {points.begin(), points.end()};
  constexpr size_t kBuckets = kDrawnPoints / 2;
  std::vector<Point> thinned;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    const size_t first = bucket * points.size() / kBuckets;
    const size_t end = (bucket + 1) * points.size() / kBuckets;
    AppendBucket(points.subspan(first, end - first), thinned);
  }
  return thinned;
}

std::string Svg(const Chart& chart) {
  const Frame frame = FrameOf(chart);
  std::string svg = "<svg role=\"img\" viewBox=\"0 0 " + Fixed(kWidth, 0) + " " +
                    Fixed(kHeight, 0) + "\" width=\"" + Fixed(kWidth, 0) +
                    "\" font-family=\"sans-serif\" font-size=\"12\"><title>" +
                    HtmlEscaped(Spoken(chart)) + "</title>";
  svg += DrawAxes(chart, frame) + DrawParting(chart, frame);
  svg += DrawSeries(Thinned(chart.baseline), frame, {"baseline", kBaselineColour, "6 4"});
  svg += DrawSeries(Thinned(chart.candidate), frame, {"candidate", kCandidateColour, ""});
  return svg + DrawNames(chart, frame) + "</svg>";
}

}  // namespace plumbline::report
