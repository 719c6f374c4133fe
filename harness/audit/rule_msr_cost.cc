// msr-cost-unexplained: cost ratios far from parameter ratios, and promises below measured floors.
#include <algorithm>
#include <cmath>

#include "harness/audit/duration.h"
#include "harness/audit/model_shape.h"
#include "harness/audit/phrase.h"
#include "harness/audit/report_text.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr double kFourBitFactor = 2;
constexpr double kRecomputeFactor = 1.35;
constexpr double kUnexplained = 2;

constexpr Text kRatio = {
    "a training row costs {own} s against {base}'s {other} s: {times} times for {parameters} times "
    "the parameters; {loose} times are unexplained (about {tight} if 4-bit with recomputation); "
    "candidates: fp32 4-bit compute (prc-bnb-compute-fp32), micro-batch 1, padding to the maximum, "
    "contention",
    "학습 행당 비용이 {base}의 {other}초 대비 {own}초: 파라미터 {parameters}배에 비용 {times}배; {loose}배는 설명되지 "
    "않음 (4비트와 재계산을 감안해도 약 {tight}배); 후보: 4비트의 fp32 계산(prc-bnb-compute-fp32), 마이크로 배치 1, "
    "최대 길이 패딩, 자원 경합"};
constexpr Text kBelowTraining = {
    "the promised {promise} ({seconds} s) is below the measured training alone, {train} s, even with "
    "no evaluation at all (with the fastest evaluation each time: {floor} s)",
    "약속된 {promise} ({seconds}초)은(는) 평가를 전혀 하지 않아도 측정된 학습 시간 {train}초보다 짧음 (매번 가장 빠른 "
    "평가라면 {floor}초)"};
constexpr Text kBelowEvaluation = {
    "the promised {promise} ({seconds} s) is below the single observed evaluation, {eval} s "
    "({planned} evaluations would project to {total} s)",
    "약속된 {promise} ({seconds}초)은(는) 관측된 평가 한 번의 {eval}초보다 짧음 (평가 {planned}회면 {total}초로 추정)"};
constexpr Text kScaling = {
    "refuted: accumulation does not scale the run time by {claimed}{ratio}: the rows are fixed at "
    "{rows}, each is computed once whatever the accumulation",
    "반증됨: 누적이 실행 시간을 {claimed}(으)로 바꾸지 않음{ratio}: 행 수는 {rows}(으)로 고정이며 누적과 무관하게 한 번씩 계산됨"};
constexpr Text kNextRun = {
    "the proposed next run ({rows} rows in all) is promised in {promise}, but training alone takes "
    "{floor} s ({hours} h) at the measured {cost} s a row",
    "제안된 다음 실행(총 {rows}행)은 {promise}(으)로 약속되었으나 측정된 행당 {cost}초로 학습만 {floor}초 ({hours}시간)"};
constexpr Text kDo = {"measure where the time goes before changing accumulation",
                      "누적을 바꾸기 전에 시간이 어디에 쓰이는지 측정할 것"};
constexpr Text kSettle = {"time one training step at batch 1 and 2 with generation switched off",
                          "생성을 끄고 배치 1과 2에서 학습 스텝 시간을 잴 것"};
constexpr Text kNeeds = {"needs train_runtime or timestamps, with the rows of a step",
                         "train_runtime 또는 시각, 그리고 스텝당 행 수 필요"};

const Timeline& TimelineOf(const Context& context, const Evidence& run) {
  const auto index = static_cast<size_t>(&run - context.study.runs.data());
  return context.timelines[index];
}

// Seconds of training a row: of the finished run, else from the last evaluation's end to the last
// log point.
std::optional<double> SecondsPerRow(const Context& context, const Evidence& run) {
  const Timeline& timeline = TimelineOf(context, run);
  if (const auto train_s = TrainOnlySeconds(run)) {
    const auto rows = RowsTrained(run, timeline);
    return rows && *rows > 0 ? std::optional(*train_s / *rows) : std::nullopt;
  }
  if (!timeline.effective_batch || run.log.empty() || run.evaluations.empty()) return std::nullopt;
  const Point& last = run.log.back();
  const Point& eval = run.evaluations.back();
  const Reading* epoch = eval.Find("epoch");
  if (!last.clock_s || !eval.clock_s || epoch == nullptr || !timeline.log_steps.back() ||
      timeline.steps_per_epoch.Empty()) {
    return std::nullopt;
  }
  const double steps = static_cast<double>(*timeline.log_steps.back()) -
                       epoch->value.value * timeline.steps_per_epoch.Middle();
  const double elapsed_s = *last.clock_s - *eval.clock_s;
  if (!(steps >= 1) || !(elapsed_s > 0)) return std::nullopt;
  return elapsed_s / (steps * static_cast<double>(*timeline.effective_batch));
}

