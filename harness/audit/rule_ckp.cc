// ckp-best-not-served, ckp-resume-inflates-metrics.
#include <cmath>

#include "harness/audit/best_evaluation.h"
#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kTwoBests = {
    "the loss is best at {loss_at} ({loss}), {metric} at {score_at} ({score}): the served weights are "
    "{served}",
    "손실은 {loss_at}에서 최선({loss}), {metric}은(는) {score_at}에서 최선({score}): 사용되는 가중치는 {served}"};
constexpr Text kLastServed = {
    "metric_for_best_model is {metric}, best at {best_at} ({best}), but the last weights ({last_at}, "
    "{last}) are served: load_best_model_at_end is off",
    "metric_for_best_model은 {metric}이고 {best_at}에서 최선({best})이지만 마지막 가중치({last_at}, {last})가 사용됨: "
    "load_best_model_at_end가 꺼져 있음"};
constexpr Text kInverted = {
    "greater_is_better is {greater} for {metric}: the worst checkpoint counts as the best",
    "{metric}에 대해 greater_is_better가 {greater}: 최악의 체크포인트가 최선으로 간주됨"};
constexpr Text kMisaligned = {
    "save_steps {save} is no multiple of eval_steps {eval}: the best evaluation may have no checkpoint",
    "save_steps {save}이(가) eval_steps {eval}의 배수가 아님: 최선의 평가에 체크포인트가 없을 수 있음"};
constexpr Text kDo = {"set load_best_model_at_end with the metric that matters, and save where you "
                      "evaluate",
                      "중요한 지표로 load_best_model_at_end를 켜고 평가 지점에서 저장할 것"};
constexpr Text kSettle = {"the step of the exported weights", "내보낸 가중치의 스텝"};
constexpr Text kNeeds = {"needs two evaluations", "평가 두 번 필요"};

void Direction(const Context& context, Sink& sink) {
  const Setting* metric = context.run.Effective("training.metric_for_best_model");
  const Setting* greater = context.run.Effective("training.greater_is_better");
  if (metric == nullptr || greater == nullptr) return;
  const auto truth = TruthOf(greater->text);
  if (!truth) return;
  const bool inverted =
      (IsLossName(metric->text) && *truth) || (IsScoreName(metric->text) && !*truth);
  if (!inverted) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.95, kInverted)
      .With("greater", greater->text)
      .With("metric", metric->text)
      .FormulaAsItIs("greater_is_better = " + greater->text)
      .From(metric->place)
      .From(greater->place)
      .Do(kDo);
}

void Cadence(const Context& context, Sink& sink) {
  const auto save = context.run.Number("training.save_steps");
  const auto eval = context.run.Number("training.eval_steps");
  const Setting* strategy = context.run.Effective("training.eval_strategy");
  const Setting* saving = context.run.Effective("training.save_strategy");
  const bool steps = strategy != nullptr && strategy->text == "steps" && saving != nullptr &&
                     saving->text == "steps";
  if (!steps || !save || !eval || *eval < 1 || *save < 1 || std::fmod(*save, *eval) == 0) return;
  if (std::fmod(*eval, *save) == 0) return;  // every evaluation has its checkpoint
  sink.Add(Verdict::kDefect, Severity::kMinor, 0.85, kMisaligned)
      .With("save", Show(*save))
      .With("eval", Show(*eval))
      .Formula(Show(*save) + " mod " + Show(*eval) + " = " + Show(std::fmod(*save, *eval)))
      .From(context.run.Effective("training.save_steps")->place)
      .Do(kDo);
}

// The declared metric's best is not what is served.
bool DeclaredMetric(const Context& context, Sink& sink) {
  const auto load_best = context.run.Truth("training.load_best_model_at_end");
  if (!load_best || *load_best) return false;
  // Our own runs resolve a default metric; it counts where a person names it.
  if (context.run.documents.ledger.is_object()) return false;
  const auto declared = BestOfDeclared(context.run);
  if (!declared) return false;
  const Best& best = declared->best;
  if (best.point == declared->last_point || declared->last == nullptr) return true;
  const bool as_good = LastAsGood(context.run, *declared) != AsGood::kNo;
  sink.Add(as_good ? Verdict::kNote : Verdict::kDefect, as_good ? Severity::kInfo : Severity::kMajor, 0.9,
           kLastServed)
      .With("metric", declared->metric->text)
      .Words("best_at", PlaceText(*best.point))
      .With("best", best.reading->value.text)
      .Words("last_at", PlaceText(*declared->last_point))
      .With("last", declared->last->value.text)
      .Formula(declared->last->value.text + " against " + best.reading->value.text)
      .From(declared->metric->place)
      .From(best.reading->place)
      .From(declared->last->place)
      .Do(kDo);
  return true;
}

