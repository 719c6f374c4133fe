// opt-lr-never-decays: the course of the learning rate, and what is said of it.
#include <algorithm>
#include <cmath>

#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr double kNearPeak = 0.95;
constexpr double kMostlyRising = 0.8;

constexpr Text kNever = {
    "the learning rate never decays: {rises} of {gaps} printed steps up, the last ({last} at step "
    "{step}) is {share} of the peak; intended there: {intended} ({ratio} times lower)",
    "학습률이 감소하지 않음: 인쇄된 {gaps}구간 중 {rises}구간 상승, 마지막 값({step}스텝의 {last})은 최고값의 "
    "{share}; 의도한 값은 {intended} ({ratio}배 낮음)"};
constexpr Text kNeverUnknown = {
    "the learning rate never decays: {rises} of {gaps} printed steps up, the last is {share} of the "
    "largest, under a {schedule} schedule",
    "학습률이 감소하지 않음: 인쇄된 {gaps}구간 중 {rises}구간 상승, 마지막 값은 최대값의 {share} ({schedule})"};
constexpr Text kMass = {
    "the area under the learning rate is {actual}, intended {intended} ({change}): its shape is "
    "inverted, its amount is not the problem",
    "학습률 면적은 {actual}, 의도는 {intended} ({change}): 모양이 뒤집혔을 뿐 양이 문제는 아님"};
constexpr Text kMassSoFar = {
    "up to step {step} the area under the learning rate is {actual}, intended {intended} ({change}); "
    "the run is not finished, so this is no diagnosis",
    "{step}스텝까지 학습률 면적은 {actual}, 의도는 {intended} ({change}); 아직 끝나지 않은 실행이므로 진단은 "
    "아님"};
constexpr Text kDecayClaim = {
    "refuted: the report says that warm-up and decay work; every printed rate lies on one rising "
    "line, rate = {ramp} * (step - {offset})",
    "반증됨: 보고서는 워밍업과 감소가 정상이라고 하지만, 인쇄된 모든 학습률이 상승 직선 하나 위에 있음: {ramp} "
    "* (step - {offset})"};
constexpr Text kTargetClaim = {
    "refuted: the report says the rate reached its target of {claimed}; the target of the schedule "
    "is {peak}, and {shown} is merely step {step} of the common line",
    "반증됨: 보고서는 학습률이 목표 {claimed}에 도달했다고 하지만 스케줄의 목표는 {peak}(이)며 {shown}은(는) 공통 "
    "직선의 {step}스텝일 뿐"};
constexpr Text kTargetLate = {
    "the rate reaches its target of {peak} only at the last step: the warm-up is the whole run",
    "학습률은 마지막 스텝에서야 목표 {peak}에 도달: 워밍업이 실행 전체임"};
constexpr Text kDo = {"find why the warm-up is as long as the run, then rerun: see "
                      "cfg-warmup-steps-shadows-ratio",
                      "워밍업이 실행만큼 긴 이유를 찾고 다시 실행: cfg-warmup-steps-shadows-ratio 참조"};
constexpr Text kNeeds = {"needs three or more learning rates", "학습률 기록 3개 이상 필요"};

bool Decays(const Evidence& run) {
  const Setting* type = run.Effective("training.lr_scheduler_type");
  if (type == nullptr) return true;  // transformers' default is linear
  return type->text.find("constant") == std::string::npos &&
         type->text.find("plateau") == std::string::npos;
}

// The rate before step s of a linear schedule.
double Linear(double peak, double warmup, double planned, double step) {
  if (step < warmup) return peak * step / std::max(1.0, warmup);
  return peak * std::max(0.0, (planned - step) / std::max(1.0, planned - warmup));
}

struct Plan {
  double warmup;
  double planned;
  double peak;
};

std::optional<Plan> Intended(const Context& context) {
  const auto ratio = context.run.Number("training.warmup_ratio");
  const Timeline& timeline = context.timeline;
  if (!timeline.planned_steps || !timeline.peak_declared) return std::nullopt;
  const auto planned = static_cast<double>(*timeline.planned_steps);
  return Plan{std::ceil(ratio.value_or(0) * planned - 1e-9), planned, *timeline.peak};
}

double Area(const Plan& plan, double steps) {
  double area = 0;
  for (double step = 0; step < steps; ++step) area += Linear(plan.peak, plan.warmup, plan.planned, step);
  return area;
}

void Mass(const Context& context, const Plan& plan, Sink& sink) {
  constexpr double kMostSteps = 1e6;
  const Timeline& timeline = context.timeline;
  if (!timeline.warmup || !timeline.executed_steps || plan.planned > kMostSteps) return;
  const auto steps = static_cast<double>(*timeline.executed_steps);
  const double actual = timeline.warmup->ramp.Middle() * steps * (steps - 1) / 2;
  const double intended = Area(plan, steps);
  if (!(intended > 0)) return;
  const bool finished = steps >= plan.planned;
  sink.Add(Verdict::kNote, Severity::kInfo, 0.99, finished ? kMass : kMassSoFar)
      .With("actual", Show(actual, 4))
      .With("intended", Show(intended, 4))
      .With("change", (actual < intended ? "" : "+") + Percent(actual / intended - 1))
      .With("step", Show(steps))
      .Formula("sum of rate over steps: " + Show(actual, 4) + " / " + Show(intended, 4));
}

