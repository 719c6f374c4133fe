// opt-joint-change-point: loss and step time jump at the same place.
#include <cmath>

#include "harness/audit/phrase.h"
#include "harness/audit/make_rule.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kJoint = {
    "loss {loss} and step time {time} jump together between steps {a} and {b}: the order, the length "
    "or the mode of the data changed",
    "{a}~{b}스텝에서 손실 {loss}와(과) 스텝 시간 {time}이(가) 함께 변함: 데이터의 순서·길이·방식이 바뀜"};
constexpr Text kJointNeeds = {
    "needs timestamps at every logging step: points printed further apart than the cadence hide "
    "where a jump is",
    "모든 로깅 스텝의 시각 필요: 간격보다 멀리 떨어진 지점은 변화 위치를 가림"};

void JointChange(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const Timeline& timeline = context.timeline;
  int64_t cadence = 0;
  bool timed = run.log.size() >= 4;
  for (size_t i = 0; i < run.log.size(); ++i) {
    timed = timed && run.log[i].clock_s && timeline.log_steps[i];
    if (!timed) break;
    const int64_t before = i == 0 ? 0 : *timeline.log_steps[i - 1];
    const int64_t gap = *timeline.log_steps[i] - before;
    if (i > 0 && gap != cadence) timed = false;
    cadence = gap;
  }
  if (!timed) {
    sink.NotEvaluated(kJointNeeds);
    return;
  }
  const auto times = StepTimes(run, timeline);
  for (size_t i = 1; i + 1 < run.log.size() && i < times.size(); ++i) {
    const Reading* a = run.log[i].Find("loss");
    const Reading* b = run.log[i + 1].Find("loss");
    if (a == nullptr || b == nullptr || !(a->value.value > 0)) continue;
    const double loss = b->value.value / a->value.value - 1;
    const double time = times[i] / times[i - 1] - 1;
    // Steps shorter than a second are coarser than the printed clock.
    if (loss > -0.3 || std::abs(time) < 0.2 || times[i] * static_cast<double>(cadence) < 20) continue;
    sink.Add(Verdict::kSymptom, Severity::kMinor, 0.6, kJoint)
        .With("loss", Percent(loss))
        .With("time", Percent(time))
        .With("a", std::to_string(*timeline.log_steps[i]))
        .With("b", std::to_string(*timeline.log_steps[i + 1]))
        .Formula(a->value.text + " -> " + b->value.text + "; " + Show(times[i - 1], 3) + " s -> " +
                 Show(times[i], 3) + " s")
        .From(a->place)
        .From(b->place);
  }
}

}  // namespace

Rule OptJointChangePointRule() {
  return MakeRule("opt-joint-change-point", Severity::kMinor,
              {"loss and step time jump at the same place", "손실과 스텝 시간이 같은 곳에서 변함"},
              {"Neighbouring log points: loss falls by more than 30 % and step time changes by more "
               "than 20 %. Needs every point of the logging cadence.",
               "이웃 지점에서 손실이 30 % 넘게, 스텝 시간이 20 % 넘게 변함. 모든 로깅 지점이 필요."},
              {"arithmetic"}, JointChange);
}

}  // namespace plumbline::audit