void BestNotServed(const Context& context, Sink& sink) {
  if (context.run.evaluations.size() < 2) {
    sink.NotEvaluated(kNeeds);
    return;
  }
  Direction(context, sink);
  Cadence(context, sink);
  if (DeclaredMetric(context, sink)) return;
  const Best loss = BestOf(context.run, "eval_loss", false);
  std::string metric = "eval_rouge_sum";
  Best score = BestOf(context.run, metric, true);
  if (score.reading == nullptr) {
    metric = "eval_rouge1";
    score = BestOf(context.run, metric, true);
  }
  if (loss.reading == nullptr || score.reading == nullptr || loss.point == score.point) return;
  const auto load_best = context.run.Truth("training.load_best_model_at_end");
  const std::string last = PlaceText(context.run.evaluations.back());
  sink.Add(Verdict::kNote, Severity::kInfo, 0.9, kTwoBests)
      .Words("loss_at", PlaceText(*loss.point))
      .With("loss", loss.reading->value.text)
      .With("metric", metric)
      .Words("score_at", PlaceText(*score.point))
      .With("score", score.reading->value.text)
      .With("served",
            load_best.value_or(false) ? "those of the declared metric"
                                      : "the last ones (" + last + ") unless best-loading is on",
            load_best.value_or(false) ? "선언된 지표의 것"
                                      : "최적 로딩이 켜져 있지 않는 한 마지막 것(" + KoreanWords(last) + ")")
      .Formula("argmin eval_loss = " + PlaceText(*loss.point) + ", argmax " + metric + " = " +
               PlaceText(*score.point))
      .From(loss.reading->place)
      .From(score.reading->place)
      .Settle(kSettle)
      .Do(kDo);
}

constexpr Text kInflated = {
    "train_loss {final} is far below the smallest logged loss {smallest}: a resumed run divides its "
    "part by the steps of the whole; {rate} samples/s is inflated with it",
    "train_loss {final}이(가) 기록된 최소 손실 {smallest}보다 훨씬 낮음: 재개된 실행이 자기 몫을 전체 스텝으로 나눔; 초당 "
    "{rate} 샘플도 함께 부풀려짐"};
constexpr Text kInflatedDo = {"take loss and speed from the log of the resumed part",
                              "재개된 부분의 로그에서 손실과 속도를 계산할 것"};
constexpr Text kInflatedNeeds = {"needs train_loss and logged losses", "train_loss와 기록된 손실 필요"};

void ResumeInflates(const Context& context, Sink& sink) {
  const auto loss = FinalLossOf(context.run);
  if (!loss) {
    sink.NotEvaluated(kInflatedNeeds);
    return;
  }
  if (!loss->below_the_log) return;
  if (loss->final.value.value == 0) return;  // no step was run: ckp-resume-replays-data
  const Reading* rate = context.run.Final("train_samples_per_second");
  Finding& finding =
      sink.Add(Verdict::kContradiction, Severity::kMajor, 0.95, kInflated)
          .With("final", loss->final.value.text)
          .With("smallest", loss->smallest.value.text)
          .With("rate", rate == nullptr ? "?" : rate->value.text)
          .Formula(loss->final.value.text + " < 0.5 * " + loss->smallest.value.text)
          .From(loss->final.place)
          .From(loss->smallest.place)
          .Do(kInflatedDo);
  if (rate != nullptr) finding.From(rate->place);
}

}  // namespace

Rule CkpBestNotServedRule() {
  Rule rule;
  rule.id = "ckp-best-not-served";
  rule.title = {"the exported weights are not the best ones", "내보낸 가중치가 최선이 아님"};
  rule.explanation = {
      "The declared metric's best evaluation is not the last and best-loading is off; its direction "
      "is inverted; saves and evaluations do not meet; or loss and score are best at different "
      "evaluations (a note).",
      "선언된 지표의 최선 평가가 마지막이 아닌데 최적 로딩이 꺼져 있음; 방향이 반대; 저장과 평가가 어긋남; 또는 손실과 "
      "점수의 최선이 다름(참고)."};
  rule.sources = {"huggingface/transformers#12685", "huggingface/transformers#12786",
                  "huggingface/transformers#28539", "huggingface/transformers#30160",
                  "huggingface/transformers#31142", "modelscope/ms-swift#8030"};
  rule.evaluate = BestNotServed;
  return rule;
}

Rule CkpResumeInflatesMetricsRule() {
  Rule rule;
  rule.id = "ckp-resume-inflates-metrics";
  rule.title = {"a resumed run's final loss and speed are wrong", "재개된 실행의 최종 손실과 속도가 틀림"};
  rule.explanation = {
      "train_loss is below half of the smallest logged loss: the sum of the resumed part is divided "
      "by all steps.",
      "train_loss가 기록된 최소 손실의 절반보다 낮음: 재개된 부분의 합을 전체 스텝으로 나눔."};
  rule.sources = {"huggingface/transformers#15047"};
  rule.evaluate = ResumeInflates;
  return rule;
}

}  // namespace plumbline::audit
