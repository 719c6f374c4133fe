// Comparisons of scores: met-loss-vs-generation, met-cross-tokenizer-loss, met-delta-within-noise.
#include <algorithm>
#include <cmath>

#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"
#include "harness/audit/text_branches.h"

namespace plumbline::audit {
namespace {

struct EvalPair {
  const Reading* loss = nullptr;
  const Reading* score = nullptr;  // rouge_sum, else rouge1
  const Reading* r1 = nullptr;
  const Point* point = nullptr;
};

std::vector<EvalPair> PairsOf(const Evidence& run) {
  std::vector<EvalPair> pairs;
  for (const Point& point : run.evaluations) {
    EvalPair pair{point.Find("eval_loss"), point.Find("eval_rouge_sum"), point.Find("eval_rouge1"),
                  &point};
    if (pair.score == nullptr) pair.score = pair.r1;
    if (pair.loss == nullptr || pair.score == nullptr) continue;
    if (!pair.loss->value.Finite() || !(pair.score->value.value > 0)) continue;
    pairs.push_back(pair);
  }
  return pairs;
}

std::string EpochText(const Point& point) {
  for (const char* name : {"epoch", "step"}) {
    if (const Reading* at = point.Find(name)) return std::string(name) + " " + at->value.text;
  }
  return "?";
}

double Perplexity(const Reading& loss) { return std::exp(loss.value.value); }

constexpr Text kNoGain = {
    "eval_loss {loss_change} while R1 does not improve ({r1_change}, below the score's own standard "
    "error): teacher-forced loss and generation disagree",
    "eval_loss {loss_change}, 그러나 R1은 나아지지 않음 ({r1_change}, 점수의 표준오차 미만): 교사 강요 손실과 생성이 "
    "어긋남"};
constexpr Text kFalls = {
    "eval_loss {loss_change} while the score falls {score_change}: the scoring or decoding path is "
    "suspect before the training",
    "eval_loss {loss_change}, 그러나 점수는 {score_change}: 학습보다 채점·디코딩 경로를 먼저 의심할 것"};
constexpr Text kAcross = {
    "the best eval_loss ({loss}, perplexity {ppl}) goes with {shares}: the scoring or decoding path "
    "is suspect, not the training",
    "가장 낮은 eval_loss({loss}, 퍼플렉시티 {ppl})의 점수가 {shares}: 학습이 아니라 채점·디코딩 경로를 의심할 것"};
constexpr Text kDo = {"look at the gen- and met- findings before any modelling advice",
                      "모델링 조언에 앞서 gen-·met- 항목을 볼 것"};
constexpr Text kSettle = {"five raw predictions beside their references",
                          "참조와 나란히 놓은 원본 예측 다섯 개"};
constexpr Text kNeedsPairs = {"needs eval_loss with a generation score, at two evaluations or of two runs",
                              "생성 점수가 있는 eval_loss 필요 (평가 두 번 또는 실행 두 개)"};

std::string SignedPercent(double share) { return (share < 0 ? "" : "+") + Percent(share); }

void WithinRun(const Context& context, const std::vector<EvalPair>& pairs, Sink& sink) {
  for (size_t i = 0; i + 1 < pairs.size(); ++i) {
    const EvalPair& a = pairs[i];
    const EvalPair& b = pairs[i + 1];
    const double loss_change = b.loss->value.value / a.loss->value.value - 1;
    const double score_change = b.score->value.value / a.score->value.value - 1;
    if (loss_change > -0.03 || score_change > -0.02) continue;
    const bool have_r1 = a.r1 != nullptr && b.r1 != nullptr;
    const double r1_change = have_r1 ? b.r1->value.value - a.r1->value.value : 0;
    const double unit = have_r1 ? RougeUnit(*a.r1) : 1;
    const bool noise = have_r1 && std::abs(r1_change) / unit < SmallestStandardError(context.run).value_or(0);
    sink.Add(Verdict::kSymptom, noise ? Severity::kMinor : Severity::kMajor, noise ? 0.3 : 0.6,
             noise ? kNoGain : kFalls)
        .With("loss_change", SignedPercent(loss_change))
        .With("r1_change", Show(r1_change, 3))
        .With("score_change", SignedPercent(score_change))
        .Formula("eval_loss " + a.loss->value.text + " -> " + b.loss->value.text + "; score " +
                 a.score->value.text + " -> " + b.score->value.text + " (" +
                 SignedPercent(score_change) + ")")
        .From(a.loss->place)
        .From(b.loss->place)
        .From(a.score->place)
        .From(b.score->place)
        .Settle(kSettle)
        .Do(kDo);
  }
}

// This run has the study's lowest eval_loss.
const Reading* LowestLoss(const Context& context) {
  const Reading* lowest = nullptr;
  const Evidence* owner = nullptr;
  size_t with_loss = 0;
  for (const Evidence& run : context.study.runs) {
    const auto pairs = PairsOf(run);
    if (!pairs.empty()) ++with_loss;
    for (const EvalPair& pair : pairs) {
      if (lowest != nullptr && pair.loss->value.value >= lowest->value.value) continue;
      lowest = pair.loss;
      owner = &run;
    }
  }
  return owner == &context.run && with_loss >= 2 ? lowest : nullptr;
}

void AcrossRuns(const Context& context, const std::vector<EvalPair>& pairs, Sink& sink) {
  const Reading* lowest = LowestLoss(context);
  if (lowest == nullptr || pairs.empty()) return;
  const EvalPair& own = pairs.back();
  std::string shares;
  std::string korean;
  Place other_place;
  for (const Evidence& other : context.study.runs) {
    if (&other == &context.run) continue;
    for (const EvalPair& pair : PairsOf(other)) {
      const double share = own.score->value.value / pair.score->value.value;
      if (share >= 0.5 || pair.loss->value.value <= own.loss->value.value) continue;
      const std::string epoch = EpochText(*pair.point);
      const std::string perplexity = Show(Perplexity(*pair.loss), 3);
      korean += (korean.empty() ? "" : " 또는 ") + other.name + " " + KoreanWords(epoch) +
                "(퍼플렉시티 " + perplexity + ")의 " + Percent(share);
      shares += (shares.empty() ? "" : " or ") + Percent(share) + " of " + other.name + " " + epoch +
                " (perplexity " + perplexity + ")";
      other_place = pair.score->place;
    }
  }
  if (shares.empty()) return;
  const std::string formula = "exp(" + lowest->value.text + ") = " + Show(Perplexity(*lowest), 3) + "; " +
                              own.score->value.text + " = ";
  sink.Add(Verdict::kSymptom, Severity::kMajor, 0.7, kAcross)
      .With("loss", lowest->value.text)
      .With("ppl", Show(Perplexity(*lowest), 3))
      .With("shares", shares, korean)
      .Formula(formula + shares, formula + korean)
      .From(lowest->place)
      .From(own.score->place)
      .From(other_place)
      .Settle(kSettle)
      .Do(kDo);
}

void LossVsGeneration(const Context& context, Sink& sink) {
  const auto pairs = PairsOf(context.run);
  if (pairs.empty() || (pairs.size() < 2 && context.study.runs.size() < 2)) {
    sink.NotEvaluated(kNeedsPairs);
    return;
  }
  WithinRun(context, pairs, sink);
  AcrossRuns(context, pairs, sink);
}

constexpr Text kCrossTokenizer = {
    "losses of {models} are per token of different vocabularies: ranking them says nothing",
    "{models}의 손실은 서로 다른 어휘의 토큰당 값: 순위를 매겨도 의미가 없음"};
constexpr Text kCrossDo = {"compare bits per UTF-8 byte of the target: loss * tokens / (ln 2 * bytes)",
                           "목표 문장의 UTF-8 바이트당 비트로 비교: loss * 토큰 / (ln 2 * 바이트)"};
constexpr Text kCrossNeeds = {"needs two runs of different models with eval_loss",
                              "eval_loss가 있는 서로 다른 모델의 실행 두 개 필요"};

void CrossTokenizer(const Context& context, Sink& sink) {
  std::vector<std::string> families;
  std::string models;
  for (const Evidence& run : context.study.runs) {
    const std::string family = FamilyOf(run);
    if (family.empty() || PairsOf(run).empty()) continue;
    models += (models.empty() ? "" : ", ") + run.name;
    if (std::ranges::find(families, family) == families.end()) families.push_back(family);
  }
  if (families.size() < 2) {
    sink.NotEvaluated(kCrossNeeds);
    return;
  }
  const Reading* lowest = LowestLoss(context);
  if (lowest == nullptr) return;  // said once, at the run that would win
  sink.Add(Verdict::kDefect, Severity::kMinor, 0.7, kCrossTokenizer)
      .With("models", models)
      .Formula(std::to_string(families.size()) + " model families")
      .From(lowest->place)
      .Do(kCrossDo);
}

constexpr Text kNoise = {
    "R1 {r1}, R2 {r2}, RL {rl} between {first} and {last}: with n = {n} one mean has a standard "
    "error of {low} to {high}, so no direction is shown{claim}",
    "{first}와(과) {last} 사이 R1 {r1}, R2 {r2}, RL {rl}: n = {n}이면 평균 하나의 표준오차가 {low}~{high}이므로 "
    "방향을 말할 수 없음{claim}"};
constexpr Text kNoiseDo = {"compare with a paired bootstrap over per-row scores, seed fixed",
                           "행별 점수의 짝지은 부트스트랩(시드 고정)으로 비교할 것"};
constexpr Text kNoiseNeeds = {"needs two evaluations with ROUGE and the number of rows",
                              "ROUGE가 있는 평가 두 번과 행 수 필요"};

std::string Change(const Point& a, const Point& b, const char* name) {
  const Reading* x = a.Find(name);
  const Reading* y = b.Find(name);
  if (x == nullptr || y == nullptr) return "?";
  const double change = y->value.value - x->value.value;
  return (change < 0 ? "" : "+") + FixedText(change, 4);
}

void DeltaWithinNoise(const Context& context, Sink& sink) {
  if (JudgePairedScores(context, sink)) return;
  const auto pairs = PairsOf(context.run);
  const auto rows = RowsEvaluated(context.run);
  const auto error = SmallestStandardError(context.run);
  if (pairs.size() < 2 || !rows || !error || pairs.front().r1 == nullptr || pairs.back().r1 == nullptr) {
    sink.NotEvaluated(kNoiseNeeds);
    return;
  }
  const EvalPair& a = pairs.front();
  const EvalPair& b = pairs.back();
  const double unit = RougeUnit(*a.r1);
  const double change = (b.r1->value.value - a.r1->value.value) / unit;
  const double high = *error * kLargeDeviation / kSmallDeviation;
  if (std::abs(change) > *error || change == 0) return;
  const auto claims = context.run.ClaimsOf("overfitting");
  const double loss_change = b.loss->value.value / a.loss->value.value - 1;
  const bool refuted = !claims.empty() && loss_change < 0;
  Finding& finding =
      sink.Add(refuted ? Verdict::kSymptom : Verdict::kNote,
               refuted ? Severity::kMinor : Severity::kInfo, 0.8, kNoise)
          .With("r1", Change(*a.point, *b.point, "eval_rouge1"))
          .With("r2", Change(*a.point, *b.point, "eval_rouge2"))
          .With("rl", Change(*a.point, *b.point, "eval_rougeL"))
          .Words("first", EpochText(*a.point))
          .Words("last", EpochText(*b.point))
          .With("n", Show(*rows))
          .With("low", FixedText(*error, 4))
          .With("high", FixedText(high, 4))
          .With("claim",
                refuted ? "; the claimed over-fitting is unsupported, eval_loss fell " +
                              Percent(-loss_change)
                        : "",
                refuted ? "; 주장된 과적합은 근거 없음, eval_loss는 " + Percent(-loss_change) + " 감소"
                        : "")
          .Formula("0.15 / sqrt(" + Show(*rows) + ") = " + FixedText(*error, 4) + "; eval_loss (" +
                   a.loss->value.text + " - " + b.loss->value.text + ") / " + a.loss->value.text +
                   " = " + Percent(-loss_change))
          .From(a.r1->place)
          .From(b.r1->place)
          .Do(kNoiseDo);
  for (const Claim* claim : claims) finding.From(claim->place);
}

}  // namespace

Rule MetLossVsGenerationRule() {
  Rule rule;
  rule.id = "met-loss-vs-generation";
  rule.title = {"the loss improves where the generated text does not", "손실은 좋아지는데 생성 결과는 아님"};
  rule.explanation = {
      "Within a run: eval_loss falls by more than 3 % and the score by more than 2 % (0.3 when R1's "
      "change is below its standard error). Across runs: the best loss has less than half of "
      "another's score.",
      "한 실행 안에서 eval_loss가 3 % 넘게, 점수가 2 % 넘게 감소 (R1 변화가 표준오차 미만이면 0.3). 실행 간: "
      "최저 손실의 점수가 다른 실행의 절반 미만."};
  rule.sources = {"arithmetic"};
  rule.evaluate = LossVsGeneration;
  return rule;
}

Rule MetCrossTokenizerLossRule() {
  Rule rule;
  rule.id = "met-cross-tokenizer-loss";
  rule.severity = Severity::kMinor;
  rule.title = {"per-token losses of different vocabularies are compared",
                "서로 다른 어휘의 토큰당 손실을 비교"};
  rule.explanation = {"A study compares losses of runs from different model families.",
                      "서로 다른 모델 계열의 손실을 비교하는 경우."};
  rule.sources = {"ggml-org/llama.cpp#7111", "thinking-machines-lab/tinker-cookbook#823",
                  "facebookresearch/metaseq#325"};
  rule.evaluate = CrossTokenizer;
  return rule;
}

Rule MetDeltaWithinNoiseRule() {
  Rule rule;
  rule.id = "met-delta-within-noise";
  rule.severity = Severity::kMinor;
  rule.title = {"a difference smaller than its sampling error", "표본 오차보다 작은 차이"};
  rule.explanation = {
      "R1 of the first and last evaluation differs by less than 0.15/sqrt(n), the standard error of "
      "one mean at the smallest usual deviation. A note, unless prose reads over-fitting into it.",
      "첫 평가와 마지막 평가의 R1 차이가 0.15/sqrt(n) 미만. 글이 과적합으로 해석하지 않는 한 참고."};
  rule.sources = {"huggingface/evaluate#186", "lmarena/arena-hard-auto#8"};
  rule.evaluate = DeltaWithinNoise;
  return rule;
}

}  // namespace plumbline::audit
