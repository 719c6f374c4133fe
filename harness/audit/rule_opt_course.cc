// opt-step-plan-mismatch and opt-clip-saturated.
#include <algorithm>
#include <cmath>

#include "harness/audit/phrase.h"
#include "harness/audit/make_rule.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kPlan = {
    "{executed} optimizer steps were run; {rows} rows in batches of {micro} x {accumulation} plan {low} "
    "or {high} over {epochs} epochs",
    "{executed} 옵티마이저 스텝 실행; {rows}행을 {micro} x {accumulation} 배치로 {epochs}에폭이면 {low} 또는 {high} 계획"};
constexpr Text kEpochsIf = {
    "the rows are not stated; if they are the {rows} of the Korean DialogSum set: {updates} updates an "
    "epoch, so {steps} steps are {epochs} epochs{best}{nan}",
    "행 수가 명시되지 않음; 한국어 DialogSum의 {rows}행이라면 에폭당 {updates} 갱신, {steps}스텝은 {epochs}에폭{best}{nan}"};
constexpr Text kPlanNeeds = {"needs steps, rows, micro-batch, accumulation and epochs",
                             "스텝, 행 수, 마이크로 배치, 누적, 에폭 필요"};
constexpr double kKoreanDialogSumRows = 12457;

// A report that leaves its rows out: what the usual set would mean.
bool EpochsIf(const Context& context, double micro, double accumulation, Sink& sink) {
  const Reading* steps = context.run.Fact("executed_steps");
  if (steps == nullptr || context.timeline.rows_per_epoch || context.run.claims.empty()) return false;
  const double updates = std::ceil(std::ceil(kKoreanDialogSumRows / micro) / accumulation);
  const Reading* best = context.run.Fact("best_step");
  const Reading* nan = context.run.Fact("nan_from_step");
  const auto at = [&](const Reading* step) {
    return step == nullptr ? std::string() : Show(step->value.value / updates, 3);
  };
  sink.Add(Verdict::kNote, Severity::kInfo, 0.7, kEpochsIf)
      .With("rows", Show(kKoreanDialogSumRows))
      .With("updates", Show(updates))
      .With("steps", steps->value.text)
      .With("epochs", Show(steps->value.value / updates, 3))
      .With("best", best == nullptr ? "" : ", the best at " + at(best),
            best == nullptr ? "" : ", 최고는 " + at(best))
      .With("nan", nan == nullptr ? "" : ", NaN from " + at(nan),
            nan == nullptr ? "" : ", NaN은 " + at(nan) + "부터")
      .Formula("ceil(ceil(12457 / " + Show(micro) + ") / " + Show(accumulation) + ") = " +
               Show(updates))
      .From(steps->place);
  return true;
}

void StepPlan(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const Timeline& timeline = context.timeline;
  const auto micro = run.Number("training.per_device_train_batch_size");
  const auto accumulation = run.Number("training.gradient_accumulation_steps");
  if (micro && accumulation && *micro > 0 && *accumulation > 0 &&
      EpochsIf(context, *micro, *accumulation, sink)) {
    return;
  }
  // Steps worked out from printed epochs are good to a few: no plan is refuted by them.
  const bool stepped = run.Fact("state.global_step") != nullptr ||
                       (!run.log.empty() && run.log.front().Find("step") != nullptr);
  const bool resolved = stepped && run.Find("training.per_device_train_batch_size", Layer::kResolved) != nullptr;
  if (!resolved || !micro || !accumulation || *micro < 1 || *accumulation < 1 ||
      !timeline.rows_per_epoch || !timeline.epochs_planned || !timeline.executed_steps ||
      run.Number("training.max_steps").value_or(-1) > 0 || run.final.empty()) {
    sink.NotEvaluated(kPlanNeeds);
    return;
  }
  const double world = run.Number("training.world_size").value_or(1);
  const double micros = std::ceil(static_cast<double>(*timeline.rows_per_epoch) / (*micro * world));
  const double low = *timeline.epochs_planned * std::floor(micros / *accumulation);
  const double high = *timeline.epochs_planned * std::ceil(micros / *accumulation);
  const auto executed = static_cast<double>(*timeline.executed_steps);
  const bool may_stop_early = run.Effective("training.early_stopping_patience") != nullptr ||
                              (timeline.planned_steps && executed < static_cast<double>(*timeline.planned_steps));
  // Without the final step count the last logged step only bounds it from below.
  const bool counted = run.Fact("state.global_step") != nullptr;
  const bool too_few = counted && executed < std::floor(low) && !may_stop_early;
  if (executed <= std::ceil(high) && !too_few) return;
  sink.Add(Verdict::kContradiction, Severity::kMinor, 0.9, kPlan)
      .With("executed", Show(executed))
      .With("rows", std::to_string(*timeline.rows_per_epoch))
      .With("micro", Show(*micro * world))
      .With("accumulation", Show(*accumulation))
      .With("low", Show(low))
      .With("high", Show(high))
      .With("epochs", Show(*timeline.epochs_planned))
      .Formula(Show(*timeline.epochs_planned) + " * ceil(" + Show(micros) + " / " +
               Show(*accumulation) + ") = " + Show(high));
}

