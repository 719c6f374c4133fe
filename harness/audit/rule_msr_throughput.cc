// msr-throughput-includes-eval: train_runtime spans the evaluations inside the loop.
#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kShare = {
    "evaluation is {share} of train_runtime: training alone runs at {rate} samples/s, {factor} "
    "times the printed {printed}{ratios}",
    "평가가 train_runtime의 {share}: 학습만의 속도는 초당 {rate} 샘플로 인쇄된 {printed}의 {factor}배{ratios}"};
constexpr Text kDo = {"report training and generation time apart", "학습 시간과 생성 시간을 따로 보고할 것"};
constexpr Text kNeeds = {"needs train_runtime, train_samples_per_second and eval_runtime",
                         "train_runtime, train_samples_per_second, eval_runtime 필요"};

double EvalSeconds(const Evidence& run) { return SumOf(Series(run.evaluations, "eval_runtime")); }

// Against the study's fastest run: train-only, evaluation-only and printed ratios.
Operand Ratios(const Context& context, double train_s, double eval_s) {
  const Evidence* base = nullptr;
  for (const Evidence& other : context.study.runs) {
    const auto other_s = TrainOnlySeconds(other);
    if (&other == &context.run || !other_s || *other_s >= train_s) continue;
    if (base == nullptr || *other_s < *TrainOnlySeconds(*base)) base = &other;
  }
  if (base == nullptr) return {"ratios", "", ""};
  const double printed = context.run.Final("train_runtime")->value.value /
                         base->Final("train_runtime")->value.value;
  const std::string train = FixedText(train_s / *TrainOnlySeconds(*base), 1);
  const double base_eval_s = EvalSeconds(*base);
  const std::string eval = base_eval_s > 0 ? FixedText(eval_s / base_eval_s, 1) : "?";
  return {"ratios",
          "; against " + base->name + " it is " + train + " times in training and " + eval +
              " times in evaluation, not the printed " + FixedText(printed, 1),
          "; " + base->name + " 대비 학습 " + train + "배, 평가 " + eval + "배이며 인쇄된 값은 " +
              FixedText(printed, 1) + "배"};
}

void Evaluate(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const Reading* runtime = run.Final("train_runtime");
  const Reading* samples = run.Final("train_samples_per_second");
  const double eval_s = EvalSeconds(run);
  if (runtime == nullptr || samples == nullptr || !(eval_s > 0) || !(runtime->value.value > 0)) {
    sink.NotEvaluated(kNeeds);
    return;
  }
  if (EvaluationsInRuntime(run) == 0) return;  // told apart already
  const double share = eval_s / runtime->value.value;
  const auto train_s = TrainOnlySeconds(run);
  if (share <= 0.1 || !train_s) return;
  const double rows = RowsTrained(run, context.timeline).value_or(0);
  const double rate = rows / *train_s;
  const Operand ratios = Ratios(context, *train_s, eval_s);
  const Interval surely = PrintedSum(Series(run.evaluations, "eval_runtime")) / runtime->value.Printed();
  const bool major = !surely.Empty() && surely.low > 0.5;
  Finding& finding =
      sink.Add(major ? Verdict::kContradiction : Verdict::kNote,
               major ? Severity::kMajor : Severity::kInfo, 0.99, kShare)
          .With("share", Percent(share))
          .With("rate", Show(rate, 4))
          .With("printed", samples->value.text)
          .With("factor", Show(rate / samples->value.value, 2))
          .With("ratios", ratios.value, ratios.korean)
          .Formula(FixedText(eval_s, 2) + " / " + runtime->value.text + " = " + Percent(share) + "; " +
                   Show(rows, 6) + " / (" + runtime->value.text + " - " + FixedText(eval_s, 2) +
                   ") = " + Show(rate, 4))
          .From(runtime->place)
          .From(samples->place)
          .Do(kDo);
  for (const Reading& time : Series(run.evaluations, "eval_runtime")) finding.From(time.place);
}

}  // namespace

Rule MsrThroughputIncludesEvalRule() {
  Rule rule;
  rule.id = "msr-throughput-includes-eval";
  rule.title = {"the printed training speed includes generation", "인쇄된 학습 속도에 생성이 포함됨"};
  rule.explanation = {
      "sum(eval_runtime) / train_runtime: a note above 10 %, M above 50 %. train_samples_per_second "
      "is rows * epochs / train_runtime, not work done in training.",
      "eval_runtime의 합 / train_runtime: 10 % 초과면 참고, 50 % 초과면 M."};
  rule.sources = {"transformers trainer_utils.speed_metrics (read)", "huggingface/transformers#11818",
                  "huggingface/optimum-graphcore#109", "allenai/allennlp#3439",
                  "databrickslabs/dolly#31"};
  rule.evaluate = Evaluate;
  return rule;
}

}  // namespace plumbline::audit
