// gen-teacher-forced-metric: ROUGE of argmax over teacher-forced logits looks like generation and
// is not: the model saw every reference token but the next one.
#include <set>
#include <string>

#include "harness/audit/interval.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"

namespace plumbline::audit {
namespace {

constexpr double kMostEqual = 0.95;
constexpr size_t kFewestRows = 20;
constexpr size_t kFewestLengths = 4;  // with equal lengths everywhere, equality says nothing
constexpr double kMostExact = 0.5;    // a model that is right also has the right length

constexpr Text kConfig = {
    "predict_with_generate is false, yet the evaluations report {metric}: the score is of argmax "
    "over teacher-forced logits, not of generated text",
    "predict_with_generate가 false인데 평가에 {metric} 값이 있음: 생성문이 아니라 teacher forcing 로짓의 argmax를 "
    "채점한 값"};
constexpr Text kLengths = {
    "{rows} of {n} predictions ({share}) have exactly as many tokens as their reference, over "
    "{lengths} different lengths: they come from teacher-forced logits, not from generation",
    "예측 {n}개 중 {rows}개({share})의 토큰 수가 정답과 정확히 같음(서로 다른 길이 {lengths}종): 생성이 아니라 "
    "teacher forcing 로짓에서 나온 예측"};
constexpr Text kDo = {"set predict_with_generate=True (or call generate) and evaluate again",
                      "predict_with_generate=True로 두거나 generate를 호출해 다시 평가"};
constexpr Text kSettle = {"generate row {id} alone and compare",
                          "{id} 행을 단독으로 생성해 비교"};
constexpr Text kSettleConfig = {
    "read compute_metrics: does it call generate itself?",
    "compute_metrics가 직접 generate를 호출하는지 확인"};
constexpr Text kNeeds = {
    "needs predict_with_generate with an evaluation that has ROUGE, or token_ids beside label_ids "
    "in 20 scored rows whose lengths differ",
    "predict_with_generate와 ROUGE 평가, 또는 길이가 다양한 20개 이상의 행에 token_ids와 label_ids 필요"};

const Reading* FindRouge(const Evidence& run) {
  for (const Point& point : run.evaluations) {
    for (const auto& [name, reading] : point.values) {
      if (name.starts_with("eval_rouge")) return &reading;
    }
  }
  return nullptr;
}

// Whether the settings could answer; says what they show.
bool JudgeSettings(const Evidence& run, Sink& sink) {
  const auto generate = run.Truth("training.predict_with_generate");
  const Reading* rouge = FindRouge(run);
  if (!generate || rouge == nullptr) return false;
  if (*generate) return true;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.85, kConfig)
      .With("metric", rouge->place.key)
      .FormulaAsItIs("predict_with_generate = false, " + rouge->place.key + " = " + rouge->value.text)
      .From(run.Effective("training.predict_with_generate")->place)
      .From(rouge->place)
      .Settle(kSettleConfig)
      .Do(kDo);
  return true;
}

bool JudgeRows(const RowFile<ScoredRow>& scored, Sink& sink) {
  size_t n = 0, equal = 0, exact = 0;
  std::set<size_t> lengths;
  std::string first;
  for (const ScoredRow& row : scored.rows) {
    if (row.token_ids.empty() || row.label_ids.empty()) continue;
    ++n;
    lengths.insert(row.label_ids.size());
    exact += row.token_ids == row.label_ids ? 1 : 0;
    if (row.token_ids.size() != row.label_ids.size()) continue;
    if (equal++ == 0) first = row.id;
  }
  if (n < kFewestRows || lengths.size() < kFewestLengths) return false;
  if (Share(equal, n) <= kMostEqual || Share(exact, n) > kMostExact) return true;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kLengths)
      .With("rows", std::to_string(equal))
      .With("n", std::to_string(n))
      .With("share", Percent(Share(equal, n)))
      .With("lengths", std::to_string(lengths.size()))
      .With("id", first)
      .Formula(std::to_string(equal) + " / " + std::to_string(n) + " > 95 %")
      .From({scored.file, "token_ids", 0})
      .Settle(kSettle)
      .Do(kDo);
  return true;
}

void Evaluate(const Context& context, Sink& sink) {
  const bool settings = JudgeSettings(context.run, sink);
  const bool rows = JudgeRows(RowsOf(context.run).scored, sink);
  if (!settings && !rows) sink.NotEvaluated(kNeeds);
}

}  // namespace

Rule GenTeacherForcedMetricRule() {
  return {"gen-teacher-forced-metric",
          2,
          Severity::kBlocker,
          {"ROUGE of teacher-forced logits", "teacher forcing 로짓의 ROUGE"},
          {"ROUGE was computed from the argmax of logits of the labelled batch. Seen in the "
           "settings (ROUGE without predict_with_generate) or in the rows (above 95 % of the "
           "predictions have exactly their reference's length in tokens, lengths vary, and fewer "
           "than half are exact). A custom metric function that calls generate itself is fine.",
           "레이블이 주어진 배치의 로짓 argmax로 ROUGE를 계산. 설정(predict_with_generate 없이 ROUGE) 또는 행(예측의 "
           "95 % 초과가 정답과 토큰 길이가 같고, 길이가 다양하며, 정확히 일치하는 행이 절반 미만)에서 드러남. 직접 "
           "generate를 호출하는 지표 함수는 문제없음."},
          {"huggingface/transformers#26474", "huggingface/trl#862", "huggingface/trl#1906"},
          Evaluate};
}

}  // namespace plumbline::audit
