// What evaluation time and generation settings say: gen-eval-time-unstable, gen-runaway-length
// (without lengths), gen-eval-loss-missing, gen-config-inherited.
#include <algorithm>

#include "harness/audit/known_scores.h"
#include "harness/audit/phrase.h"
#include "harness/audit/report_text.h"
#include "harness/audit/make_rule.h"
#include "harness/audit/rule.h"
#include "harness/audit/text_branches.h"

namespace plumbline::audit {
namespace {

constexpr double kUnstable = 1.5;
constexpr double kVeryUnstable = 3;
constexpr double kRunawaySeconds = 30;  // shorter evaluations vary by start-up alone
constexpr double kShortSeconds = 5;

constexpr Text kUnstableText = {
    "the same model on the same set took {low} s and {high} s: {ratio} times{steps}{score}",
    "같은 모델, 같은 집합의 평가 시간이 {low}초와 {high}초: {ratio}배{steps}{score}"};
constexpr Text kRunaway = {
    "generation time rose from {a} to {b} s a sample between evaluations: fits outputs that run to "
    "the cap after the end token is unlearned (tok-pad-equals-eos-masked), a cache switched off "
    "(gen-cache-off) or contention{stable}; the score cannot tell them apart, as added Hangul is "
    "invisible to an ASCII scorer{cap}",
    "평가 사이에 생성 시간이 샘플당 {a}초에서 {b}초로 증가: 종료 토큰을 잊어 길이 한도까지 생성 "
    "(tok-pad-equals-eos-masked), 캐시 꺼짐 (gen-cache-off), 또는 자원 경합{stable}; 추가된 한글은 ASCII "
    "채점기에 보이지 않아 점수로는 구별 불가{cap}"};
constexpr Text kTimeSettle = {"log eval_gen_len and the share of outputs at the cap",
                              "eval_gen_len과 한도에 닿은 출력 비율을 기록"};
constexpr Text kTimeDo = {"do not compare run times that hold such an evaluation; keep pad and EOS "
                          "apart, and use_cache on for evaluation",
                          "이런 평가가 포함된 실행 시간은 비교하지 말 것; pad와 EOS를 분리하고 평가 시 use_cache를 "
                          "켤 것"};
constexpr Text kTimeNeeds = {"needs two evaluations with eval_runtime", "eval_runtime이 있는 평가 두 번 필요"};

struct Slowest {
  Reading low;
  Reading high;
  double ratio = 0;
  double surely = 0;   // the least ratio that the printed digits allow
  bool rises = false;  // the slow one comes later
};

std::optional<Slowest> SlowestOf(const Evidence& run) {
  const auto times = Series(run.evaluations, "eval_runtime");
  if (times.size() < 2) return std::nullopt;
  const auto by_value = [](const Reading& a, const Reading& b) {
    return a.value.value < b.value.value;
  };
  const auto [low, high] = std::minmax_element(times.begin(), times.end(), by_value);
  if (!(low->value.value > 0)) return std::nullopt;
  const Interval ratio = high->value.Printed() / low->value.Printed();
  return Slowest{*low, *high, high->value.value / low->value.value, ratio.Empty() ? 0 : ratio.low,
                 high > low};
}

std::string Change(const Evidence& run) {
  const auto r1 = Series(run.evaluations, "eval_rouge1");
  if (r1.size() < 2 || !(r1.front().value.value > 0)) return "";
  const double change = r1.back().value.value / r1.front().value.value - 1;
  return (change < 0 ? "" : "+") + Percent(change);
}

void TimeUnstable(const Context& context, Sink& sink) {
  const auto found = SlowestOf(context.run);
  if (!found) {
    sink.NotEvaluated(kTimeNeeds);
    return;
  }
  if (found->surely <= kUnstable || found->high.value.value < kShortSeconds) return;
  auto times = StepTimes(context.run, context.timeline);
  std::string steps;
  std::string steps_korean;
  if (times.size() >= 2) {
    const auto [low, high] = std::ranges::minmax_element(times);
    if (*high / *low < kUnstable) {
      steps = " while a training step takes " + Show(*low, 3) + " to " + Show(*high, 3) + " s";
      steps_korean = ", 학습 스텝은 " + Show(*low, 3) + "~" + Show(*high, 3) + "초로 안정";
    }
  }
  const std::string change = Change(context.run);
  const bool severe = found->surely > kVeryUnstable && found->high.value.value >= kRunawaySeconds;
  sink.Add(Verdict::kContradiction, severe ? Severity::kBlocker : Severity::kMajor, 0.97,
           kUnstableText)
      .With("low", found->low.value.text)
      .With("high", found->high.value.text)
      .With("ratio", Show(found->ratio, 3))
      .With("steps", steps, steps_korean)
      .With("score", change.empty() ? "" : "; R1 moves " + change,
            change.empty() ? "" : "; R1 변화 " + change)
      .Formula(found->high.value.text + " / " + found->low.value.text + " = " + Show(found->ratio, 3))
      .From(found->low.place)
      .From(found->high.place)
      .Settle(kTimeSettle)
      .Do(kTimeDo);
}

// Training was timed after the slow evaluation began.
bool TimedAfter(const Evidence& run, const Reading& slow) {
  for (const Point& point : run.evaluations) {
    const Reading* runtime = point.Find("eval_runtime");
    if (runtime == nullptr || runtime->value.value != slow.value.value || !point.clock_s) continue;
    for (const Point& step : run.log) {
      if (step.clock_s && *step.clock_s > *point.clock_s) return true;
    }
  }
  return false;
}

void Runaway(const Context& context, Sink& sink) {
  if (JudgeOutputLengths(context, sink)) return;
  const auto found = SlowestOf(context.run);
  const auto rows = RowsEvaluated(context.run);
  if (!found || !rows || !(*rows > 0)) {
    sink.NotEvaluated(kTimeNeeds);
    return;
  }
  const bool lengths = !Series(context.run.evaluations, "eval_gen_len").empty();
  if (found->ratio <= kVeryUnstable || !found->rises || lengths ||
      found->high.value.value < kRunawaySeconds) {
    return;
  }
  std::string cap;
  std::string cap_korean;
  for (const Claim* claim : context.run.ClaimsOf("max_generation_length")) {
    const double most = claim->value.Middle() / found->ratio;
    cap = "; if the cap was the claimed " + claim->text + ", the fast one averaged at most " +
          Show(most, 3) + " tokens";
    cap_korean = "; 한도가 주장된 " + claim->text + "이라면 빠른 평가의 평균은 최대 " + Show(most, 3) + " 토큰";
  }
  const bool after = TimedAfter(context.run, found->high);
  Finding& finding =
      sink.Add(Verdict::kSymptom, Severity::kMajor, 0.5, kRunaway)
          .With("a", Show(found->low.value.value / *rows, 3))
          .With("b", Show(found->high.value.value / *rows, 3))
          .With("stable", after ? "" : " (no training step was timed after the slow evaluation began)",
                after ? "" : " (느린 평가 이후 시간이 기록된 학습 스텝 없음)")
          .With("cap", cap, cap_korean)
          .Formula(found->low.value.text + " / " + Show(*rows) + "; " + found->high.value.text + " / " +
                   Show(*rows))
          .From(found->low.place)
          .From(found->high.place)
          .Settle(kTimeSettle)
          .Do(kTimeDo);
  for (const Claim* claim : context.run.ClaimsOf("max_generation_length")) finding.From(claim->place);
}

constexpr Text kLossMissing = {
    "evaluations carry no eval_loss while training logs a loss: the labels do not reach the model "
    "in evaluation, and best-model logic runs on nothing",
    "학습은 손실을 기록하지만 평가에는 eval_loss가 없음: 평가에서 레이블이 모델에 전달되지 않으며 최적 모델 선택이 "
    "근거 없이 동작"};
constexpr Text kLossDo = {"pass label_names, or keep the labels argument visible in the wrapped model",
                          "label_names를 지정하거나 감싼 모델에서 labels 인자가 보이게 할 것"};
constexpr Text kLossNeeds = {"needs evaluations and training losses", "평가와 학습 손실 필요"};

void LossMissing(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  if (run.evaluations.empty() || Series(run.log, "loss").empty()) {
    sink.NotEvaluated(kLossNeeds);
    return;
  }
  if (!Series(run.evaluations, "eval_loss").empty()) return;
  // NaN losses are there; another rule speaks of them.
  for (const Point& point : run.evaluations) {
    if (point.Find("eval_loss") != nullptr) return;
  }
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kLossMissing)
      .Formula(std::to_string(run.evaluations.size()) + " evaluations, 0 with eval_loss")
      .From(run.evaluations.front().place)
      .Do(kLossDo);
}

constexpr Text kDefaultsClaim = {
    "the checkpoint's generation defaults decide the score ({length} tokens, {beams} beams, no "
    "repeated {ngram}-gram): nobody chose them for this data",
    "체크포인트의 생성 기본값이 점수를 결정함 ({length} 토큰, 빔 {beams}, {ngram}-그램 반복 금지): 이 데이터에 "
    "맞춰 고른 값이 아님"};
constexpr Text kInherited = {
    "{key} = {value} comes from the checkpoint's {file}; nobody set it for this run",
    "{key} = {value}은(는) 체크포인트의 {file}에서 옴; 이 실행을 위해 설정된 값이 아님"};
constexpr Text kSampling = {
    "do_sample is true in {file} and nobody turned it off: a scored evaluation draws at random",
    "{file}의 do_sample이 true이며 아무도 끄지 않음: 채점되는 평가가 무작위로 생성됨"};
constexpr Text kInheritedDo = {"set the generation values explicitly", "생성 값을 명시적으로 설정할 것"};
constexpr Text kInheritedNeeds = {"needs generation_config.json beside the run's settings",
                                  "실행 설정과 generation_config.json 필요"};

void ClaimedDefaults(const Context& context, Sink& sink) {
  for (const Claim* claim : context.run.ClaimsOf("generation_defaults")) {
    for (const KnownGeneration& known : kKnownGeneration) {
      if (Lowered(context.run.model).find(known.word) == std::string::npos) continue;
      Finding& finding = sink.Add(Verdict::kNote, Severity::kMinor, 0.6, kDefaultsClaim)
                             .With("length", std::to_string(known.max_length))
                             .With("beams", std::to_string(known.num_beams))
                             .With("ngram", std::to_string(known.no_repeat_ngram_size))
                             .From(claim->place)
                             .Do(kInheritedDo);
      finding.sources.emplace_back(known.source);
    }
  }
}

void Inherited(const Context& context, Sink& sink) {
  ClaimedDefaults(context, sink);
  const Json& generation = context.run.documents.generation_config;
  const bool scored = !Series(context.run.evaluations, "eval_rouge1").empty() ||
                      !context.run.files.predictions.empty();
  if (!generation.is_object() || !scored) {
    if (sink.findings().empty()) sink.NotEvaluated(kInheritedNeeds);
    return;
  }
  // Our own runs resolve every key, with its origin.
  if (context.run.Find("generation.num_beams", Layer::kResolved) != nullptr) return;
  for (const char* key : {"num_beams", "max_length", "max_new_tokens", "no_repeat_ngram_size",
                          "length_penalty", "min_length"}) {
    if (!generation.contains(key) || generation[key].is_null()) continue;
    if (context.run.Effective(std::string("generation.") + key) != nullptr) continue;
    sink.Add(Verdict::kNote, Severity::kInfo, 0.9, kInherited)
        .With("key", key)
        .With("value", generation[key].dump())
        .With("file", "generation_config.json")
        .From({"generation_config.json", key, 0})
        .Do(kInheritedDo);
  }
  if (generation.value("do_sample", Json(false)) == true &&
      context.run.Effective("generation.do_sample") == nullptr) {
    sink.Add(Verdict::kDefect, Severity::kMajor, 0.85, kSampling)
        .With("file", "generation_config.json")
        .Formula("do_sample = true")
        .From({"generation_config.json", "do_sample", 0})
        .Do(kInheritedDo);
  }
}

}  // namespace