std::optional<double> ParametersOf(const Evidence& run) {
  auto shape = ShapeOfConfig(run.documents.config);
  if (!shape) shape = ShapeByName(Lowered(run.model));
  if (!shape) return std::nullopt;
  return static_cast<double>(TotalParameters(*shape));
}

void CostRatio(const Context& context, double own_s, Sink& sink) {
  const auto own_parameters = ParametersOf(context.run);
  if (!own_parameters || IsSequenceToSequence(context.run)) return;
  for (const Evidence& base : context.study.runs) {
    const auto base_s = SecondsPerRow(context, base);
    const auto base_parameters = ParametersOf(base);
    if (&base == &context.run || !base_s || !base_parameters || IsSequenceToSequence(base)) continue;
    const double times = own_s / *base_s;
    const double loose = times / (*own_parameters / *base_parameters);
    const bool four_bit = context.run.words.contains("method") ||
                          context.run.Truth("quantization.load_in_4bit").value_or(false);
    const double tight = loose / (four_bit ? kFourBitFactor * kRecomputeFactor : 1);
    if (tight <= kUnexplained) continue;
    sink.Add(Verdict::kSymptom, Severity::kMajor, 0.7, kRatio)
        .With("own", FixedText(own_s, 2))
        .With("base", base.name)
        .With("other", FixedText(*base_s, 2))
        .With("times", FixedText(times, 2))
        .With("parameters", FixedText(*own_parameters / *base_parameters, 2))
        .With("loose", FixedText(loose, 2))
        .With("tight", FixedText(tight, 2))
        .Formula("(" + Show(own_s, 4) + " / " + Show(*base_s, 4) + ") / (" +
                 Show(*own_parameters / 1e9, 4) + " / " + Show(*base_parameters / 1e9, 4) + ") = " +
                 FixedText(loose, 2))
        .From(context.run.log.empty() ? Place{} : context.run.log.back().place)
        .Settle(kSettle)
        .Do(kDo);
  }
}

void Promise(const Context& context, const Claim& claim, Sink& sink) {
  const Evidence& run = context.run;
  if (!StartsFromThisRun(run, claim)) return;
  const auto times = Series(run.evaluations, "eval_runtime");
  std::optional<Duration> promised;  // the last duration of the text is where the arrow points
  for (auto found = FindDuration(claim.text, 0); found;
       found = FindDuration(claim.text, found->end)) {
    promised = found;
  }
  const std::string seconds = Show(promised ? promised->seconds : claim.value.Middle(), 6);
  if (const auto train_s = TrainOnlySeconds(run); train_s && claim.value.high < *train_s) {
    double fastest = 0;
    for (const Reading& time : times) {
      fastest = fastest == 0 ? time.value.value : std::min(fastest, time.value.value);
    }
    const double floor = *train_s + fastest * static_cast<double>(times.size());
    sink.Add(Verdict::kContradiction, Severity::kMajor, 0.99, kBelowTraining)
        .With("promise", claim.text)
        .With("seconds", seconds)
        .With("train", FixedText(*train_s, 1))
        .With("floor", FixedText(floor, 0))
        .Formula(seconds + " < " + run.Final("train_runtime")->value.text + " - " +
                 FixedText(SumOf(times), 2) + " = " + FixedText(*train_s, 2))
        .From(claim.place)
        .From(run.Final("train_runtime")->place)
        .Do(kDo);
    return;
  }
  for (const Reading& time : times) {
    if (claim.value.high >= time.value.value) continue;
    const double planned = context.timeline.epochs_planned.value_or(1);
    sink.Add(Verdict::kContradiction, Severity::kMajor, 0.9, kBelowEvaluation)
        .With("promise", claim.text)
        .With("seconds", seconds)
        .With("eval", time.value.text)
        .With("planned", Show(planned))
        .With("total", FixedText(planned * time.value.value, 1))
        .Formula(seconds + " < " + time.value.text)
        .From(claim.place)
        .From(time.place)
        .Do(kDo);
    return;
  }
}

