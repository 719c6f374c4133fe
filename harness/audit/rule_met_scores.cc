// met-r1-equals-rl, and what equal scores say without any text: gen-prompt-echo (statistical
// branch), gen-reference-in-input and the ASCII-only scorer. Catalogue D13 and 4.7.
#include <cmath>

#include "harness/audit/equal_rouge.h"
#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"
#include "harness/audit/text_branches.h"

namespace plumbline::audit {
namespace {

constexpr double kNearPerfect = 0.8;
constexpr double kCloseToOne = 0.97;
constexpr double kTokenAgreement = 0.05;
// The authors' own Korean row of mT5 XLSum: R1 23.6745, R2 11.4478, RL 22.3619.
constexpr double kReferenceRl = 22.3619 / 23.6745;
constexpr double kReferenceR2 = 11.4478 / 23.6745;

constexpr Text kEqual = {
    "ROUGE-1 equals ROUGE-L to the last printed digit at {equal} of {all} evaluations ({values}; "
    "R2/R1 {ratio}){rows}: unigram overlap equal to the longest common subsequence over a whole set "
    "means degenerate token lists, or one score copied into both fields; ranking models by these "
    "scores is invalid",
    "{all}회 평가 중 {equal}회에서 ROUGE-1과 ROUGE-L이 마지막 자리까지 같음 ({values}; R2/R1 {ratio}){rows}: 전체 "
    "집합에서 유니그램 일치가 최장 공통 부분열과 같다면 토큰 목록이 퇴화했거나 한 점수가 두 칸에 복사된 것; 이 "
    "점수로 모델 순위를 매기는 것은 무효"};
constexpr Text kClose = {
    "RL/R1 is {rl} and R2/R1 {r2}, above the profile of Korean summaries scored with a Korean "
    "tokenizer ({ref_rl} and {ref_r2}): the same scorer is suspected",
    "RL/R1 {rl}, R2/R1 {r2}: 한국어 토크나이저로 채점한 한국어 요약의 분포({ref_rl}, {ref_r2})보다 높음: 같은 "
    "채점기가 의심됨"};
constexpr Text kScoreSettle = {"look at five raw predictions with their references",
                               "원본 예측 다섯 개를 참조 요약과 함께 볼 것"};
constexpr Text kScoreDo = {
    "rescore with a tokenizer that keeps Hangul (`plumbline rouge --tokenizer syllable`) and strip "
    "the prompt from the output",
    "한글을 유지하는 토크나이저로 다시 채점(`plumbline rouge --tokenizer syllable`)하고 출력에서 프롬프트를 "
    "제거할 것"};
constexpr Text kNeedsRouge = {"needs eval_rouge1 and eval_rougeL", "eval_rouge1과 eval_rougeL 필요"};

struct Scores {
  Reading r1;
  Reading r2;
  Reading rl;
};

std::vector<Scores> ScoresOf(const Evidence& run) {
  std::vector<Scores> scores;
  for (const Point& point : run.evaluations) {
    const Reading* r1 = point.Find("eval_rouge1");
    const Reading* r2 = point.Find("eval_rouge2");
    const Reading* rl = point.Find("eval_rougeL");
    if (r1 == nullptr || rl == nullptr || !(r1->value.value > 0) || !rl->value.Finite()) continue;
    scores.push_back({*r1, r2 == nullptr ? *rl : *r2, *rl});
  }
  return scores;
}

// Scores of 0 to 100 are read as shares.
double Unit(const Scores& scores) { return RougeUnit(scores.r1); }

std::vector<Scores> EqualScores(const Evidence& run) {
  std::vector<Scores> equal;
  for (const Scores& scores : ScoresOf(run)) {
    if (RougesAreEqual(run, scores.r1, scores.rl)) equal.push_back(scores);
  }
  return equal;
}

double R2OverR1(const Scores& scores) { return scores.r2.value.value / scores.r1.value.value; }

void R1EqualsRl(const Context& context, Sink& sink) {
  const auto all = ScoresOf(context.run);
  if (all.empty()) {
    sink.NotEvaluated(kNeedsRouge);
    return;
  }
  const auto equal = EqualScores(context.run);
  if (!equal.empty() && EqualByWords(context.run)) return;
  if (!equal.empty()) {
    std::string values;
    std::string ratios;
    for (const Scores& scores : equal) {
      values += (values.empty() ? "" : ", ") + scores.r1.value.text;
      ratios += (ratios.empty() ? "" : ", ") + FixedText(R2OverR1(scores), 3);
    }
    const auto rows = RowsEvaluated(context.run);
    const std::string rows_text = rows ? ", n = " + Show(*rows) : "";
    Finding& finding = sink.Add(Verdict::kSymptom, Severity::kBlocker,
                                equal.size() >= 2 ? 0.95 : 0.9, kEqual)
                           .With("equal", std::to_string(equal.size()))
                           .With("all", std::to_string(all.size()))
                           .With("values", values)
                           .With("ratio", ratios)
                           .With("rows", rows_text)
                           .Formula("|R1 - RL| <= 1 printed digit: " + values + "; R2/R1 = " + ratios)
                           .Settle(kScoreSettle)
                           .Do(kScoreDo);
    for (const Scores& scores : equal) finding.From(scores.r1.place).From(scores.rl.place);
    return;
  }
  std::string rl;
  std::string r2;
  bool close = ScoresAreFine(context.run);
  for (const Scores& scores : all) {
    const double ratio = scores.rl.value.value / scores.r1.value.value;
    // Near-perfect outputs have all ratios near 1 under any tokenizer: they accuse no scorer.
    const bool near_perfect = scores.r1.value.value >= kNearPerfect * Unit(scores);
    close = close && !near_perfect && ratio > kCloseToOne && ratio <= 1 &&
            R2OverR1(scores) > kReferenceR2;
    rl += (rl.empty() ? "" : ", ") + FixedText(ratio, 3);
    r2 += (r2.empty() ? "" : ", ") + FixedText(R2OverR1(scores), 3);
  }
  if (!close) return;
  sink.Add(Verdict::kNote, Severity::kInfo, 0.4, kClose)
      .With("rl", rl)
      .With("r2", r2)
      .With("ref_rl", FixedText(kReferenceRl, 3))
      .With("ref_r2", FixedText(kReferenceR2, 3))
      .Formula("RL/R1 = " + rl)
      .From(all.front().rl.place)
      .Settle(kScoreSettle)
      .Do(kScoreDo);
}

// Reference tokens m and prediction tokens n that recall 1 implies.
struct Echo {
  Interval m;
  double n = 0;
  Scores scores;
};

std::optional<Echo> EchoOf(const Scores& scores) {
  const double unit = Unit(scores);
  const Interval r1 = scores.r1.value.Printed() / ExactInterval(unit);
  const Interval r2 = scores.r2.value.Printed() / ExactInterval(unit);
  if (r1.Empty() || r2.Empty() || !(r2.high < r1.low)) return std::nullopt;
  // (1 - R2) / (1 - R2/R1) grows with R2 and falls with R1, so two corners bound it.
  const auto at = [](double two, double ones) { return (1 - two) / (1 - two / ones); };
  const Interval m = MakeInterval(at(r2.low, r1.high), at(r2.high, r1.low));
  if (m.Empty() || m.low < 1 || m.high > 200) return std::nullopt;
  const double middle = (1 - r2.Middle()) / (1 - r2.Middle() / r1.Middle());
  return Echo{m, middle * (2 / r1.Middle() - 1), scores};
}

std::vector<Echo> EchoesOf(const Evidence& run) {
  std::vector<Echo> echoes;
  for (const Scores& scores : EqualScores(run)) {
    const bool overlapping = R2OverR1(scores) > 0.5 && &scores.r2 != &scores.rl;
    if (!overlapping || scores.r2.value.text == scores.rl.value.text) continue;
    if (auto echo = EchoOf(scores)) echoes.push_back(*echo);
  }
  return echoes;
}

constexpr Text kContained = {
    "every reference seems contained in the scored output (recall 1): m = {m} scored tokens a "
    "reference, n = {n} a prediction{others}; the generation input held the reference (0.6: the "
    "full training text was the prompt), or only the prompt was echoed (0.25), or the dialogue ran "
    "on (0.15)",
    "모든 참조가 채점된 출력에 포함된 것으로 보임 (재현율 1): 참조당 채점 토큰 m = {m}, 예측당 n = {n}{others}; "
    "생성 입력에 참조가 포함됨 (0.6: 학습용 전체 텍스트가 프롬프트), 또는 프롬프트만 되풀이 (0.25), 또는 대화가 "
    "이어짐 (0.15)"};
constexpr Text kEchoOnly = {
    "prompt echo: the output repeats its prompt and is scored with it ({n} scored tokens a "
    "prediction against {m} a reference)",
    "프롬프트 되풀이: 출력이 프롬프트를 포함한 채 채점됨 (예측당 {n} 토큰, 참조당 {m} 토큰)"};
constexpr Text kAsciiScorer = {
    "the scorer seems to keep ASCII only: {m} scored tokens a reference is what remains of a Korean "
    "sentence (speaker tags, digits), a whole one has about 13",
    "채점기가 ASCII만 남기는 것으로 보임: 참조당 {m} 토큰은 한국어 문장에서 화자 표시와 숫자만 남은 수치 "
    "(전체라면 약 13)"};
constexpr Text kDateHeader = {
    "predictions of {run} hold {gap} scored tokens more than those of {other}: Llama 3 templates add a "
    "fixed English date header of about 10 ASCII tokens to every prompt",
    "{run}의 예측은 {other}보다 채점 토큰이 {gap}개 많음: Llama 3 템플릿은 모든 프롬프트에 약 10개의 ASCII 토큰인 영어 "
    "날짜 머리말을 추가함"};
constexpr Text kEchoSettle = {
    "five raw predictions beside their prompts and references: `plumbline audit DIR --predictions F "
    "--references F`",
    "프롬프트·참조와 나란히 놓은 원본 예측 다섯 개: `plumbline audit DIR --predictions F --references F`"};
constexpr Text kEchoDo = {
    "build generation inputs without the reference, return only the new tokens, and score with a "
    "tokenizer that keeps Hangul",
    "참조 없이 생성 입력을 만들고 새 토큰만 반환하며 한글을 유지하는 토크나이저로 채점할 것"};
constexpr Text kEchoNeedsText = {
    "needs predictions: these scores alone neither show nor exclude an echo",
    "예측 필요: 이 점수만으로는 되풀이를 보이거나 배제할 수 없음"};
constexpr Text kEchoNeeds = {"needs predictions, or ROUGE-1, 2 and L of an evaluation",
                             "예측 또는 평가의 ROUGE-1·2·L 필요"};

// Other runs of the study whose m lies within 5 %: the same scorer and data, one fact.
std::string OthersText(const Context& context, double m) {
  std::string text;
  for (const Evidence& other : context.study.runs) {
    if (&other == &context.run) continue;
    for (const Echo& echo : EchoesOf(other)) {
      if (std::abs(echo.m.Middle() / m - 1) > kTokenAgreement) continue;
      text += "; " + other.name + ": m " + Show(echo.m.Middle(), 4) + ", n " + Show(echo.n, 3);
      break;
    }
  }
  return text;
}

// The surplus fits the header that one family's template adds.
void DateHeader(const Context& context, const std::vector<Echo>& echoes, Sink& sink) {
  if (FamilyOf(context.run) != "llama") return;
  for (const Evidence& other : context.study.runs) {
    if (FamilyOf(other) == "llama" || IsSequenceToSequence(other)) continue;
    for (const Echo& theirs : EchoesOf(other)) {
      std::string gap;
      bool fits = true;
      for (const Echo& echo : echoes) {
        fits = fits && echo.n - theirs.n > 5 && echo.n - theirs.n < 25;
        gap += (gap.empty() ? "" : " or ") + FixedText(echo.n - theirs.n, 1);
      }
      if (!fits) continue;
      Finding& finding = sink.Add(Verdict::kNote, Severity::kInfo, 0.4, kDateHeader)
                             .With("run", context.run.name)
                             .With("other", other.name)
                             .Words("gap", gap)
                             .Formula("n - n = " + gap);
      finding.sources.emplace_back("sgl-project/sglang#3296");
      return;
    }
  }
}

void PromptEcho(const Context& context, Sink& sink) {
  if (JudgeEchoTexts(context, sink)) return;
  if (ScoresOf(context.run).empty() && context.run.files.predictions.empty()) {
    sink.NotEvaluated(kEchoNeeds);
    return;
  }
  const auto echoes = EchoesOf(context.run);
  if (echoes.empty() || IsSequenceToSequence(context.run)) {
    if (context.run.files.predictions.empty()) sink.NotEvaluated(kEchoNeedsText);
    return;
  }
  std::string m;
  std::string n;
  std::string intervals;
  for (const Echo& echo : echoes) {
    const double middle = (1 - echo.scores.r2.value.value / Unit(echo.scores)) /
                          (1 - R2OverR1(echo.scores));
    m += (m.empty() ? "" : ", ") + FixedText(middle, 3);
    n += (n.empty() ? "" : ", ") + FixedText(echo.n, 1);
    intervals += (intervals.empty() ? "" : ", ") + ShowInterval(echo.m, 4);
  }
  const std::string formula =
      "m = (1 - R2) / (1 - R2/R1) = " + m + " in " + intervals + "; n = m (2/R1 - 1) = " + n;
  const std::string others = OthersText(context, echoes.front().m.Middle());
  struct Hypothesis {
    const char* rule;
    const Text* text;
    double confidence;
  };
  for (const Hypothesis& hypothesis :
       {Hypothesis{"gen-reference-in-input", &kContained, 0.6},
        Hypothesis{"gen-prompt-echo", &kEchoOnly, 0.25},
        Hypothesis{"met-rouge-hangul-dropped", &kAsciiScorer, 0.85}}) {
    Finding& finding = sink.Add(Verdict::kSymptom, Severity::kBlocker, hypothesis.confidence,
                                *hypothesis.text)
                           .With("m", m)
                           .With("n", n)
                           .With("others", others)
                           .Formula(formula)
                           .Settle(kEchoSettle)
                           .Do(kEchoDo);
    finding.rule = hypothesis.rule;
    for (const Echo& echo : echoes) finding.From(echo.scores.r1.place).From(echo.scores.r2.place);
  }
  DateHeader(context, echoes, sink);
}

}  // namespace

Rule MetR1EqualsRlRule() {
  Rule rule;
  rule.id = "met-r1-equals-rl";
  rule.severity = Severity::kBlocker;
  rule.title = {"ROUGE-1 equals ROUGE-L over a whole set", "전체 집합에서 ROUGE-1이 ROUGE-L과 같음"};
  rule.explanation = {
      "|R1 - RL| within one printed digit on 50 rows or more with R1 below 0.95. RL/R1 above 0.97 "
      "is a note. Single-word references do it honestly, and so do texts of one pattern: saved rows "
      "that give it by whole words leave it unsaid.",
      "50행 이상에서 |R1 - RL|이 한 자리 이내이고 R1이 0.95 미만. RL/R1이 0.97을 넘으면 참고. 한 단어 참조라면 "
      "정상이며, 저장된 행이 온전한 단어로도 그렇다면 말하지 않음."};
  rule.sources = {"arithmetic", "csebuetnlp/xl-sum README (Korean row, RL/R1 0.945)"};
  rule.evaluate = R1EqualsRl;
  return rule;
}

Rule GenPromptEchoRule() {
  Rule rule;
  rule.id = "gen-prompt-echo";
  rule.severity = Severity::kBlocker;
  rule.title = {"the output holds its prompt, or its reference, and is scored with it",
                "출력이 프롬프트나 참조를 포함한 채 채점됨"};
  rule.explanation = {
      "With predictions: they begin with their prompt. Without: with R1 = RL and R2/R1 above 0.5 the closed form m = (1-R2)/(1-R2/R1), n = m(2/R1-1) gives "
      "the scored tokens of references and predictions at recall 1. Reports three ranked symptoms "
      "under their own names: gen-reference-in-input, gen-prompt-echo, met-rouge-hangul-dropped. "
      "The form is biased low by 2 to 23 % (one-token references have no bigram). Encoder-decoders "
      "are left out: they return no prompt.",
      "예측이 있으면: 예측이 프롬프트로 시작. 없으면: R1 = RL이고 R2/R1이 0.5를 넘으면 m = (1-R2)/(1-R2/R1), n = m(2/R1-1)이 재현율 1일 때의 참조·예측 채점 토큰 "
      "수를 줌. 세 가지 징후를 각자의 이름으로 보고: gen-reference-in-input, gen-prompt-echo, "
      "met-rouge-hangul-dropped. 이 식은 2~23 % 낮게 치우침. 인코더-디코더는 제외."};
  rule.sources = {"arithmetic", "huggingface/transformers#44650", "huggingface/transformers#32346",
                  "huggingface/transformers#33396", "google-research rouge/tokenize.py (read)"};
  rule.evaluate = PromptEcho;
  return rule;
}

}  // namespace plumbline::audit
