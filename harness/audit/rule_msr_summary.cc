// msr-summary-stat-wrong: every derived figure of a report is computed again.
#include <algorithm>
#include <cmath>

#include "harness/audit/korean_particles.h"
#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"
#include "harness/audit/summary_rates.h"
#include "harness/audit/summary_times.h"

namespace plumbline::audit {
namespace {

constexpr Text kMidrange = {
    "the grad_norm \"average\" {claimed} is the midrange ({low} + {high}) / 2; the mean of the "
    "{count} printed points is {mean}{extreme}",
    "grad_norm \"평균\" {claimed}은(는) 중간범위 ({low} + {high}) / 2; 인쇄된 {count}개 지점의 평균은 "
    "{mean}{extreme}"};
constexpr Text kIrreproducible = {
    "the grad_norm \"average\" {claimed} is not reproducible: the midrange is {midrange}, the mean of "
    "the {count} printed points {mean}",
    "grad_norm \"평균\" {claimed}은(는) 재현되지 않음: 중간범위 {midrange}, 인쇄된 {count}개 지점의 평균 {mean}"};
constexpr Text kRunMean = {
    "\"epoch {epoch}, loss {claimed}\" is no log point: it is the mean of the whole run "
    "(train_loss), here the mean of {count} intervals",
    "\"에폭 {epoch}, 손실 {claimed}\"은(는) 기록 지점이 아니라 실행 전체의 평균(train_loss), 여기서는 {count}구간의 평균"};
constexpr Text kLowest = {
    "\"lowest so far\" {claimed}, but {lower} were printed", "\"최저\" {claimed}, 그러나 {lower}이(가) 인쇄됨"};
constexpr Text kNarrow = {
    "the claimed grad_norm range {claimed} leaves out printed values up to {largest} (range {range})",
    "주장된 grad_norm 범위 {claimed}은(는) 인쇄된 최대 {largest}을(를) 뺀 것 (범위 {range})"};
constexpr Text kSteps = {
    "the claimed {claimed} steps are no optimizer-step plan: the trace proves {steps} steps "
    "in all ({per_epoch} an epoch); a larger batch gives fewer steps, not more",
    "주장된 {claimed} 스텝은 옵티마이저 스텝 계획이 아님: 기록은 총 {steps}스텝(에폭당 {per_epoch})을 증명함; "
    "배치가 크면 스텝은 늘지 않고 줄어듦"};
constexpr Text kNeeds = {"needs derived figures in a report", "보고서의 파생 수치 필요"};

void GradientMean(const Context& context, Sink& sink) {
  const auto norms = Series(context.run.log, "grad_norm");
  const auto low = context.run.ClaimsOf("grad_norm_low");
  const auto high = context.run.ClaimsOf("grad_norm_high");
  if (norms.empty()) return;
  const Interval mean =
      PrintedSum(norms) / ExactInterval(static_cast<double>(norms.size()));
  for (const Claim* claim : context.run.ClaimsOf("grad_norm_mean")) {
    if (!Disjoint(claim->value, mean)) continue;
    const bool range = !low.empty() && !high.empty();
    const Interval midrange =
        range ? (low[0]->value + high[0]->value) / ExactInterval(2) : kEmptyInterval;
    if (!range) continue;  // the mean may be over points that were not printed
    const bool is_midrange = !Disjoint(claim->value, midrange);
    double largest = 0;
    for (const Reading& norm : norms) largest = std::max(largest, norm.value.value);
    const bool unseen = high[0]->value.low > largest;
    SayWrong(sink, is_midrange ? kMidrange : kIrreproducible, 0.97, claim->place)
        .With("claimed", claim->text)
        .With("low", low[0]->text)
        .With("high", high[0]->text)
        .With("midrange", FixedText(midrange.Middle(), 3))
        .With("count", std::to_string(norms.size()))
        .With("mean", FixedText(mean.Middle(), 3))
        .With("extreme", unseen ? "; the maximum " + high[0]->text + " is not among them" : "",
              unseen ? WithParticles("; 최대 " + high[0]->text + "은(는) 그 안에 없음") : "")
        .Formula("(" + low[0]->text + " + " + high[0]->text + ") / 2 = " +
                 FixedText(midrange.Middle(), 4) + "; " + FixedText(SumOf(norms), 3) + " / " +
                 std::to_string(norms.size()) + " = " + FixedText(mean.Middle(), 3));
  }
}

void LossAtEpoch(const Context& context, Sink& sink) {
  const Reading* train_loss = context.run.Final("train_loss");
  if (train_loss == nullptr) return;
  const auto losses = Series(context.run.log, "loss");
  for (const Claim* claim : context.run.ClaimsOf("loss_at_epoch")) {
    if (Disjoint(claim->value, train_loss->value.Printed())) continue;
    const double mean = losses.empty() ? 0 : SumOf(losses) / static_cast<double>(losses.size());
    SayWrong(sink, kRunMean, 0.99, claim->place)
        .With("epoch", claim->at_epoch ? FixedText(*claim->at_epoch, 1) : "?")
        .With("claimed", claim->text)
        .With("count", std::to_string(losses.size()))
        .Formula(FixedText(SumOf(losses), 4) + " / " + std::to_string(losses.size()) + " = " +
                 FixedText(mean, 5) + " = train_loss " + train_loss->value.text)
        .From(train_loss->place);
  }
}

void Lowest(const Context& context, Sink& sink) {
  for (const Claim* claim : context.run.ClaimsOf("loss_lowest")) {
    std::vector<Reading> lower;
    for (const Reading& loss : Series(context.run.log, "loss")) {
      if (loss.value.Printed().high < claim->value.low) lower.push_back(loss);
    }
    if (lower.empty()) continue;
    Finding& finding = SayWrong(sink, kLowest, 0.97, claim->place)
                           .With("claimed", claim->text)
                           .With("lower", JoinTexts(lower, ", "))
                           .FormulaAsItIs(JoinTexts(lower, ", ") + " < " + claim->text);
    for (const Reading& loss : lower) finding.From(loss.place);
  }
}

void StepsTotal(const Context& context, Sink& sink) {
  const Timeline& timeline = context.timeline;
  if (!timeline.planned_steps || timeline.steps_per_epoch.Empty()) return;
  const auto planned = static_cast<double>(*timeline.planned_steps);
  for (const Claim* claim : context.run.ClaimsOf("steps_total")) {
    if (claim->value.Contains(planned)) continue;
    const std::string value = Show(claim->value.Middle());
    SayWrong(sink, kSteps, 0.97, claim->place)
        .With("claimed", value == claim->text ? value : claim->text + " = " + value)
        .With("steps", Show(planned))
        .With("per_epoch", Show(timeline.steps_per_epoch.Middle(), 4))
        .FormulaAsItIs(claim->text + " != " + Show(planned));
  }
}

void NarrowRange(const Context& context, Sink& sink) {
  const auto norms = Series(context.run.log, "grad_norm");
  double smallest = 1e300;
  double largest = 0;
  for (const Reading& norm : norms) {
    smallest = std::min(smallest, norm.value.value);
    largest = std::max(largest, norm.value.value);
  }
  for (const Claim* claim : context.run.ClaimsOf("grad_norm_high")) {
    largest = std::max(largest, claim->value.Middle());
  }
  for (const Claim* claim : context.run.ClaimsOf("grad_norm_low")) {
    smallest = std::min(smallest, claim->value.Middle());
  }
  for (const Claim* claim : context.run.ClaimsOf("grad_norm_prose")) {
    if (norms.empty() || claim->value.high >= 0.75 * largest) continue;
    const std::string range = Show(smallest, 4) + "-" + Show(largest, 4);
    SayWrong(sink, kNarrow, 0.97, claim->place)
        .With("claimed", claim->text)
        .With("largest", Show(largest, 4))
        .With("range", range)
        .Formula(claim->text + " against " + range, claim->text + " 대비 " + range);
    return;  // once is enough
  }
}

void Evaluate(const Context& context, Sink& sink) {
  if (context.run.claims.empty() && context.run.words.empty()) {
    sink.NotEvaluated(kNeeds);
    return;
  }
  GradientMean(context, sink);
  LossAtEpoch(context, sink);
  Lowest(context, sink);
  StepsTotal(context, sink);
  NarrowRange(context, sink);
  CheckSummaryTimes(context, sink);
  CheckSummaryRates(context, sink);
}

}  // namespace

Rule MsrSummaryStatWrongRule() {
  Rule rule;
  rule.id = "msr-summary-stat-wrong";
  rule.severity = Severity::kMinor;
  rule.title = {"a derived figure of the report is not what its numbers give",
                "보고서의 파생 수치가 원래 숫자와 다름"};
  rule.explanation = {
      "Means, reductions, quotients, extremes, elapsed times and projections are computed again with "
      "the intervals of printed digits; disjoint intervals are reported. Rounding differences of "
      "one digit never are.",
      "평균·감소율·비율·극값·경과 시간·예상을 인쇄 자릿수의 구간으로 다시 계산하여 겹치지 않으면 보고. 한 자리 반올림 "
      "차이는 보고하지 않음."};
  rule.sources = {"arithmetic"};
  rule.evaluate = Evaluate;
  return rule;
}

}  // namespace plumbline::audit
