// data-sample-count-mismatch and data-length-grouped-order.
#include <algorithm>
#include <cmath>

#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kTrainRows = {
    "{declared} training rows are declared, the trace shows {seen} an epoch",
    "선언된 학습 행은 {declared}, 기록은 에폭당 {seen}"};
constexpr Text kOverCap = {
    "at most {declared} training rows were allowed, the trace shows {seen} an epoch",
    "허용된 학습 행은 최대 {declared}, 기록은 에폭당 {seen}"};
constexpr Text kEvalRows = {
    "{declared} evaluation rows are declared, {seen} were scored", "선언된 평가 행은 {declared}, 채점된 행은 {seen}"};
constexpr Text kDo = {"look for filters, caps, drop_last and padding of distributed samplers",
                      "필터, 상한, drop_last, 분산 샘플러의 패딩을 확인할 것"};
constexpr Text kNeeds = {"needs declared rows beside samples per second and runtime",
                         "선언된 행 수와 samples/s, runtime 필요"};

// A resumed run's rates are of the part after the checkpoint: fewer steps than were reached.
bool CountsAPart(const Timeline& timeline) {
  return !timeline.steps_by_rates.Empty() && timeline.executed_steps &&
         timeline.steps_by_rates.high < static_cast<double>(*timeline.executed_steps) - 1;
}

bool TrainRows(const Context& context, Sink& sink) {
  const Timeline& timeline = context.timeline;
  const Evidence& run = context.run;
  if (timeline.rows_seen.Empty() || !timeline.epochs_planned ||
      run.Number("training.max_steps").value_or(-1) > 0 || CountsAPart(timeline)) {
    return false;
  }
  const Interval seen = timeline.rows_seen / ExactInterval(*timeline.epochs_planned);
  std::optional<double> declared = run.Number("data.train_samples");
  const Reading* counted = run.Fact("results.train_samples");
  if (!declared && counted != nullptr) declared = counted->value.value;
  const auto cap = run.Number("data.max_train_samples");
  if (!declared && !cap) return false;
  const bool over_cap = !declared && seen.low > *cap;
  if ((declared && seen.Contains(*declared)) || (!declared && !over_cap)) return true;
  Finding& finding =
      sink.Add(Verdict::kContradiction, Severity::kMajor, 0.95, declared ? kTrainRows : kOverCap)
          .With("declared", Show(declared ? *declared : *cap, 8))
          .With("seen", ShowInterval(seen, 6))
          .Formula("samples/s * s / epochs = " + ShowInterval(seen, 6))
          .From(run.Final("train_runtime")->place)
          .From(run.Final("train_samples_per_second")->place)
          .Do(kDo);
  if (counted != nullptr) finding.From(counted->place);
  return true;
}

bool EvaluationRows(const Context& context, Sink& sink) {
  const auto declared = EvalRows(context.run);
  if (!declared) return false;
  bool any = false;
  for (const Point& point : context.run.evaluations) {
    const Interval seen = RowsScoredAt(point);
    if (seen.Empty()) continue;
    any = true;
    const Reading* runtime = point.Find("eval_runtime");
    const Reading* rate = point.Find("eval_samples_per_second");
    if (seen.Contains(*declared)) continue;
    sink.Add(Verdict::kContradiction, Severity::kMajor, 0.95, kEvalRows)
        .With("declared", Show(*declared, 8))
        .With("seen", ShowInterval(seen, 6))
        .Formula(rate->value.text + " * " + runtime->value.text + " = " + ShowInterval(seen, 6))
        .From(runtime->place)
        .From(rate->place)
        .Do(kDo);
    break;
  }
  return any;
}

void SampleCount(const Context& context, Sink& sink) {
  const bool train = TrainRows(context, sink);
  const bool eval = EvaluationRows(context, sink);
  if (!train && !eval) sink.NotEvaluated(kNeeds);
}

constexpr Text kGrouped = {
    "group_by_length is on: batches are no longer drawn independently, and the longest comes first",
    "group_by_length가 켜짐: 배치가 독립적으로 뽑히지 않으며 가장 긴 것이 먼저 옴"};
constexpr Text kSawTooth = {
    "the training loss repeats every {lag} steps (autocorrelation {r} over {periods} periods): rows "
    "come in an order, not at random",
    "학습 손실이 {lag}스텝마다 반복됨 (자기상관 {r}, {periods}주기): 행이 무작위가 아니라 순서대로 옴"};
constexpr Text kOrderDo = {"shuffle rows, or group by length inside small windows only",
                           "행을 섞거나 작은 구간 안에서만 길이로 묶을 것"};
constexpr Text kOrderNeeds = {"needs group_by_length, or 40 evenly spaced training losses",
                              "group_by_length 설정 또는 균등 간격의 학습 손실 40개 필요"};

