// met-rouge-hangul-dropped: the default ROUGE tokenizer keeps a-z and 0-9 alone. Whether it was
// used is read from the settings, else proven by scoring the saved rows again.
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "harness/audit/interval.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"
#include "harness/eval/rouge.h"
#include "harness/eval/rouge_tokenizer.h"

namespace plumbline::audit {
namespace {

constexpr double kFewestKept = 0.5;
constexpr double kSameScore = 0.002;  // averaging and rounding of the reported figure
constexpr double kOtherScore = 0.02;
constexpr uint64_t kSeed = 42;

constexpr Text kKnown = {
    "ROUGE of Korean text with the tokenizer `ascii`: {kept} of {words} reference words survive "
    "({share}), {blank} of {n} references keep nothing; ROUGE-1 is {ascii}, {unicode} by words, "
    "{syllable} by syllables",
    "한국어에 `ascii` 토크나이저로 ROUGE 계산: 정답 단어 {words}개 중 {kept}개({share})만 남고 {n}개 정답 중 "
    "{blank}개는 아무것도 남지 않음; ROUGE-1 {ascii}, 어절 기준 {unicode}, 음절 기준 {syllable}"};
constexpr Text kProven = {
    "the reported {metric} of {reported} is what a scorer that drops Hangul gives on the saved "
    "rows ({ascii}); by words they score {unicode}, by syllables {syllable}; {kept} of {words} "
    "reference words survive ({share}), {blank} of {n} references keep nothing",
    "보고된 {metric} {reported}은(는) 한글을 버리는 채점기의 값({ascii})과 같음; 어절 기준 {unicode}, 음절 기준 "
    "{syllable}; 정답 단어 {words}개 중 {kept}개({share})만 남고 {n}개 정답 중 {blank}개는 아무것도 남지 않음"};
constexpr Text kUnknown = {
    "{share} of the reference words would survive rouge_score's default tokenizer; nothing here "
    "says which tokenizer gave the reported scores",
    "rouge_score 기본 토크나이저라면 정답 단어의 {share}만 남음; 보고된 점수가 어떤 토크나이저인지 알 수 없음"};
constexpr Text kDo = {
    "score again with a tokenizer that keeps Hangul (`plumbline rouge --tokenizer unicode` or "
    "`syllable`), name it beside every figure",
    "한글을 보존하는 토크나이저(`plumbline rouge --tokenizer unicode` 또는 `syllable`)로 다시 채점하고 수치마다 "
    "토크나이저를 명시"};
constexpr Text kSettle = {"score the references against themselves: anything below 1 proves it",
                          "정답을 정답끼리 채점: 1 미만이면 확정"};

struct Kept {
  size_t words = 0;
  size_t kept = 0;
  size_t blank = 0;  // references of which nothing survives

