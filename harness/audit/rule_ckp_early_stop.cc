// ckp-early-stop-units: what patience means, and what came after the best evaluation.
#include <algorithm>

#include "harness/audit/best_evaluation.h"
#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kWasted = {
    "the best score is at step {best} of {last}: {wasted} of the run came after it; patience times "
    "eval_steps is {window} steps ({pairs}){loss}{noise}",
    "최고 점수는 {last}스텝 중 {best}스텝: 실행의 {wasted}이(가) 그 뒤에 소비됨; patience x eval_steps = {window}스텝 "
    "({pairs}){loss}{noise}"};
constexpr Text kSameWithinError = {
    "; the last evaluation is as good within its standard error, so little was lost",
    "; 마지막 평가도 표준오차 안에서 같은 수준이므로 잃은 것은 적음"};
constexpr Text kSameWithinPercent = {
    "; the last evaluation is the same within 1 %, so little was lost",
    "; 마지막 평가도 1 % 안에서 같은 수준이므로 잃은 것은 적음"};
constexpr Text kPatience = {
    "early_stopping_patience {patience} counts evaluations: with one each {every} steps it is {epochs} "
    "epochs",
    "early_stopping_patience {patience}은(는) 평가 횟수: {every}스텝마다 평가하면 {epochs}에폭"};
constexpr Text kPatienceDo = {"state patience in epochs, and stop soon after the best evaluation",
                              "patience를 에폭으로 정하고 최고 평가 직후에 멈출 것"};
constexpr Text kPatienceNeeds = {
    "needs early_stopping_patience with evaluation steps, or the best and the last step",
    "early_stopping_patience와 평가 스텝, 또는 최고·마지막 스텝 필요"};

// Evaluation cadences that put one on the best step and on the last.
std::string CadencePairs(int64_t best, int64_t window) {
  constexpr int64_t kUnit = 50;  // people evaluate at round numbers of steps
  std::string pairs;
  for (int64_t every = 2 * kUnit; every <= best; every += kUnit) {
    if (best % every != 0 || window % every != 0) continue;
    pairs += (pairs.empty() ? "" : ", ") + std::to_string(window / every) + " x " +
             std::to_string(every);
  }
  return pairs.empty() ? "?" : pairs;
}

// What to add where the last evaluation is as good as the best by the declared metric.
Text NoiseText(const Evidence& run) {
  const auto declared = BestOfDeclared(run);
  const AsGood as_good = declared ? LastAsGood(run, *declared) : AsGood::kNo;
  if (as_good == AsGood::kNo) return {};
  return as_good == AsGood::kWithinError ? kSameWithinError : kSameWithinPercent;
}

// The fewest steps that the run had. Where no step is printed they are only as sure as the epochs.
double SureSteps(const Context& context, double last) {
  const Evidence& run = context.run;
  const Interval& per_epoch = context.timeline.steps_per_epoch;
  const auto has_step = [](const Point& point) { return point.Find("step") != nullptr; };
  const bool stated = run.Fact("executed_steps") != nullptr || run.Fact("state.global_step") != nullptr;
  if (stated || per_epoch.Empty() || std::ranges::any_of(run.log, has_step)) return last;
  double epochs = 0;
  for (const auto* points : {&run.log, &run.evaluations}) {
    for (const Reading& epoch : Series(*points, "epoch")) {
      epochs = std::max(epochs, epoch.value.Printed().low);
    }
  }
  return std::min(last, epochs * per_epoch.low);
}

void Wasted(const Context& context, Sink& sink) {
  const Reading* best = context.run.Fact("best_step");
  const Reading* state_best = context.run.Fact("state.best_global_step");
  if (best == nullptr) best = state_best;
  const Reading* reached = context.run.Fact("executed_steps");
  const double last = reached != nullptr ? reached->value.value
                      : context.timeline.executed_steps
                          ? static_cast<double>(*context.timeline.executed_steps)
                          : 0;
  if (best == nullptr || last <= 0 || best->value.value <= 0) return;
  const double share = (last - best->value.value) / last;
  if (best->value.value >= 0.5 * SureSteps(context, last)) return;
  const auto window = static_cast<int64_t>(last - best->value.value);
  const Text noise = NoiseText(context.run);
  // The loss may be best elsewhere: somewhere before it is said to rise.
  const Reading* rises = context.run.Fact("eval_rises_from");
  const std::string until = rises != nullptr && rises->value.value > best->value.value
                                ? best->value.text + "-" + rises->value.text
                                : "";
  sink.Add(noise.Empty() ? Verdict::kDefect : Verdict::kNote,
           noise.Empty() ? Severity::kMajor : Severity::kInfo, 0.9, kWasted)
      .With("best", best->value.text)
      .With("last", Show(last))
      .With("wasted", Percent(share, 0))
      .With("window", std::to_string(window))
      .With("pairs", CadencePairs(static_cast<int64_t>(best->value.value), window))
      .With("noise", noise.en, noise.ko)
      .With("loss", until.empty() ? "" : "; the loss minimum may lie anywhere in steps " + until,
            until.empty() ? "" : "; 손실의 최솟값은 " + until + "스텝 어딘가에 있을 수 있음")
      .Formula("(" + Show(last) + " - " + best->value.text + ") / " + Show(last) + " = " +
               Percent(share, 0))
      .From(best->place)
      .Do(kPatienceDo);
}

void EarlyStop(const Context& context, Sink& sink) {
  Wasted(context, sink);
  const auto patience = context.run.Number("training.early_stopping_patience");
  const auto every = context.run.Number("training.eval_steps");
  const Timeline& timeline = context.timeline;
  if (!patience || !every || timeline.steps_per_epoch.Empty()) {
    const bool known = context.run.Fact("best_step") != nullptr ||
                       context.run.Fact("state.best_global_step") != nullptr;
    if (!known) sink.NotEvaluated(kPatienceNeeds);
    return;
  }
  const double epochs = *patience * *every / timeline.steps_per_epoch.Middle();
  const bool short_one = epochs < 0.5;
  sink.Add(Verdict::kNote, short_one ? Severity::kMinor : Severity::kInfo, 0.9, kPatience)
      .With("patience", Show(*patience))
      .With("every", Show(*every))
      .With("epochs", Show(epochs, 3))
      .Formula(Show(*patience) + " * " + Show(*every) + " / " +
               Show(timeline.steps_per_epoch.Middle(), 4) + " = " + Show(epochs, 3))
      .From(context.run.Effective("training.early_stopping_patience")->place)
      .Do(kPatienceDo);
}

}  // namespace

Rule CkpEarlyStopUnitsRule() {
  Rule rule;
  rule.id = "ckp-early-stop-units";
  rule.title = {"patience counts evaluations, not epochs", "patience는 에폭이 아니라 평가 횟수"};
  rule.explanation = {
      "More than half of the steps come after the best one (M); patience in epochs is printed, m "
      "below half an epoch.",
      "최고 지점 이후의 스텝이 절반을 넘음(M); patience를 에폭으로 환산하여 출력, 반 에폭 미만이면 m."};
  rule.sources = {"huggingface/transformers#8581", "ashleve/lightning-hydra-template#195",
                  "xcsf-dev/xcsf#120"};
  rule.evaluate = EarlyStop;
  return rule;
}

}  // namespace plumbline::audit