// Residuals of a straight line through the logarithm: what is left of a falling loss.
std::vector<double> Detrended(const std::vector<Reading>& losses) {
  const auto n = static_cast<double>(losses.size());
  double sx = 0;
  double sy = 0;
  double sxx = 0;
  double sxy = 0;
  std::vector<double> logs;
  for (size_t i = 0; i < losses.size(); ++i) {
    const double x = static_cast<double>(i);
    const double y = std::log(std::max(1e-9, losses[i].value.value));
    logs.push_back(y);
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  const double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  const double start = (sy - slope * sx) / n;
  for (size_t i = 0; i < logs.size(); ++i) logs[i] -= start + slope * static_cast<double>(i);
  return logs;
}

double Autocorrelation(const std::vector<double>& values, size_t lag) {
  double power = 0;
  double product = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    power += values[i] * values[i];
    if (i + lag < values.size()) product += values[i] * values[i + lag];
  }
  const auto n = static_cast<double>(values.size());
  return power > 0 ? product / power * n / (n - static_cast<double>(lag)) : 0;
}

void LengthGrouped(const Context& context, Sink& sink) {
  constexpr size_t kFewest = 40;
  constexpr size_t kPeriods = 4;
  const auto grouped = context.run.Truth("training.group_by_length");
  if (grouped.value_or(false)) {
    sink.Add(Verdict::kNote, Severity::kInfo, 0.9, kGrouped)
        .From(context.run.Effective("training.group_by_length")->place)
        .Do(kOrderDo);
  }
  const auto losses = Series(context.run.log, "loss");
  const auto& steps = context.timeline.log_steps;
  if (losses.size() < kFewest || steps.size() != losses.size() || !steps[0] || !steps[1]) {
    if (!grouped) sink.NotEvaluated(kOrderNeeds);
    return;
  }
  constexpr size_t kMostPoints = 4000;
  const int64_t cadence = *steps[1] - *steps[0];
  const auto residuals = Detrended(losses);
  const size_t most_lag = std::min(losses.size(), kMostPoints) / kPeriods;
  for (size_t lag = 4; lag <= most_lag; ++lag) {
    const double r = Autocorrelation(residuals, lag);
    // Four standard deviations of white noise, and the house rule of 0.5.
    const bool strong = r >= 0.5 && r * std::sqrt(static_cast<double>(losses.size())) >= 4;
    // What repeats once repeats twice.
    if (!strong || Autocorrelation(residuals, 2 * lag) < 0.6 * r) continue;
    if (Autocorrelation(residuals, lag / 2) > r - 0.5) continue;
    // One pass over the data repeats honestly: its rows come back.
    const double epoch = context.timeline.steps_per_epoch.Empty()
                             ? 0
                             : context.timeline.steps_per_epoch.Middle();
    const double length = static_cast<double>(lag) * static_cast<double>(cadence);
    if (epoch > 0 && std::abs(length / epoch - std::round(length / epoch)) < 0.1 &&
        length > 0.5 * epoch) {
      continue;
    }
    sink.Add(Verdict::kSymptom, Severity::kMajor, 0.6, kSawTooth)
        .With("lag", Show(length))
        .With("r", FixedText(r, 2))
        .With("periods", Show(static_cast<double>(losses.size() / lag)))
        .Formula("autocorrelation of the de-trended loss at lag " + Show(length) + " = " +
                 FixedText(r, 2))
        .From(losses.front().place)
        .Do(kOrderDo);
    return;
  }
}

}  // namespace

Rule DataSampleCountMismatchRule() {
  Rule rule;
  rule.id = "data-sample-count-mismatch";
  rule.title = {"other rows were seen or scored than declared", "선언과 다른 수의 행을 보거나 채점함"};
  rule.explanation = {
      "samples/s * s / epochs (printed precision) does not hold the declared training rows, or "
      "eval_samples_per_second * eval_runtime the declared evaluation rows.",
      "samples/s * s / 에폭(인쇄 정밀도)이 선언된 학습 행을, 또는 eval_samples_per_second * eval_runtime이 선언된 평가 "
      "행을 포함하지 않음."};
  rule.sources = {"huggingface/transformers#18021", "huggingface/accelerate#125",
                  "huggingface/accelerate#540", "thuml/Autoformer#104", "areal-project/AReaL#1096"};
  rule.evaluate = SampleCount;
  return rule;
}

Rule DataLengthGroupedOrderRule() {
  Rule rule;
  rule.id = "data-length-grouped-order";
  rule.title = {"rows come in an order", "행이 순서대로 옴"};
  rule.explanation = {
      "group_by_length is a note; a de-trended training loss whose autocorrelation reaches 0.5 at a "
      "lag with four periods or more, and falls between, is M. Lags of a whole epoch are left out.",
      "group_by_length는 참고; 추세를 뺀 학습 손실의 자기상관이 네 주기 이상의 간격에서 0.5에 이르면 M. 한 에폭 간격은 "
      "제외."};
  rule.sources = {"tloen/alpaca-lora#246", "huggingface/transformers#20810",
                  "huggingface/transformers#13794", "InternLM/xtuner#817", "artidoro/qlora#228"};
  rule.evaluate = LengthGrouped;
  return rule;
}

}  // namespace plumbline::audit
