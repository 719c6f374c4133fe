// cfg-effective-batch-mismatch: what was said of the batch, against what the trace proves.
#include <algorithm>
#include <cmath>
#include <set>

#include "harness/audit/batch_product.h"
#include "harness/audit/korean_particles.h"
#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kClaimRefuted = {
    "the claimed effective batch of {said} is refuted: the trace proves {observed} rows per "
    "optimizer step ({steps} steps per epoch of {rows} rows); {match}",
    "주장된 유효 배치 {said} 반증됨: 기록은 옵티마이저 스텝당 {observed}행을 증명함 (에폭당 {steps}스텝, "
    "{rows}행); {match}"};
constexpr Text kDeclaredWrong = {
    "micro-batch x accumulation x processes is declared as {said}, but the trace proves "
    "{observed} rows per optimizer step ({steps} steps per epoch of {rows} rows)",
    "선언된 배치 x 누적 x 프로세스는 {said}이지만 기록은 옵티마이저 스텝당 {observed}행을 증명함 (에폭당 "
    "{steps}스텝, {rows}행)"};
constexpr Text kBatchSettle = {
    "count micro-batches and optimizer steps in the loop itself; a loop that logs micro-steps as "
    "steps would read the same",
    "학습 루프에서 마이크로 배치와 옵티마이저 스텝을 직접 세기; 마이크로 스텝을 스텝으로 기록하는 루프라면 "
    "같은 값이 나옴"};
constexpr Text kBatchDo = {
    "take {observed} as the batch of this run; print the resolved settings at the start of a run",
    "이 실행의 배치를 {observed}(으)로 보고, 실행 시작 시 확정된 설정을 출력할 것"};
constexpr Text kBatchNeeds = {
    "needs train_samples_per_second with train_steps_per_second, or steps, or a learning-rate "
    "trace with the number of training rows",
    "train_samples_per_second와 train_steps_per_second, 또는 스텝 번호, 또는 학습 행 수와 학습률 기록 "
    "필요"};
constexpr Text kNothingDeclared = {"needs a declared batch size", "선언된 배치 크기 필요"};

// 0.90 for one derivation of the batch, 0.97 for two, 0.99 for three.
double ConfidenceOf(const Timeline& timeline) {
  const size_t independent = timeline.derivations.size();
  return independent >= 3 ? 0.99 : independent == 2 ? 0.97 : 0.9;
}

Finding& Describe(Finding& finding, const Context& context, double said) {
  const Timeline& timeline = context.timeline;
  finding.With("said", Show(said))
      .Words("observed", BatchesText(timeline))
      .With("steps", timeline.steps_per_epoch.Empty() ? "?"
                                                      : Show(timeline.steps_per_epoch.Middle(), 4))
      .With("rows", timeline.rows_per_epoch ? std::to_string(*timeline.rows_per_epoch) : "?")
      .Settle(kBatchSettle)
      .Do(kBatchDo);
  for (const char* name :
       {"train_samples_per_second", "train_steps_per_second", "train_runtime"}) {
    if (const Reading* reading = context.run.Final(name)) finding.From(reading->place);
  }
  for (const Point& point : context.run.log) {
    if (const Reading* rate = point.Find("learning_rate")) finding.From(rate->place);
  }
  return finding;
}

// Which layer's product the trace agrees with.
Operand MatchText(const Context& context) {
  for (const Layer layer : {Layer::kCommandLine, Layer::kResolved, Layer::kLauncher, Layer::kFile}) {
    const auto product = ProductOf(context.run, layer);
    if (product && context.timeline.Allows(static_cast<int64_t>(product->value))) {
      const std::string name = LayerName(layer);
      return {"match", "the " + name + "'s " + product->text + " agrees",
              WithParticles(KoreanWords(name) + "의 " + product->text + "와(과) 일치")};
    }
  }
  return {"match", "no layer's product agrees", "일치하는 설정 층이 없음"};
}

// What a printed epoch is in steps of the claimed batch: its whole step, if there is one.
std::optional<double> WholeStep(const Interval& steps) {
  const auto whole = Integers(steps, 4096);
  if (!whole || whole->empty()) return std::nullopt;
  return static_cast<double>(*std::ranges::min_element(*whole, {}, [&](int64_t step) {
    return std::abs(static_cast<double>(step) - steps.Middle());
  }));
}

