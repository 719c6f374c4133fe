// cfg-warmup-steps-shadows-ratio: the warm-up that ran is not the one that was asked for.
#include <cmath>

#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr double kTemplateSteps = 500;  // transformers' and many templates' left-over default

constexpr Text kTrace = {
    "warm-up took {warmup} of {planned} steps, {requested} were requested (warmup_ratio {ratio}){never}",
    "워밍업이 {planned}스텝 중 {warmup}스텝 걸림, 요청은 {requested}스텝 (warmup_ratio {ratio}){never}"};
constexpr Text kCause = {
    "likely cause: a positive warmup_steps ({warmup}) silently wins over warmup_ratio {ratio}; the "
    "rival is a ratio honoured on a schedule planned over rows ({ratio} x {rows})",
    "유력한 원인: 양의 warmup_steps({warmup})가 warmup_ratio {ratio}을(를) 조용히 이김; 경쟁 가설은 행 수 "
    "기준 스케줄에 적용된 비율 ({ratio} x {rows})"};
constexpr Text kPersists = {
    "the proposed next run has {next} steps: if the {warmup} warm-up steps are a constant, they "
    "become {share} of it, still {times} times the request",
    "제안된 다음 실행은 {next}스텝: {warmup}스텝 워밍업이 상수라면 그 {share}이(가) 되어 여전히 요청의 {times}배"};
constexpr Text kConfig = {
    "warmup_steps {steps} and warmup_ratio {ratio} are both set: the positive warmup_steps wins, "
    "the ratio has no effect",
    "warmup_steps {steps}와(과) warmup_ratio {ratio}이(가) 모두 설정됨: 양의 warmup_steps가 이기고 비율은 "
    "효과 없음"};
constexpr Text kSettle = {
    "print the scheduler's warm-up steps at the start, or look for warmup_steps in the "
    "configuration's defaults",
    "시작할 때 스케줄러의 워밍업 스텝 수를 출력하거나 설정 기본값에서 warmup_steps를 찾을 것"};
constexpr Text kDo = {"set one of warmup_steps and warmup_ratio, and set the other to 0",
                      "warmup_steps와 warmup_ratio 중 하나만 설정하고 다른 하나는 0으로 둘 것"};
constexpr Text kNeeds = {
    "needs warmup_ratio or warmup_steps as asked for, and a learning-rate trace with steps",
    "요청된 warmup_ratio 또는 warmup_steps, 그리고 스텝이 있는 학습률 기록 필요"};

std::string RowsText(const Context& context) {
  const Timeline& timeline = context.timeline;
  if (!timeline.rows_per_epoch || !timeline.epochs_planned) return "rows";
  return Show(static_cast<double>(*timeline.rows_per_epoch) * *timeline.epochs_planned, 6);
}

// 5 epochs x 5000 rows / batch, of a command that a report suggests.
std::optional<double> ProposedSteps(const Context& context) {
  const auto number = [&](const char* key) -> std::optional<double> {
    const Setting* setting = context.run.Find(key, Layer::kProposed);
    const auto parsed = setting == nullptr ? std::nullopt : ParseDecimal(setting->text);
    return parsed ? std::optional(parsed->value) : std::nullopt;
  };
  const auto epochs = number("training.num_train_epochs");
  const auto rows = number("data.max_train_samples");
  const auto batch = number("training.per_device_train_batch_size");
  if (!epochs || !rows || !batch || *batch <= 0) return std::nullopt;
  const auto accumulation = number("training.gradient_accumulation_steps").value_or(1);
  return *epochs * std::ceil(*rows / (*batch * accumulation));
}

Finding& TraceInputs(Finding& finding, const Context& context) {
  for (const Point& point : context.run.log) {
    if (const Reading* rate = point.Find("learning_rate")) finding.From(rate->place);
  }
  return finding.Settle(kSettle).Do(kDo);
}

std::string Formula(const Timeline& timeline, double requested, double ratio, double planned) {
  const int64_t last = timeline.warmup->steps.back();
  return "learning rate = " + Show(timeline.warmup->ramp.Middle(), 4) + " * (step - " +
         std::to_string(timeline.warmup->offset) + ") at every point (" +
         std::to_string(timeline.warmup->steps.size()) + "); warm-up = peak / ramp = " +
         Show(*timeline.peak) + " / " + Show(timeline.warmup->ramp.Middle(), 4) + " = " +
         ShowInterval(timeline.warmup_steps) + " (step " + std::to_string(last) +
         "); requested ceil(" + Show(ratio) + " * " + Show(planned) + ") = " + Show(requested);
}

void Persistence(const Context& context, double warmup, double ratio, Sink& sink) {
  const auto next = ProposedSteps(context);
  if (!next || *next <= 0 || ratio <= 0) return;
  TraceInputs(sink.Add(Verdict::kSymptom, Severity::kMajor, 0.7, kPersists), context)
      .With("next", Show(*next))
      .With("warmup", Show(warmup))
      .With("share", Percent(warmup / *next, 0))
      .With("times", Show(warmup / (ratio * *next), 3))
      .Formula(Show(warmup) + " / " + Show(*next) + " = " + Percent(warmup / *next));
}

