// gen-reference-in-input, and the text branch of gen-prompt-echo: what stands in front of the
// summary in a scored output. Catalogue erratum 19.
#include <algorithm>
#include <string>
#include <vector>

#include "harness/audit/rule_parts.h"
#include "harness/audit/text_branches.h"

namespace plumbline::audit {
namespace {

constexpr double kLargestCleanShare = 0.05;
constexpr size_t kShortestReference = 3;  // words; shorter ones may occur by chance

constexpr Text kEcho = {
    "{rows} of {n} scored outputs ({share}) repeat at least half of their prompt, first in {id}: "
    "ROUGE was taken of prompt and summary together",
    "채점된 출력 {n}개 중 {rows}개({share})가 프롬프트의 절반 이상을 반복, 첫 사례 {id}: ROUGE가 프롬프트와 "
    "요약을 함께 채점"};
constexpr Text kEchoDo = {
    "decode only output[prompt length:], score again, and drop the old figures",
    "output[프롬프트 길이:]만 디코딩해 다시 채점하고 기존 수치는 폐기"};
constexpr Text kGiven = {
    "the reference stands inside the generation input of {rows} of {n} rows ({share}), first in "
    "{id}: the model was shown the answer, the scores measure copying",
    "{n}개 행 중 {rows}개({share})의 생성 입력에 정답이 들어 있음, 첫 사례 {id}: 모델이 정답을 보았으므로 점수는 "
    "복사를 측정"};
constexpr Text kShown = {
    "{rows} of {n} outputs ({share}) hold the whole document and after it the whole reference, "
    "first in {id}: the full training text was fed to generate()",
    "출력 {n}개 중 {rows}개({share})에 원문 전체와 그 뒤의 정답 전체가 들어 있음, 첫 사례 {id}: 학습용 전체 텍스트가 "
    "generate() 입력"};
constexpr Text kSettle = {"print the prompt of row {id} as ids and as text",
                          "{id} 행의 프롬프트를 id와 텍스트로 출력"};
constexpr Text kGivenDo = {
    "build the evaluation prompt from the document alone, and evaluate again",
    "평가 프롬프트를 원문만으로 만들고 다시 평가"};
constexpr Text kNeedsSource = {
    "needs prompts or documents beside the predictions (prompt in predictions.jsonl, or dialogue "
    "in references.jsonl)",
    "예측과 함께 프롬프트 또는 원문(predictions.jsonl의 prompt, references.jsonl의 dialogue) 필요"};

struct Count {
  size_t rows = 0;
  size_t n = 0;
  std::string first;

  void Add(bool hit, const std::string& id) {
    ++n;
    if (!hit) return;
    if (rows++ == 0) first = id;
  }
  bool Many() const { return Share(rows, n) > kLargestCleanShare; }
};

// The prompt's first half opens the prediction, or the document's first half is somewhere in it.
bool RepeatsItsInput(const ScoredRow& row) {
  std::vector<std::string_view> input = Words(row.prompt.empty() ? row.source : row.prompt);
  input.resize((input.size() + 1) / 2);
  const auto place = FindRun(Words(row.prediction), input);
  return place && (row.prompt.empty() || *place == 0);
}

Count CountEchoes(const std::vector<ScoredRow>& rows) {
  Count count;
  for (const ScoredRow& row : rows) {
    if (row.prompt.empty() && row.source.empty()) continue;
    count.Add(RepeatsItsInput(row), row.id);
  }
  return count;
}

// Rows whose document does not hold the reference anyway.
bool ReferenceIn(const std::vector<std::string_view>& text, const ScoredRow& row) {
  for (const std::string& reference : row.references) {
    const auto words = Words(reference);
    if (words.size() < kShortestReference || FindRun(Words(row.source), words)) continue;
    if (FindRun(text, words)) return true;
  }
  return false;
}

void Say(const Count& count, double confidence, Verdict verdict, const Text& statement,
         const Text& action, const std::string& file, Sink& sink) {
  sink.Add(verdict, Severity::kBlocker, confidence, statement)
      .With("rows", std::to_string(count.rows))
      .With("n", std::to_string(count.n))
      .With("share", Percent(Share(count.rows, count.n)))
      .With("id", count.first)
      .Formula(std::to_string(count.rows) + " / " + std::to_string(count.n) + " > 5 %")
      .From({file, "prediction", 0})
      .Settle(kSettle)
      .Do(action);
}

void Evaluate(const Context& context, Sink& sink) {
  const Rows& rows = RowsOf(context.run);
  if (!Have(rows.scored, kNeedsReferences, sink)) return;
  Count given;
  Count shown;
  for (const ScoredRow& row : rows.scored.rows) {
    if (row.references.empty()) continue;
    if (!row.prompt.empty()) {
      given.Add(ReferenceIn(Words(row.prompt), row), row.id);
    } else if (!row.source.empty()) {
      const auto prediction = Words(row.prediction);
      shown.Add(FindRun(prediction, Words(row.source)) && ReferenceIn(prediction, row), row.id);
    }
  }
  if (given.n + shown.n == 0) {
    sink.NotEvaluated(kNeedsSource);
    return;
  }
  if (given.Many()) {
    Say(given, 0.99, Verdict::kDefect, kGiven, kGivenDo, rows.scored.file, sink);
  }
  if (shown.Many()) {
    Say(shown, 0.9, Verdict::kSymptom, kShown, kGivenDo, rows.scored.file, sink);
  }
}

}  // namespace

bool JudgeEchoTexts(const Context& context, Sink& sink) {
  const RowFile<ScoredRow>& scored = RowsOf(context.run).scored;
  const Count count = CountEchoes(scored.rows);
  if (count.n == 0) return false;
  if (count.Many()) {
    Say(count, 0.95, Verdict::kDefect, kEcho, kEchoDo, scored.file, sink);
  }
  return true;
}

Rule GenReferenceInInputRule() {
  return {"gen-reference-in-input",
          2,
          Severity::kBlocker,
          {"generation was given the reference", "생성 입력에 정답이 들어 있음"},
          {"The prompt of an evaluation row holds its reference (the full training text was fed "
           "to generate()), or, where prompts were not saved, the output holds the document and "
           "then the reference. Rows whose document contains the reference anyway are left out, "
           "and references below three words. Silent when fewer than 5 % of rows are hit.",
           "평가 행의 프롬프트에 정답이 들어 있거나(학습용 전체 텍스트를 generate()에 입력), 프롬프트가 저장되지 않은 "
           "경우 출력이 원문과 정답을 차례로 포함. 원문에 정답이 그대로 있는 행과 세 단어 미만 정답은 제외. 5 % "
           "미만이면 침묵."},
          {"catalogue erratum 19 (recomputed)", "huggingface/transformers#44650"},
          Evaluate};
}

}  // namespace plumbline::audit
