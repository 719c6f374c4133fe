// opt-lr-wrong-step-rate: the schedule is of another length than the run.
#include <algorithm>
#include <optional>

#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kWrongRate = {
    "the schedule spans {length} steps, the run has {steps}: {factor} times, as if it were stepped "
    "per {unit}",
    "스케줄은 {length}스텝, 실행은 {steps}스텝: {factor}배로, {unit}마다 진행된 것과 같음"};
constexpr Text kWrongSettle = {"count scheduler steps and optimizer steps in the loop",
                               "루프에서 스케줄러 스텝과 옵티마이저 스텝을 세기"};
constexpr Text kWrongDo = {"step the scheduler once per optimizer step, and plan it over optimizer "
                           "steps",
                           "옵티마이저 스텝마다 한 번 스케줄러를 진행하고 옵티마이저 스텝 수로 계획할 것"};
constexpr Text kWrongNeeds = {"needs a decaying linear or cosine schedule with steps and max_steps",
                              "스텝과 max_steps가 있는 선형 또는 코사인 감소 스케줄 필요"};

constexpr Text kOver = {
    "the {schedule} schedule is over at step {end} of {steps}: {what}; it was planned for fewer steps "
    "than were run",
    "{schedule} 스케줄이 {steps}스텝 중 {end}스텝에서 끝남: {what}; 실제보다 적은 스텝으로 계획됨"};

// A linear or cosine schedule that came to its end, where the rate stays at zero (linear) or rises
// again (cosine goes on), well before the run did.
void OverEarly(const Context& context, const std::string& schedule, Sink& sink) {
  constexpr double kNothing = 1e-3;  // of the peak
  constexpr double kRise = 0.01;
  constexpr double kLate = 0.95;  // of the run
  const Evidence& run = context.run;
  double peak = 0;
  double half_ulp = 1;  // of the finest printed rate: "0.0" of the same column means no more than that
  const Reading* lowest = nullptr;
  int64_t at = 0;
  bool rises = false;
  for (size_t i = 0; i < run.log.size(); ++i) {
    const Reading* rate = run.log[i].Find("learning_rate");
    if (rate == nullptr || !rate->value.Finite() || !context.timeline.log_steps[i]) continue;
    const double value = rate->value.value;
    half_ulp = std::min(half_ulp, rate->value.half_ulp);
    if (lowest == nullptr && value >= peak) {
      peak = value;
    } else if (lowest == nullptr || value < lowest->value.value) {
      lowest = rate;
      at = *context.timeline.log_steps[i];
    } else if (value > lowest->value.value + kRise * peak) {
      rises = true;
    }
  }
  const auto planned = static_cast<double>(*context.timeline.planned_steps);
  const double reached = static_cast<double>(context.timeline.executed_steps.value_or(0));
  if (lowest == nullptr || static_cast<double>(at) >= kLate * std::min(planned, reached)) return;
  // Below what a line to the end of the run would still have there.
  const double line = (peak - half_ulp) * (planned - static_cast<double>(at)) / planned;
  const bool nothing = lowest->value.value <= kNothing * peak && lowest->value.value + half_ulp < line;
  if (!(schedule == "cosine" ? rises : nothing && !rises)) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kOver)
      .With("schedule", schedule, schedule == "cosine" ? "코사인" : "선형")
      .With("end", std::to_string(at))
      .With("steps", Show(planned))
      .With("what", rises ? "the rate rises again behind it" : "the rest is trained with a rate of 0",
            rises ? "그 뒤로 학습률이 다시 상승" : "나머지는 학습률 0으로 학습")
      .Formula("rate " + lowest->value.text + " at step " + std::to_string(at) + " of " + Show(planned))
      .From(lowest->place)
      .Settle(kWrongSettle)
      .Do(kWrongDo);
}