constexpr Text kClip = {
    "{above} of {all} printed norms are above max_grad_norm {limit}: clipping scales the update by {factors} "
    "(median {median}){advice}",
    "인쇄된 노름 {all}개 중 {above}개가 max_grad_norm {limit} 초과: 클리핑이 갱신을 {factors}배로 줄임 (중앙값 {median}){advice}"};
constexpr Text kClipNeeds = {"needs grad_norm in the log", "기록에 grad_norm 필요"};

void ClipSaturated(const Context& context, Sink& sink) {
  const auto norms = Series(context.run.log, "grad_norm");
  if (norms.empty()) {
    sink.NotEvaluated(kClipNeeds);
    return;
  }
  const auto set = context.run.Number("training.max_grad_norm");
  const double limit = set.value_or(1.0);
  if (!(limit > 0)) return;
  std::vector<double> factors;
  size_t above = 0;
  std::string shown;
  for (const Reading& norm : norms) {
    if (norm.value.value > limit) ++above;
    factors.push_back(norm.value.value > limit ? limit / norm.value.value : 1);
    if (factors.size() <= 8) shown += (shown.empty() ? "" : " ") + FixedText(factors.back(), 3);
  }
  const double share = static_cast<double>(above) / static_cast<double>(norms.size());
  if (share <= 0.5) return;
  std::ranges::sort(factors);
  const size_t half = factors.size() / 2;
  const double median =
      factors.size() % 2 == 1 ? factors[half] : (factors[half - 1] + factors[half]) / 2;
  const auto advice = context.run.ClaimsOf("clipping_advice");
  const bool saturated = share > 0.9 && median < 0.3;
  Finding& finding =
      sink.Add(Verdict::kNote, saturated ? Severity::kMinor : Severity::kInfo, 0.8, kClip)
          .With("above", std::to_string(above))
          .With("all", std::to_string(norms.size()))
          .Words("limit", Show(limit) + (set ? "" : " (default)"))
          .With("factors", shown)
          .With("median", FixedText(median, 2))
          .With("advice", advice.empty() ? "" : "; the advice to consider clipping is moot, it is on",
                advice.empty() ? "" : "; 클리핑을 고려하라는 조언은 무의미함 (이미 켜져 있음)")
          .Formula("min(1, " + Show(limit) + " / grad_norm) = " + shown)
          .From(norms.front().place);
  for (const Claim* claim : advice) finding.From(claim->place);
}

}  // namespace

Rule OptStepPlanMismatchRule() {
  return MakeRule("opt-step-plan-mismatch", Severity::kMinor,
              {"the executed steps are not the planned ones", "실행된 스텝이 계획과 다름"},
              {"Executed steps are neither epochs * ceil(M / accumulation) nor with floor (both roundings "
               "exist in transformers). Early stopping is left out.",
               "실행 스텝이 에폭 * ceil(M / 누적)도 floor도 아님. 조기 종료는 제외."},
              {"huggingface/transformers#36297", "huggingface/transformers#37777",
               "huggingface/transformers#37923", "huggingface/transformers#31677",
               "huggingface/transformers#35298", "NVIDIA-NeMo/Automodel#2257",
               "meta-pytorch/torchtune#2745"},
              StepPlan);
}

Rule OptClipSaturatedRule() {
  return MakeRule("opt-clip-saturated", Severity::kMinor,
              {"every step is clipped", "모든 스텝이 클리핑됨"},
              {"The logged norm is taken before clipping. More than half of the points above "
               "max_grad_norm is a note, more than 90 % with a median factor below 0.3 is m. Adam is "
               "partly free of scale.",
               "기록된 노름은 클리핑 전 값. 절반 초과가 max_grad_norm보다 크면 참고, 90 % 초과에 중앙값 0.3 미만이면 m."},
              {"verl-project/verl#2282", "hiyouga/LlamaFactory#3996", "huggingface/transformers#26143",
               "pytorch/torchtitan#1500"},
              ClipSaturated);
}

}  // namespace plumbline::audit