void Scaling(const Context& context, Sink& sink) {
  const Timeline& timeline = context.timeline;
  for (const Claim* claim : context.run.ClaimsOf("time_scales_with_accumulation")) {
    const double rows = timeline.rows_per_epoch
                            ? static_cast<double>(*timeline.rows_per_epoch) *
                                  timeline.epochs_planned.value_or(1)
                            : 0;
    const auto ratios = context.run.ClaimsOf("time_ratio_train");
    const std::string ratio = ratios.empty() ? "" : ratios.front()->text;
    sink.Add(Verdict::kContradiction, Severity::kMajor, 0.9, kScaling)
        .With("claimed", claim->text)
        .With("ratio", ratio.empty() ? "" : " and does not explain the " + ratio + " of the report",
              ratio.empty() ? "" : ", 보고서의 " + ratio + " 차이도 설명하지 못함")
        .Words("rows", rows > 0 ? Show(rows, 6) : "rows x epochs")
        .Formula("rows * epochs does not hold gradient_accumulation_steps")
        .From(claim->place)
        .Do(kDo);
  }
}

void NextRun(const Context& context, double own_s, Sink& sink) {
  const auto number = [&](const char* key) -> std::optional<double> {
    const Setting* setting = context.run.Find(key, Layer::kProposed);
    const auto parsed = setting == nullptr ? std::nullopt : ParseDecimal(setting->text);
    return parsed ? std::optional(parsed->value) : std::nullopt;
  };
  const auto epochs = number("training.num_train_epochs");
  auto rows = number("data.max_train_samples");
  if (!rows && context.timeline.rows_observed) rows = *context.timeline.rows_per_epoch;
  if (!epochs || !rows) return;
  const double floor = own_s * *epochs * *rows;
  for (const Claim* claim : context.run.ClaimsOf("next_run_s")) {
    if (claim->value.high >= floor) continue;
    sink.Add(Verdict::kContradiction, Severity::kMajor, 0.9, kNextRun)
        .With("rows", Show(*epochs * *rows, 8))
        .With("promise", claim->text)
        .With("floor", FixedText(floor, 0))
        .With("hours", FixedText(floor / 3600, floor > 36000 ? 1 : 2))
        .With("cost", Show(own_s, 4))
        .Formula(Show(*epochs) + " * " + Show(*rows) + " * " + Show(own_s, 4) + " = " +
                 FixedText(floor, 0))
        .From(claim->place)
        .Do(kDo);
  }
}

void Evaluate(const Context& context, Sink& sink) {
  for (const Claim* claim : context.run.ClaimsOf("projected_s")) Promise(context, *claim, sink);
  Scaling(context, sink);
  const auto own_s = SecondsPerRow(context, context.run);
  if (own_s) {
    CostRatio(context, *own_s, sink);
    NextRun(context, *own_s, sink);
  } else if (sink.findings().empty()) {
    sink.NotEvaluated(kNeeds);
  }
}

}  // namespace

Rule MsrCostUnexplainedRule() {
  Rule rule;
  rule.id = "msr-cost-unexplained";
  rule.title = {"a cost the parameters do not explain, or a promise below the measured floor",
                "파라미터로 설명되지 않는 비용, 또는 측정된 하한보다 낮은 약속"};
  rule.explanation = {
      "Seconds a row against another decoder-only run of the study, divided by the parameter ratio; "
      "more than 2 after allowing 2 for 4-bit and 1.35 for recomputation is a symptom. A promised "
      "time below measured training or evaluation is a contradiction, as is run time that scales "
      "with accumulation at fixed rows.",
      "같은 연구의 다른 디코더 전용 실행 대비 행당 시간을 파라미터 비로 나눈 값이 4비트 2, 재계산 1.35를 감안해도 2를 "
      "넘으면 징후. 측정된 학습·평가보다 짧은 약속과, 행 수가 같은데 누적에 비례하는 시간은 모순."};
  rule.sources = {"arithmetic"};
  rule.evaluate = Evaluate;
  return rule;
}

}  // namespace plumbline::audit