// The warm-up that the claimed batch would imply at each point: one run has one, so differing ones
// refute it, as does a printed epoch that is no whole step.
std::string ClaimedWarmup(const Context& context, double said) {
  constexpr size_t kMostPoints = 8;
  const Timeline& timeline = context.timeline;
  if (!timeline.rows_per_epoch || !timeline.peak || !timeline.warmup) return "";
  const double steps_per_epoch = std::ceil(static_cast<double>(*timeline.rows_per_epoch) / said);
  std::string broken;
  std::string warmups;
  const size_t stride = (context.run.log.size() + kMostPoints - 1) / kMostPoints;
  for (size_t i = 0; i < context.run.log.size(); i += stride) {
    const Reading* rate = context.run.log[i].Find("learning_rate");
    const Reading* epoch = context.run.log[i].Find("epoch");
    if (rate == nullptr || epoch == nullptr || !(rate->value.value > 0)) return "";
    const Interval steps = epoch->value.Printed() * ExactInterval(steps_per_epoch);
    const auto step = WholeStep(steps);
    if (!step && broken.empty()) {
      broken = "epoch " + epoch->value.text + " = step " + ShowInterval(steps, 3) + " (not whole); ";
    }
    if (!step) continue;
    const double warmup = *timeline.peak * (*step - timeline.warmup->offset) / rate->value.value;
    warmups += (warmups.empty() ? "W = " : ", ") + Show(warmup) + " (step " + Show(*step) + ")";
  }
  if (warmups.empty()) return broken.empty() ? "" : "; with a batch of " + Show(said) + ": " + broken;
  return "; with a batch of " + Show(said) + ": " + broken + warmups + " (one run has one warm-up)";
}

void EffectiveBatch(const Context& context, Sink& sink) {
  if (context.timeline.batches.empty()) {
    sink.NotEvaluated(kBatchNeeds);
    return;
  }
  bool anything = false;
  std::set<double> said;
  for (const Claim* claim : context.run.ClaimsOf("effective_batch")) {
    anything = true;
    const double value = std::round(claim->value.Middle());
    if (context.timeline.Allows(static_cast<int64_t>(value)) || !said.insert(value).second) continue;
    Describe(sink.Add(Verdict::kContradiction, Severity::kBlocker, ConfidenceOf(context.timeline),
                      kClaimRefuted),
             context, value)
        .With("match", MatchText(context).value, MatchText(context).korean)
        .Formula(DerivationsText(context.timeline) + ClaimedWarmup(context, value))
        .From(claim->place);
  }
  const auto resolved = ProductOf(context.run, Layer::kResolved);
  if (resolved) {
    anything = true;
    if (!context.timeline.Allows(static_cast<int64_t>(resolved->value)) &&
        !said.contains(resolved->value)) {
      // Several devices that nobody declared multiply the batch: then it is a symptom.
      const bool devices = std::ranges::any_of(context.timeline.batches, [&](int64_t batch) {
        const auto rows = static_cast<double>(batch);
        return rows > resolved->value && std::fmod(rows, resolved->value) == 0;
      });
      Finding& finding = sink.Add(devices ? Verdict::kSymptom : Verdict::kContradiction,
                                  devices ? Severity::kMajor : Severity::kBlocker,
                                  devices ? 0.6 : ConfidenceOf(context.timeline), kDeclaredWrong);
      Describe(finding, context, resolved->value)
          .Formula(resolved->text + "; " + DerivationsText(context.timeline));
      for (const Place& place : resolved->places) finding.From(place);
    }
  }
  if (!anything) sink.NotEvaluated(kNothingDeclared);
}

}  // namespace

Rule CfgEffectiveBatchMismatchRule() {
  Rule rule;
  rule.id = "cfg-effective-batch-mismatch";
  rule.severity = Severity::kBlocker;
  rule.title = {"the declared or claimed batch is not what ran", "선언·주장된 배치가 실제와 다름"};
  rule.explanation = {
      "The rows of one optimizer step follow from samples/s / steps/s (D3), from rows / steps of an "
      "epoch (D4) and from the learning rate's warm-up line (D5), each with the interval of its "
      "printed digits. A product of micro-batch, accumulation and processes outside all of them is "
      "a contradiction: 0.90, 0.97, 0.99 for one, two, three derivations. A custom loop that counts "
      "micro-steps as steps would read the same.",
      "옵티마이저 스텝당 행 수는 samples/s / steps/s(D3), 에폭의 행/스텝(D4), 학습률의 워밍업 직선(D5)에서 "
      "인쇄된 자릿수의 구간으로 유도됨. 마이크로 배치·누적·프로세스의 곱이 모두의 밖이면 모순: 유도 1·2·3개에 "
      "0.90·0.97·0.99. 마이크로 스텝을 스텝으로 세는 루프도 같은 값을 보임."};
  rule.sources = {"arithmetic", "huggingface/transformers#11818"};
  rule.evaluate = EffectiveBatch;
  return rule;
}

}  // namespace plumbline::audit