// B when half of the run or more was warm-up, M from a fifth on, m below.
Severity SeverityOf(double share) {
  if (share >= 0.5) return Severity::kBlocker;
  return share >= 0.2 ? Severity::kMajor : Severity::kMinor;
}

// The trace against what was asked for. False: something is missing.
bool TraceBranch(const Context& context, Sink& sink) {
  const Timeline& timeline = context.timeline;
  if (timeline.warmup_steps.Empty() || !timeline.peak_declared || !timeline.planned_steps) {
    return false;
  }
  const auto planned = static_cast<double>(*timeline.planned_steps);
  const auto asked_ratio = context.run.Number("training.warmup_ratio");
  const auto asked_steps = context.run.Number("training.warmup_steps");
  const double ratio = asked_ratio.value_or(0);
  if (!asked_ratio && !asked_steps) return false;
  if (asked_steps && *asked_steps > 0) return true;  // asked for in steps: nothing is shadowed
  const double requested = std::ceil(ratio * planned - 1e-9);
  const double tolerance = std::max(2.0, 0.02 * planned);
  const Interval warmup = timeline.warmup_steps;
  if (warmup.low <= requested + tolerance && warmup.high >= requested - tolerance) return true;
  const double taken = std::round(warmup.Middle());
  const bool never = warmup.high >= planned;
  TraceInputs(sink.Add(Verdict::kContradiction, SeverityOf(taken / planned), 0.99, kTrace), context)
      .With("warmup", Show(taken))
      .With("planned", Show(planned))
      .With("requested", Show(requested))
      .With("ratio", Show(ratio))
      .With("never", never ? ": the peak is never held, nothing decays" : "",
            never ? ": 최고값이 유지되지 않고 감소도 없음" : "")
      .Formula(Formula(timeline, requested, ratio, planned));
  if (std::abs(taken - kTemplateSteps) <= 1 || taken > requested) {
    TraceInputs(sink.Add(Verdict::kSymptom, SeverityOf(taken / planned), 0.85, kCause), context)
        .With("warmup", Show(taken))
        .With("ratio", Show(ratio))
        .Words("rows", RowsText(context))
        .Formula("get_warmup_steps: warmup_steps > 0 ? warmup_steps : ceil(steps * ratio)");
  }
  Persistence(context, taken, ratio, sink);
  return true;
}

bool ConfigBranch(const Context& context, Sink& sink) {
  const Setting* steps = context.run.Effective("training.warmup_steps");
  const Setting* ratio = context.run.Effective("training.warmup_ratio");
  if (steps == nullptr || ratio == nullptr) return steps != nullptr || ratio != nullptr;
  const double num_steps = context.run.Number("training.warmup_steps").value_or(0);
  const double share = context.run.Number("training.warmup_ratio").value_or(0);
  // transformers 5 folds a ratio into warmup_steps below 1.
  if (num_steps < 1 || share <= 0) return true;
  const double planned = context.timeline.planned_steps
                             ? static_cast<double>(*context.timeline.planned_steps)
                             : 0;
  if (planned > 0 && std::abs(num_steps - std::ceil(share * planned)) <= 2) return true;
  const Severity severity = planned > 0 ? SeverityOf(num_steps / planned) : Severity::kMajor;
  sink.Add(Verdict::kDefect, severity, 0.95, kConfig)
      .With("steps", steps->text)
      .With("ratio", ratio->text)
      .Formula(planned > 0 ? steps->text + " steps of " + Show(planned) + " against ceil(" +
                                 ratio->text + " * " + Show(planned) + ")"
                           : steps->text + " > 0")
      .From(steps->place)
      .From(ratio->place)
      .Do(kDo);
  return true;
}

void Evaluate(const Context& context, Sink& sink) {
  const bool by_config = ConfigBranch(context, sink);
  const bool said = !sink.findings().empty();
  const bool by_trace = !said && TraceBranch(context, sink);
  if (!by_trace && !said && !(by_config && context.timeline.warmup_steps.Empty() &&
                              context.run.Find("training.warmup_steps", Layer::kResolved))) {
    sink.NotEvaluated(kNeeds);
  }
}

}  // namespace

Rule CfgWarmupStepsShadowsRatioRule() {
  Rule rule;
  rule.id = "cfg-warmup-steps-shadows-ratio";
  rule.severity = Severity::kBlocker;
  rule.title = {"a positive warmup_steps silently wins over warmup_ratio",
                "양의 warmup_steps가 warmup_ratio를 조용히 이김"};
  rule.explanation = {
      "Both set in the configuration, or the learning rate's line shows another warm-up than was "
      "asked for: W = peak / ramp, off by more than max(2, 2 % of the steps). B from half of the "
      "run on, M from a fifth, m below. Constant-with-warm-up ramps too: compare the scheduler.",
      "둘 다 설정되어 있거나 학습률 직선이 요청과 다른 워밍업을 보임: W = 최고값/기울기, 차이가 max(2, 스텝의 "
      "2 %)를 넘을 때. 실행의 절반 이상이면 B, 5분의 1 이상이면 M, 그 아래는 m."};
  rule.sources = {"transformers get_warmup_steps (read)", "huggingface/transformers#6673",
                  "huggingface/peft#2949", "axolotl #893 (rejects both)", "hendrycks/apps#9"};
  rule.evaluate = Evaluate;
  return rule;
}

}  // namespace plumbline::audit
