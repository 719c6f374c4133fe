// met-baseline-unverified: a run is compared with a number that nobody measured, or that the
// authors' own figures contradict.
#include "harness/audit/known_scores.h"
#include "harness/audit/phrase.h"
#include "harness/audit/report_text.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kContradicted = {
    "the expected {type} of {claimed} contradicts {what}, {known}; the gap of this run ({own}) to it "
    "is {gap} points, not the claimed {claimed_gap}, and only indicative (another scorer)",
    "기대값 {type} {claimed}은(는) {what} {known}와(과) 모순; 이 실행({own})과의 차이는 {gap}점이며 주장된 "
    "{claimed_gap}점이 아님 (다른 채점기이므로 참고 수준)"};
constexpr Text kGuess = {
    "the estimate of {claimed} for {base} stands against {known} of {what} ({ratio} times): another "
    "scorer, other data, or a guess",
    "{base}의 추정치 {claimed}은(는) {what} {known}와(과) 맞지 않음 ({ratio}배): 다른 채점기, 다른 데이터, 또는 "
    "짐작"};
constexpr Text kProfile = {
    "this run's profile (RL/R1 {rl}, R2/R1 {r2}) is word-like, that of {what} is not (RL/R1 "
    "{their_rl}, R2/R1 {their_r2}): another scorer, so the scores are not comparable",
    "이 실행의 분포(RL/R1 {rl}, R2/R1 {r2})는 단어 단위에 가깝지만 {what}의 분포(RL/R1 {their_rl}, R2/R1 "
    "{their_r2})는 그렇지 않음: 채점기가 다르므로 점수를 서로 비교할 수 없음"};
constexpr Text kUnverified = {
    "the compared {type} of {claimed} names no data set, split, scorer and row count",
    "비교 대상 {type} {claimed}에 데이터셋·분할·채점기·행 수가 없음"};
constexpr Text kShare = {
    "Korean is {known} of XL-Sum's rows ({korean} / {all}), not {claimed}",
    "한국어는 XL-Sum 행의 {known} ({korean} / {all})이며 {claimed}이(가) 아님"};
constexpr Text kDo = {"measure the baseline with the same data, split and scorer",
                      "같은 데이터·분할·채점기로 기준을 직접 측정할 것"};
constexpr Text kNeeds = {"needs a baseline that a report compares with", "보고서가 비교하는 기준값 필요"};

struct Type {
  const char* name;
  const char* expected;
  const char* estimated;
  const char* eval;
};

constexpr Type kTypes[] = {{"ROUGE-1", "expected_rouge1", "estimated_rouge1", "eval_rouge1"},
                           {"ROUGE-2", "expected_rouge2", "estimated_rouge2", "eval_rouge2"},
                           {"ROUGE-L", "expected_rougeL", "estimated_rougeL", "eval_rougeL"}};

double KnownOf(const KnownScores& known, const Type& type) {
  if (type.eval == std::string_view("eval_rouge1")) return known.rouge1;
  return type.eval == std::string_view("eval_rouge2") ? known.rouge2 : known.rougel;
}

const KnownScores* Known(const std::string& name) {
  for (const KnownScores& known : kKnownScores) {
    if (Lowered(name).find(known.word) != std::string::npos) return &known;
  }
  return nullptr;
}

const Reading* Best(const Evidence& run, const char* name) {
  const Reading* best = nullptr;
  for (const Point& point : run.evaluations) {
    const Reading* reading = point.Find(name);
    if (reading == nullptr || !reading->value.Finite()) continue;
    if (best == nullptr || reading->value.value > best->value.value) best = reading;
  }
  return best;
}

bool Expected(const Context& context, const Type& type, Sink& sink) {
  bool any = false;
  const KnownScores* known = Known(context.run.model);
  const Reading* own = Best(context.run, type.eval);
  for (const Claim* claim : context.run.ClaimsOf(type.expected)) {
    any = true;
    if (known == nullptr || own == nullptr) {
      sink.Add(Verdict::kNote, Severity::kMinor, 0.85, kUnverified)
          .With("type", type.name)
          .With("claimed", claim->text)
          .From(claim->place)
          .Do(kDo);
      continue;
    }
    const double value = KnownOf(*known, type);
    if (claim->value.Contains(value)) continue;
    const std::string shown = FixedText(100 * value, 2);
    const std::string difference = "; " + shown + " - " + FixedText(100 * own->value.value, 2) + " = " +
                                   FixedText(100 * (value - own->value.value), 1);
    const Interval gap = (claim->value - own->value.Exact()) * ExactInterval(100);
    Finding& finding =
        sink.Add(Verdict::kContradiction, Severity::kMajor, 0.9, kContradicted)
            .With("type", type.name)
            .With("claimed", claim->text)
            .With("what", std::string(known->what), std::string(known->what_korean))
            .With("known", shown)
            .With("own", FixedText(100 * own->value.value, 2))
            .With("gap", FixedText(100 * (value - own->value.value), 1))
            .With("claimed_gap", FixedText(gap.low, 0) + "-" + FixedText(gap.high, 0))
            .Formula(shown + " outside " + claim->text + difference, shown + " 범위 밖: " + claim->text + difference)
            .From(claim->place)
            .From(own->place)
            .Do(kDo);
    finding.sources.emplace_back(known->source);
  }
  return any;
}