Rule GenEvalTimeUnstableRule() {
  return MakeRule("gen-eval-time-unstable", Severity::kBlocker,
              {"the same evaluation takes very different times", "같은 평가의 시간이 크게 다름"},
              {"max/min eval_runtime above 1.5 is M, above 3 is B (30 s or more); evaluations below "
               "5 s are left out. Contention and longer outputs look alike without lengths.",
               "eval_runtime의 최대/최소가 1.5 초과면 M, 3 초과면 B (30초 이상); 5초 미만 평가는 제외. 길이 없이는 "
               "경합과 긴 출력을 구별할 수 없음."},
              {"arithmetic"}, TimeUnstable);
}

Rule GenRunawayLengthRule() {
  return MakeRule("gen-runaway-length", Severity::kMajor,
              {"generation runs to the length cap", "생성이 길이 한도까지 이어짐"},
              {"Without lengths: seconds a sample rise more than threefold between evaluations of "
               "one run. Contention and a cache switched off are the rivals.",
               "길이 기록이 없을 때: 한 실행의 평가 사이 샘플당 시간이 세 배 넘게 증가. 경합과 꺼진 캐시가 경쟁 가설."},
              {"huggingface/trl#734", "huggingface/trl#976", "huggingface/transformers#48154"},
              Runaway);
}

Rule GenEvalLossMissingRule() {
  return MakeRule("gen-eval-loss-missing", Severity::kMajor,
              {"evaluation returns no loss", "평가가 손실을 반환하지 않음"},
              {"No evaluation has an eval_loss although training logs losses.",
               "학습은 손실을 기록하지만 어떤 평가에도 eval_loss가 없음."},
              {"huggingface/transformers#33420", "huggingface/transformers#38130",
               "huggingface/peft#1120", "huggingface/peft#1881"},
              LossMissing);
}

Rule GenConfigInheritedRule() {
  return MakeRule("gen-config-inherited", Severity::kMajor,
              {"generation values that nobody set decide the score",
               "아무도 설정하지 않은 생성 값이 점수를 결정함"},
              {"A value of generation_config.json that the run's settings do not name is a note; "
               "sampling in a scored evaluation is M.",
               "실행 설정에 없는 generation_config.json의 값은 참고; 채점되는 평가의 샘플링은 M."},
              {"huggingface/transformers#36215", "huggingface/transformers#20911",
               "huggingface/transformers#13339", "huggingface/transformers#22323",
               "huggingface/transformers#41074", "huggingface/lighteval#559"},
              Inherited);
}

}  // namespace plumbline::audit
