#include "harness/audit/summary_rates.h"

#include <cmath>

#include "harness/audit/duration.h"
#include "harness/audit/korean_particles.h"
#include "harness/audit/phrase.h"
#include "harness/audit/summary_times.h"

namespace plumbline::audit {
namespace {

constexpr double kRounded = 0.02;  // people round figures they retell

constexpr Text kRate = {"the claimed {claimed} samples/s is not what the log prints: {printed}",
                        "주장된 초당 {claimed} 샘플은 기록과 다름: {printed}"};
constexpr Text kSeen = {
    "the claimed {claimed} samples do not fit the run: {printed} samples/s for {runtime} s are {seen}",
    "주장된 {claimed}개 샘플은 실행과 맞지 않음: 초당 {printed} 샘플, {runtime}초면 {seen}"};
constexpr Text kShare = {"evaluation is claimed to take {claimed} of the time; it took {actual}",
                         "평가가 시간의 {claimed}(이)라는 주장과 달리 실제로는 {actual}"};
constexpr Text kReduced = {"the loss reduction of {claimed} %{span} is {actual} %",
                           "{span}손실 감소 {claimed} %은(는) 실제로 {actual} %"};
constexpr Text kFaster = {"\"{claimed}\" faster than {before} is {actual} times",
                          "{before} 대비 \"{claimed}\" 빨라졌다는 것은 실제로 {actual}배"};
constexpr Text kSteps = {
    "the claimed {claimed} steps do not fit the run: {printed} steps/s for {runtime} s are {steps}",
    "주장된 {claimed} 스텝은 실행과 맞지 않음: 초당 {printed} 스텝, {runtime}초면 {steps}"};

Interval Loosely(const Interval& value) { return Widen(value, kRounded * std::abs(value.Middle())); }

std::string TextOf(const Reading* reading) { return reading == nullptr ? "?" : reading->value.text; }

void Rates(const Context& context, Sink& sink) {
  const Reading* printed = context.run.Final("train_samples_per_second");
  if (printed == nullptr) return;
  for (const Claim* claim : context.run.ClaimsOf("samples_per_second")) {
    // Training alone is a rate too.
    const auto train_s = TrainOnlySeconds(context.run);
    const Interval alone = train_s ? context.timeline.rows_seen / ExactInterval(*train_s) : kEmptyInterval;
    if (!Disjoint(Loosely(claim->value), printed->value.Printed()) ||
        (!alone.Empty() && !Disjoint(Loosely(claim->value), alone))) {
      continue;
    }
    SayWrong(sink, kRate, 0.97, claim->place)
        .With("claimed", claim->text)
        .With("printed", printed->value.text)
        .FormulaAsItIs(claim->text + " != " + printed->value.text)
        .From(printed->place);
  }
}

void RowsSeen(const Context& context, Sink& sink) {
  const Interval seen = context.timeline.rows_seen;
  if (seen.Empty()) return;
  for (const Claim* claim : context.run.ClaimsOf("samples_seen")) {
    const auto& rows = context.timeline.rows_per_epoch;
    const bool epoch = rows && claim->value.Contains(static_cast<double>(*rows));
    if (epoch || !Disjoint(Loosely(claim->value), seen)) continue;
    SayWrong(sink, kSeen, 0.97, claim->place)
        .With("claimed", claim->text)
        .With("printed", TextOf(context.run.Final("train_samples_per_second")))
        .With("runtime", TextOf(context.run.Final("train_runtime")))
        .With("seen", Show(seen.Middle(), 6))
        .Formula("samples/s * s = " + ShowInterval(seen, 6))
        .From(context.run.Final("train_runtime")->place);
  }
}

void Shares(const Context& context, Sink& sink) {
  const Reading* runtime = context.run.Final("train_runtime");
  const auto times = Series(context.run.evaluations, "eval_runtime");
  if (runtime == nullptr || times.empty() || EvaluationsInRuntime(context.run) == 0) return;
  const Interval share = PrintedSum(times) / runtime->value.Printed();
  for (const Claim* claim : context.run.ClaimsOf("eval_share")) {
    if (share.Empty() || !Disjoint(Widen(claim->value, kRounded), share)) continue;
    SayWrong(sink, kShare, 0.97, claim->place)
        .With("claimed", claim->text)
        .With("actual", Percent(share.Middle()))
        .Formula(FixedText(SumOf(times), 2) + " / " + runtime->value.text + " = " + Percent(share.Middle()))
        .From(runtime->place);
  }
}

// What a reduction goes from and to.
struct Fall {
  Interval from, to;
  std::string from_text, to_text;
  bool own = false;  // two figures of its own sentence; else the report's initial and final loss
  Place place;
};

std::optional<Fall> FallOf(const Evidence& run, const Claim& claim) {
  if (claim.base.empty()) {
    const auto first = run.ClaimsOf("loss_initial");
    const auto last = run.ClaimsOf("loss_final");
    if (first.empty() || last.empty()) return std::nullopt;
    return Fall{first[0]->value, last[0]->value, first[0]->text, last[0]->text, false, first[0]->place};
  }
  const size_t space = claim.base.find(' ');
  if (space == std::string::npos) return std::nullopt;
  const auto from = ParseDecimal(claim.base.substr(0, space));
  const auto to = ParseDecimal(claim.base.substr(space + 1));
  if (!from || !to) return std::nullopt;
  return Fall{from->Printed(), to->Printed(), from->text, to->text, true, claim.place};
}

void Reductions(const Context& context, Sink& sink) {
  for (const Claim* claim : context.run.ClaimsOf("reduction_percent")) {
    const auto fall = FallOf(context.run, *claim);
    if (!fall) continue;
    const Interval actual = (fall->from - fall->to) / fall->from * ExactInterval(100);
    if (actual.Empty() || !Disjoint(claim->value, actual)) continue;
    const double off = std::abs(claim->value.Middle() - actual.Middle());
    SayWrong(sink, kReduced, fall->own ? 0.97 : 0.99, claim->place,
             off > 1 ? Severity::kMinor : Severity::kInfo)
        .With("claimed", claim->text)
        .With("span", fall->own ? " from " + fall->from_text + " to " + fall->to_text : "",
              fall->own ? WithParticles(fall->from_text + "에서 " + fall->to_text + "(으)로의 ") : "")
        .With("actual", FixedText(actual.Middle(), 1))
        .Formula("(" + fall->from_text + " - " + fall->to_text + ") / " + fall->from_text + " = " +
                 ShowInterval(actual) + " %")
        .From(fall->place);
  }
}

void SpeedUps(const Context& context, Sink& sink) {
  constexpr double kMinorFrom = 0.1;  // people round to whole multiples
  const Reading* runtime = context.run.Final("train_runtime");
  if (runtime == nullptr || !(runtime->value.value > 0)) return;
  for (const Claim* claim : context.run.ClaimsOf("speed_up")) {
    const auto before = FindDuration(claim->base, 0);
    if (!before) continue;
    const Interval actual = before->Meant() / runtime->value.Printed();
    if (actual.Empty() || actual.Contains(1) || !Disjoint(claim->value, actual)) continue;
    const double off = std::abs(claim->value.Middle() / actual.Middle() - 1);
    SayWrong(sink, kFaster, 0.97, claim->place, off > kMinorFrom ? Severity::kMinor : Severity::kInfo)
        .With("claimed", claim->text)
        .With("before", claim->base)
        .With("actual", Show(before->seconds / runtime->value.value, 3))
        .Formula(Show(before->seconds, 7) + " / " + runtime->value.text + " = " +
                 Show(before->seconds / runtime->value.value, 3))
        .From(runtime->place);
  }
}

// Steps in all where the trace leaves a few plans open.
void StepsByRates(const Context& context, Sink& sink) {
  const Interval steps = context.timeline.steps_by_rates;
  if (context.timeline.planned_steps || steps.Empty()) return;
  for (const Claim* claim : context.run.ClaimsOf("steps_total")) {
    if (!Disjoint(claim->value, steps)) continue;
    SayWrong(sink, kSteps, 0.97, claim->place)
        .With("claimed", claim->text)
        .With("printed", TextOf(context.run.Final("train_steps_per_second")))
        .With("runtime", TextOf(context.run.Final("train_runtime")))
        .With("steps", ShowInterval(steps, 4))
        .Formula("steps/s * s = " + ShowInterval(steps))
        .From(context.run.Final("train_runtime")->place);
  }
}

}  // namespace

void CheckSummaryRates(const Context& context, Sink& sink) {
  Rates(context, sink);
  RowsSeen(context, sink);
  Shares(context, sink);
  Reductions(context, sink);
  SpeedUps(context, sink);
  StepsByRates(context, sink);
}

}  // namespace plumbline::audit