// Where the line through two decaying points reaches zero.
std::optional<Interval> ScheduleEnd(const Context& context) {
  const Evidence& run = context.run;
  std::vector<size_t> falling;
  double largest = 0;
  for (size_t i = 0; i < run.log.size(); ++i) {
    const Reading* rate = run.log[i].Find("learning_rate");
    if (rate == nullptr || !rate->value.Finite() || !context.timeline.log_steps[i]) continue;
    if (rate->value.value >= largest) {
      largest = rate->value.value;
      falling.clear();
    } else if (rate->value.value > 0) {
      falling.push_back(i);
    } else {
      break;  // the schedule has ended before
    }
  }
  if (falling.size() < 2) return std::nullopt;
  const size_t first = falling.front();
  const size_t last = falling.back();
  const Interval high = run.log[first].Find("learning_rate")->value.Printed();
  const Interval low = run.log[last].Find("learning_rate")->value.Printed();
  const auto a = static_cast<double>(*context.timeline.log_steps[first]);
  const auto b = static_cast<double>(*context.timeline.log_steps[last]);
  const Interval end = ExactInterval(b) + low * ExactInterval(b - a) / (high - low);
  return end.Empty() ? std::nullopt : std::optional(end);
}

// A linear schedule as long as a known unit of work would make it.
bool AnotherUnit(const Context& context, const Interval& end, Sink& sink) {
  const auto planned = static_cast<double>(*context.timeline.planned_steps);
  const double accumulation =
      context.run.Number("training.gradient_accumulation_steps").value_or(1);
  const double world = context.run.Number("training.world_size").value_or(1);
  // Loggers print the rate before the step or behind it: the line ends one step apart.
  const Interval ratio = MakeInterval(end.low - 1, end.high) / ExactInterval(planned);
  constexpr double kTolerance = 0.02;
  if (Widen(ratio, kTolerance).Contains(1)) return false;  // it may be the run's own length
  struct Candidate {
    double factor;
    const char* unit;
    const char* korean;
  };
  for (const Candidate& candidate :
       {Candidate{1 / accumulation, "micro-batch", "마이크로 배치"},
        Candidate{accumulation, "row of an update", "갱신의 행"}, Candidate{1 / world, "process", "프로세스"},
        Candidate{world, "process", "프로세스"}}) {
    if (candidate.factor == 1 || !Widen(ratio, kTolerance * candidate.factor).Contains(candidate.factor)) {
      continue;
    }
    sink.Add(Verdict::kContradiction, Severity::kMajor, 0.95, kWrongRate)
        .With("length", Show(end.Middle(), 5))
        .With("steps", Show(planned))
        .With("factor", Show(candidate.factor, 3))
        .With("unit", candidate.unit, candidate.korean)
        .Formula(Show(end.Middle()) + " / " + Show(planned) + " = " + ShowInterval(ratio))
        .From(context.run.log.front().place)
        .Settle(kWrongSettle)
        .Do(kWrongDo);
    return true;
  }
  return false;
}

void WrongStepRate(const Context& context, Sink& sink) {
  const Setting* type = context.run.Effective("training.lr_scheduler_type");
  const std::string schedule = type == nullptr ? "linear" : type->text;
  const bool rated = Series(context.run.log, "learning_rate").size() >= 3;
  const auto end = schedule == "linear" ? ScheduleEnd(context) : std::nullopt;
  if (!context.timeline.planned_steps || !rated || (!end && schedule != "cosine")) {
    sink.NotEvaluated(kWrongNeeds);
    return;
  }
  if (end && AnotherUnit(context, *end, sink)) return;
  OverEarly(context, schedule, sink);
}

}  // namespace

Rule OptLrWrongStepRateRule() {
  Rule rule;
  rule.id = "opt-lr-wrong-step-rate";
  rule.severity = Severity::kMajor;
  rule.title = {"the schedule is of another length than the run, as if stepped per micro-batch or process",
                "스케줄의 길이가 실행과 다름: 마이크로 배치나 프로세스마다 진행된 것과 같음"};
  rule.explanation = {
      "The line through the decaying rates reaches zero at 1/accumulation, 1/processes, "
      "accumulation or processes times the planned steps (2 %); or a linear schedule stays at 0, a "
      "cosine one rises again, before 95 % of the run.",
      "감소하는 학습률 직선이 계획된 스텝의 1/누적, 1/프로세스, 누적 또는 프로세스 배에서 0에 도달 (2 %); 또는 실행의 95 % "
      "이전에 선형 스케줄이 0에 머물거나 코사인 스케줄이 다시 상승."};
  rule.sources = {"huggingface/accelerate#999",      "huggingface/accelerate#1382",
                  "huggingface/accelerate#1187",     "huggingface/transformers#24088",
                  "Lightricks/LTX-Video-Trainer#67", "huggingface/diffusers#2632"};
  rule.evaluate = WrongStepRate;
  return rule;
}

}  // namespace plumbline::audit