// Scores of words: RL well below R1, R2 far below. The known ones were scored another way.
void Profile(const KnownScores& known, const Reading& r1, const Reading& r2, const Reading& rl,
             Sink& sink) {
  constexpr double kWordLikeR2 = 0.5;
  const double own = r2.value.value / r1.value.value;
  const double theirs = known.rouge2 / known.rouge1;
  if (own >= kWordLikeR2 || theirs < kWordLikeR2) return;
  const std::string own_rl = FixedText(rl.value.value / r1.value.value, 3);
  sink.Add(Verdict::kNote, Severity::kInfo, 0.6, kProfile)
      .With("rl", own_rl)
      .With("r2", FixedText(own, 3))
      .With("what", std::string(known.what), std::string(known.what_korean))
      .With("their_rl", FixedText(known.rougel / known.rouge1, 3))
      .With("their_r2", FixedText(theirs, 3))
      .Formula("RL/R1 = " + own_rl + "; R2/R1 = " + FixedText(own, 3))
      .From(r1.place)
      .From(r2.place)
      .From(rl.place)
      .Do(kDo);
}

bool Estimated(const Context& context, const Type& type, Sink& sink) {
  bool any = false;
  const Reading* r1 = Best(context.run, "eval_rouge1");
  const Reading* r2 = Best(context.run, "eval_rouge2");
  const Reading* rl = Best(context.run, "eval_rougeL");
  for (const Claim* claim : context.run.ClaimsOf(type.estimated)) {
    any = true;
    const KnownScores* known = Known(claim->base);
    const bool first = type.estimated == std::string_view("estimated_rouge1");
    if (known == nullptr || r1 == nullptr || r2 == nullptr || rl == nullptr || !first) {
      sink.Add(Verdict::kNote, Severity::kMinor, 0.85, kUnverified)
          .With("type", type.name)
          .With("claimed", claim->text + " (" + claim->base + ")")
          .From(claim->place)
          .Do(kDo);
      continue;
    }
    const double value = KnownOf(*known, type);
    if (claim->value.Contains(value)) continue;
    sink.Add(Verdict::kSymptom, Severity::kMinor, 0.85, kGuess)
        .With("claimed", claim->text)
        .With("base", claim->base)
        .With("known", FixedText(100 * value, 2))
        .With("what", std::string(known->what), std::string(known->what_korean))
        .With("ratio", Show(value / claim->value.Middle(), 2))
        .Formula(FixedText(100 * value, 2) + " / " + FixedText(100 * claim->value.Middle(), 0) + " = " +
                 Show(value / claim->value.Middle(), 2))
        .From(claim->place)
        .Do(kDo);
    Profile(*known, *r1, *r2, *rl, sink);
  }
  return any;
}

void Evaluate(const Context& context, Sink& sink) {
  bool any = false;
  for (const Type& type : kTypes) {
    any = Expected(context, type, sink) || any;
    any = Estimated(context, type, sink) || any;
  }
  const bool xlsum = Lowered(context.run.model).find("xlsum") != std::string::npos;
  for (const Claim* claim : context.run.ClaimsOf("language_share")) {
    any = true;
    const double share = kXlSumKoreanRows / kXlSumAllRows;
    if (!xlsum || claim->value.Contains(share)) continue;
    sink.Add(Verdict::kContradiction, Severity::kMinor, 0.7, kShare)
        .With("known", Percent(share, 2))
        .With("korean", Show(kXlSumKoreanRows))
        .With("all", "1.35 M")
        .With("claimed", claim->text)
        .Formula("5507 / 1.35 M = " + Percent(share, 2))
        .From(claim->place);
  }
  if (!any) sink.NotEvaluated(kNeeds);
}

}  // namespace

Rule MetBaselineUnverifiedRule() {
  Rule rule;
  rule.id = "met-baseline-unverified";
  rule.title = {"the compared number is an estimate, or another language, split or scorer",
                "비교 대상이 추정치이거나 다른 언어·분할·채점기"};
  rule.explanation = {
      "A baseline without data set, split, scorer and row count is m; one that the authors' own "
      "figures contradict is M.",
      "데이터셋·분할·채점기·행 수가 없는 기준은 m, 저자의 수치와 모순되면 M."};
  rule.sources = {"csebuetnlp/xl-sum README (Korean 23.6745 / 11.4478 / 22.3619)",
                  "csebuetnlp/xl-sum#15", "mjpost/sacrebleu#194"};
  rule.evaluate = Evaluate;
  return rule;
}

}  // namespace plumbline::audit
