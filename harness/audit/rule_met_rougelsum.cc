// met-rougelsum-no-newlines: summary-level ROUGE-L needs one sentence a line; without newlines it
// is ROUGE-L under another name.
#include <string>

#include "harness/audit/interval.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"

namespace plumbline::audit {
namespace {

constexpr double kFewestSentences = 1.2;

constexpr Text kEqual = {
    "rougeLsum equals rougeL ({value}) although references have {mean} sentences on average and "
    "{share} of the scored texts hold a newline: the summary-level figure was never computed",
    "정답은 평균 {mean}문장인데 rougeLsum이 rougeL과 같음({value}), 줄바꿈이 있는 텍스트는 {share}: 요약 수준 "
    "점수가 계산되지 않음"};
constexpr Text kDo = {
    "put each sentence on its own line before scoring, or report rougeL alone and say so",
    "채점 전에 문장마다 줄을 바꾸거나 rougeL만 보고하고 명시"};
constexpr Text kSettle = {"score again with newlines after sentences",
                          "문장마다 줄바꿈을 넣어 다시 채점"};
constexpr Text kNeeds = {"needs eval_rougeL and eval_rougeLsum with the references",
                         "eval_rougeL, eval_rougeLsum과 정답 필요"};

// Ends of sentences: . ! ? before white space or the end, at least one a text.
size_t CountSentences(std::string_view text) {
  size_t ends = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_end = text[i] == '.' || text[i] == '!' || text[i] == '?';
    if (is_end && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n')) ++ends;
  }
  return ends == 0 ? 1 : ends;
}

void Evaluate(const Context& context, Sink& sink) {
  const RowFile<ScoredRow>& scored = RowsOf(context.run).scored;
  const Reading* level = nullptr;
  const Reading* summary = nullptr;
  for (const Point& point : context.run.evaluations) {
    if (point.Find("eval_rougeL") == nullptr || point.Find("eval_rougeLsum") == nullptr) continue;
    level = point.Find("eval_rougeL");
    summary = point.Find("eval_rougeLsum");
  }
  size_t sentences = 0, references = 0, newlines = 0;
  for (const ScoredRow& row : scored.rows) {
    if (row.references.empty()) continue;
    ++references;
    sentences += CountSentences(row.references.front());
    newlines += row.references.front().find('\n') != std::string::npos ? 1 : 0;
  }
  if (level == nullptr || references == 0) {
    sink.NotEvaluated(kNeeds);
    return;
  }
  const double mean = Share(sentences, references);
  if (level->value.value != summary->value.value || mean <= kFewestSentences) return;
  sink.Add(Verdict::kDefect, Severity::kMinor, 0.85, kEqual)
      .With("value", level->value.text)
      .With("mean", Show(mean, 3))
      .With("share", Percent(Share(newlines, references)))
      .Formula(summary->value.text + " = " + level->value.text + ", " + std::to_string(sentences) +
               " / " + std::to_string(references) + " > 1.2")
      .From(level->place)
      .From(summary->place)
      .Settle(kSettle)
      .Do(kDo);
}

}  // namespace

Rule MetRougelsumNoNewlinesRule() {
  return {"met-rougelsum-no-newlines",
          2,
          Severity::kMinor,
          {"rougeLsum without sentence breaks is rougeL", "문장 구분 없는 rougeLsum은 rougeL과 같음"},
          {"ROUGE-Lsum unites the longest common subsequences of lines. Texts on one line make it "
           "equal to ROUGE-L. Fires when both figures are equal and references have more than 1.2 "
           "sentences on average. Single-sentence references are rightly equal.",
           "ROUGE-Lsum은 줄 단위 최장 공통 부분수열의 합집합. 한 줄 텍스트에서는 ROUGE-L과 같아짐. 두 값이 같고 정답이 "
           "평균 1.2문장을 넘을 때 발화. 한 문장 정답이면 같은 것이 정상."},
          {"huggingface/evaluate#501", "Lightning-AI/torchmetrics#904",
           "google-research/google-research#168", "huggingface/datasets#617"},
          Evaluate};
}

}  // namespace plumbline::audit