// Claims of the report about the schedule.
void Claims(const Context& context, Sink& sink) {
  const Timeline& timeline = context.timeline;
  if (!timeline.warmup || !timeline.peak) return;
  for (const Claim* claim : context.run.ClaimsOf("lr_decays")) {
    sink.Add(Verdict::kContradiction, Severity::kMajor, 0.99, kDecayClaim)
        .With("ramp", Show(timeline.warmup->ramp.Middle(), 4))
        .With("offset", std::to_string(timeline.warmup->offset))
        .Formula("warm-up = " + ShowInterval(timeline.warmup_steps) + " / " +
                 std::to_string(timeline.planned_steps.value_or(0)) + " steps")
        .From(claim->place);
  }
  for (const Claim* claim : context.run.ClaimsOf("lr_target")) {
    if (claim->value.Contains(*timeline.peak)) {
      sink.Add(Verdict::kNote, Severity::kInfo, 0.99, kTargetLate)
          .With("peak", Show(*timeline.peak))
          .Formula("warm-up = " + ShowInterval(timeline.warmup_steps))
          .From(claim->place);
      continue;
    }
    // The printed rate that the claim means.
    const Reading* shown = nullptr;
    int64_t step = 0;
    for (size_t i = 0; i < context.run.log.size(); ++i) {
      const Reading* rate = context.run.log[i].Find("learning_rate");
      if (rate == nullptr || !timeline.log_steps[i]) continue;
      if (shown == nullptr || std::abs(rate->value.value - claim->value.Middle()) <
                                  std::abs(shown->value.value - claim->value.Middle())) {
        shown = rate;
        step = *timeline.log_steps[i];
      }
    }
    if (shown == nullptr) continue;
    sink.Add(Verdict::kContradiction, Severity::kMinor, 0.99, kTargetClaim)
        .With("claimed", claim->text)
        .With("peak", Show(*timeline.peak))
        .With("shown", shown->value.text)
        .With("step", std::to_string(step))
        .Formula(Show(timeline.warmup->ramp.Middle(), 4) + " * (" + std::to_string(step) + " - " +
                 std::to_string(timeline.warmup->offset) + ") = " + shown->value.text)
        .From(claim->place)
        .From(shown->place);
  }
}

void NeverDecays(const Context& context, Sink& sink) {
  const std::vector<Reading> rates = Series(context.run.log, "learning_rate");
  if (rates.size() < 3) {
    sink.NotEvaluated(kNeeds);
    return;
  }
  if (!Decays(context.run)) return;
  size_t rises = 0;
  double largest = 0;
  for (size_t i = 0; i < rates.size(); ++i) {
    if (i > 0 && rates[i].value.value > rates[i - 1].value.value) ++rises;
    largest = std::max(largest, rates[i].value.value);
  }
  const double last = rates.back().value.value;
  const double gaps = static_cast<double>(rates.size() - 1);
  if (last < kNearPeak * largest || static_cast<double>(rises) < kMostlyRising * gaps) return;
  const auto plan = Intended(context);
  const auto step = context.timeline.executed_steps;
  // A run stopped inside the warm-up that was asked for rises rightly.
  if (plan && step && static_cast<double>(*step) <= plan->warmup + 1) return;
  const double share = last / (plan ? plan->peak : largest);
  const Setting* declared = context.run.Effective("training.lr_scheduler_type");
  const std::string schedule = declared == nullptr ? "linear (default)" : declared->text;
  Finding& finding =
      sink.Add(Verdict::kContradiction, Severity::kBlocker, 0.99,
               plan && step ? kNever : kNeverUnknown)
          .With("rises", std::to_string(rises))
          .With("gaps", std::to_string(rates.size() - 1))
          .With("share", Percent(share))
          .With("schedule", schedule, declared == nullptr ? KoreanWords(schedule) : "")
          .Do(kDo);
  for (const Reading& rate : rates) finding.From(rate.place);
  if (!plan || !step) {
    finding.verdict = Verdict::kSymptom;
    finding.confidence = 0.8;
    finding.Formula(rates.back().value.text + " / " + Show(largest) + " = " + Percent(last / largest));
    return;
  }
  const int offset = context.timeline.warmup ? context.timeline.warmup->offset : 1;
  const double intended =
      Linear(plan->peak, plan->warmup, plan->planned, static_cast<double>(*step - offset));
  finding.With("last", rates.back().value.text)
      .With("step", std::to_string(*step))
      .With("intended", Show(intended, 4))
      .With("ratio", Show(intended > 0 ? last / intended : 0, 4))
      .Formula("(" + Show(plan->planned) + " - " + std::to_string(*step - offset) + ") / " +
               Show(plan->planned - plan->warmup) + " * " + Show(plan->peak) + " = " +
               Show(intended, 4) + "; " + rates.back().value.text + " / " + Show(plan->peak) + " = " +
               Percent(share));
  Mass(context, *plan, sink);
  Claims(context, sink);
}

}  // namespace

Rule OptLrNeverDecaysRule() {
  Rule rule;
  rule.id = "opt-lr-never-decays";
  rule.severity = Severity::kBlocker;
  rule.title = {"the learning rate still rises, or sits at its peak, when a decaying schedule ends",
                "감소해야 할 스케줄이 끝날 때 학습률이 여전히 상승 중이거나 최고값"};
  rule.explanation = {
      "The last printed rate is at least 95 % of the largest and at least 80 % of the steps between "
      "prints go up, under a schedule that decays. Constant schedules, and runs stopped inside the "
      "warm-up that was asked for, are silent. Prose that says the schedule worked is refuted by "
      "name.",
      "감소하는 스케줄에서 마지막 학습률이 최대의 95 % 이상이고 인쇄 구간의 80 % 이상이 상승. 상수 스케줄과 요청된 "
      "워밍업 안에서 멈춘 실행은 제외."};
  rule.sources = {"arithmetic", "huggingface/transformers#36973", "huggingface/transformers#35942"};
  rule.evaluate = NeverDecays;
  return rule;
}

}  // namespace plumbline::audit