  void Add(const std::string& reference) {
    const auto tokenizer = eval::MakeRougeTokenizer("ascii", false);
    eval::TokenList tokens;
    tokenizer->Tokenize(reference, tokens);
    words += Words(reference).size();
    kept += tokens.size();
    blank += tokens.size() == 0 ? 1 : 0;
  }
};

std::vector<eval::RougePair> PairsOf(const RowFile<ScoredRow>& scored) {
  std::vector<eval::RougePair> pairs;
  for (const ScoredRow& row : scored.rows) {
    if (!row.references.empty()) pairs.push_back({row.prediction, row.references});
  }
  return pairs;
}

double Rouge1(const std::vector<eval::RougePair>& pairs, const std::string& tokenizer) {
  eval::RougeScorer scorer({tokenizer, false});
  double sum = 0;
  for (const eval::RougePair& pair : pairs) {
    sum += scorer.Score(pair.prediction, pair.references)[eval::kRouge1].f1;
  }
  return sum / static_cast<double>(pairs.size());
}

// The ROUGE-1 that this run reports last, as a share of 1.
const Reading* ReportedRouge1(const Evidence& run) {
  const Reading* reported = nullptr;
  for (const Point& point : run.evaluations) {
    if (const Reading* reading = point.Find("eval_rouge1")) reported = reading;
  }
  return reported;
}

void Say(const Text& statement, double confidence, const Kept& kept,
         const std::vector<eval::RougePair>& pairs, const Evidence& run, Sink& sink) {
  const Reading* reported = ReportedRouge1(run);
  Finding& finding =
      sink.Add(Verdict::kDefect, Severity::kBlocker, confidence, statement)
          .With("kept", std::to_string(kept.kept))
          .With("words", std::to_string(kept.words))
          .With("share", Percent(Share(kept.kept, kept.words)))
          .With("blank", std::to_string(kept.blank))
          .With("n", std::to_string(pairs.size()))
          .With("ascii", Show(Rouge1(pairs, "ascii"), 4))
          .With("unicode", Show(Rouge1(pairs, "unicode"), 4))
          .With("syllable", Show(Rouge1(pairs, "syllable"), 4))
          .With("reported", reported == nullptr ? "?" : reported->value.text)
          .With("metric", "eval_rouge1")
          .Formula(std::to_string(kept.kept) + " / " + std::to_string(kept.words) + " < 0.5")
          .From({RowsOf(run).scored.file, "prediction", 0})
          .Settle(kSettle)
          .Do(kDo);
  if (reported != nullptr) finding.From(reported->place);
}

// Whether the reported figure is the one that a scorer without Hangul gives, and no scorer that keeps
// it: another one near it clears the run, unless the printed digits tell the two apart.
bool IsAsciiScore(const Reading& reported, const std::vector<eval::RougePair>& pairs) {
  const double scale = reported.value.value > 1 ? 100 : 1;
  const double value = reported.value.value / scale;
  const Interval printed = reported.value.Printed();
  const double half_ulp = (printed.high - printed.low) / 2 / scale;
  const auto distance = [&](const std::string& tokenizer) {
    return std::abs(value - Rouge1(pairs, tokenizer));
  };
  const double ascii = distance("ascii");
  if (ascii > kSameScore) return false;
  for (const std::string& name : eval::RougeTokenizerNames()) {
    if (name == "ascii") continue;
    const double other = distance(name);
    const bool told_apart = ascii <= half_ulp && other > half_ulp;
    if (other <= kOtherScore && !told_apart) return false;
  }
  return true;
}

void Evaluate(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const RowFile<ScoredRow>& scored = RowsOf(run).scored;
  if (!Have(scored, kNeedsReferences, sink)) return;
  const std::vector<eval::RougePair> pairs = PairsOf(scored);
  if (pairs.empty()) {
    sink.NotEvaluated(kNeedsReferences);
    return;
  }
  Kept kept;
  for (const eval::RougePair& pair : pairs) kept.Add(pair.references.front());
  if (Share(kept.kept, kept.words) >= kFewestKept) return;
  const Setting* tokenizer = run.Effective("evaluation.rouge_tokenizer");
  const Reading* reported = ReportedRouge1(run);
  if (tokenizer != nullptr && tokenizer->text == "ascii") {
    Say(kKnown, 0.97, kept, pairs, run, sink);
  } else if (reported != nullptr && IsAsciiScore(*reported, pairs)) {
    Say(kProven, 0.95, kept, pairs, run, sink);
  } else if (tokenizer == nullptr && reported == nullptr) {
    sink.Add(Verdict::kNote, Severity::kInfo, 0.5, kUnknown)
        .With("share", Percent(Share(kept.kept, kept.words)))
        .From({scored.file, "reference", 0})
        .Settle(kSettle)
        .Do(kDo);
  }
}

}  // namespace

Rule MetRougeHangulDroppedRule() {
  return {"met-rouge-hangul-dropped",
          2,
          Severity::kBlocker,
          {"the ROUGE tokenizer drops Hangul", "ROUGE 토크나이저가 한글을 버림"},
          {"rouge_score's default tokenizer keeps a-z and 0-9: of Korean only digits, Latin words "
           "and speaker tags are compared. Fires when fewer than half of the reference words "
           "survive and the settings name `ascii`, or when the reported ROUGE-1 equals (within "
           "0.002) what that tokenizer gives on the saved rows and no tokenizer that keeps Hangul "
           "comes near it. Silent for scorers that keep Hangul and for Latin text.",
           "rouge_score 기본 토크나이저는 a-z와 0-9만 남김: 한국어에서는 숫자, 라틴 단어, 화자 태그만 비교. 정답 단어의 "
           "절반 미만이 남고 설정이 `ascii`이거나, 보고된 ROUGE-1이 저장된 행에서 그 토크나이저의 값과 같고(0.002 이내) "
           "한글을 보존하는 어떤 토크나이저의 값과도 가깝지 않을 때 발화. 한글을 보존하는 채점기와 라틴 문자 텍스트에는 침묵."},
          {"google-research/google-research rouge/tokenize.py (read)",
           "cosmoquester/2021-dialogue-summary-competition#22", "google/adk-python#6401",
           "google/adk-python#4143", "bigscience-workshop/lm-evaluation-harness#157",
           "huggingface/evaluate#108"},
          Evaluate};
}

}  // namespace plumbline::audit
