// Rows of the three columns about the learning rate: its peak, its warm-up, its course.
#include <algorithm>
#include <cmath>

#include "harness/audit/compared_rows.h"
#include "harness/audit/phrase.h"

namespace plumbline::audit {
namespace {

constexpr Text kPeak = {"peak learning rate", "최고 학습률"};
constexpr Text kWarmup = {"warm-up steps", "워밍업 스텝"};
constexpr Text kCourse = {"course of the learning rate", "학습률의 추이"};

const Reading* HighestRate(const Evidence& run) {
  const Reading* highest = nullptr;
  for (const Point& point : run.log) {
    const Reading* rate = point.Find("learning_rate");
    if (rate == nullptr || !rate->value.Finite()) continue;
    if (highest == nullptr || rate->value.value > highest->value.value) highest = rate;
  }
  return highest;
}

// A rate above a peak refutes it; a lower one proves nothing, as points are sparse.
void Peak(const Context& context, std::vector<ComparedRow>& rows) {
  const Reading* highest = HighestRate(context.run);
  RowMaker maker("learning_rate", kPeak);
  maker.DeclareSetting(context.run, "training.learning_rate");
  for (const Claim* claim : context.run.ClaimsOf("lr_target")) {  // a setting: not rounded
    maker.Claim(claim->text, ExactInterval(claim->value.Middle()), claim->place);
  }
  if (highest == nullptr) {
    rows.push_back(maker.Row());
    return;
  }
  const Interval seen = highest->value.Printed();
  maker.Observe(">= " + highest->value.text, kEmptyInterval, highest->place,
                "the highest printed rate");
  rows.push_back(
      maker.JudgedBy([&](const Interval& value) { return seen.low <= value.high * (1 + 1e-9); }));
}

void Warmup(const Context& context, std::vector<ComparedRow>& rows) {
  const Timeline& timeline = context.timeline;
  if (!timeline.planned_steps) return;
  const auto planned = static_cast<double>(*timeline.planned_steps);
  RowMaker maker("warmup_steps", kWarmup);
  for (const Layer layer : kDeclaredLayers) {
    const Setting* steps = context.run.Find("training.warmup_steps", layer);
    const Setting* ratio = context.run.Find("training.warmup_ratio", layer);
    const auto count = steps == nullptr ? std::nullopt : ParseDecimal(steps->text);
    const auto share = ratio == nullptr ? std::nullopt : ParseDecimal(ratio->text);
    if (count && count->value >= 1) {
      maker.Declare(layer, steps->text, count->Exact(), steps->place);
    }
    if (share && share->value > 0) {
      const double asked = std::ceil(share->value * planned - 1e-9);
      maker.Declare(layer, "ceil(" + ratio->text + " x " + Show(planned, 12) + ") = " + Show(asked),
                    ExactInterval(asked), ratio->place);
    }
  }
  if (timeline.warmup_steps.Empty() || !timeline.peak_declared) {
    rows.push_back(maker.Row());
    return;
  }
  maker.Observe(Show(std::round(timeline.warmup_steps.Middle()), 12), timeline.warmup_steps, {},
                "peak / ramp = " + Show(*timeline.peak) + " / " +
                    Show(timeline.warmup->ramp.Middle(), 4) + " = " +
                    ShowInterval(timeline.warmup_steps));
  rows.push_back(maker.Judged(std::max(2.0, 0.02 * planned)));
}

void Course(const Context& context, const std::vector<Finding>& findings,
            std::vector<ComparedRow>& rows) {
  RowMaker maker("lr_course", kCourse);
  for (const Layer layer : kDeclaredLayers) {
    const Setting* type = context.run.Find("training.lr_scheduler_type", layer);
    if (type != nullptr) maker.Declare(layer, type->text, kEmptyInterval, type->place);
  }
  const auto rates = Series(context.run.log, "learning_rate");
  const bool rising = context.timeline.rising_to_the_end;
  for (const Claim* claim : context.run.ClaimsOf("lr_decays")) {
    if (rates.size() < 3) break;
    const bool refuted = RefutedBy(findings, "opt-lr-never-decays", *claim);
    maker.Claim(claim->text, kEmptyInterval, claim->place,
                refuted   ? Judgement::kRefuted
                : !rising ? Judgement::kAgrees
                          : Judgement::kOpen);
  }
  if (rates.size() >= 3) {
    const std::string ends = rates.front().value.text + " ... " + rates.back().value.text;
    const bool falls = rates.back().value.value < rates.front().value.value ||
                       rates.back().value.value < 0.95 * HighestRate(context.run)->value.value;
    maker.Observe((rising  ? "rises to the last point: "
                   : falls ? "falls in the end: "
                           : "stays near its highest: ") +
                      ends,
                  kEmptyInterval, rates.back().place,
                  std::to_string(rates.size()) + " printed rates",
                  (rising  ? "마지막 지점까지 상승: "
                   : falls ? "끝에서 감소: "
                           : "최고값 근처 유지: ") +
                      ends);
  }
  const ComparedRow row = maker.Row();
  // A scheduler's name alone is compared only where prose speaks of the course, or it never decays.
  const bool decays = std::ranges::any_of(row.declared, [](const ComparedCell& cell) {
    return cell.text.value == "linear" || cell.text.value == "cosine";
  });
  if (!row.claimed.empty() || (rising && decays)) rows.push_back(row);
}

}  // namespace

void AddRateRows(const Context& context, const std::vector<Finding>& findings,
                 std::vector<ComparedRow>& rows) {
  Peak(context, rows);
  Warmup(context, rows);
  Course(context, findings, rows);
}

}  // namespace plumbline::audit
