// One measured fact: the single word shared by the half that measures and the half that judges
// (observations.json). Filled by harness/run and harness/eval; knows nothing of baselines or
// verdicts. Values keep full precision.
#ifndef PLUMBLINE_HARNESS_CHECK_OBSERVATION_H_
#define PLUMBLINE_HARNESS_CHECK_OBSERVATION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::check {

// How a metric may be compared; chosen where it is measured, and part of its identity.
enum class MetricClass {
  kD0,  // exact everywhere: digests, planned and done work, parameter counts
  kD1,  // bitwise within one numeric key: losses, norms, predictions
  kD2,  // the same series bounded across keys, by its envelope
  kN1,  // noisy by the machine: throughput, durations
  kN2,  // noisy by the seed
  kC,   // ceiling: may not exceed the baseline's largest by more than a quantum
};

// Which way is better; kNone: any change counts the same.
enum class Direction { kHigher, kLower, kNone };

using Value = std::variant<int64_t, double, std::string>;

// D2: |candidate - baseline| <= relative(step) x max(|baseline|, floor), where
// relative(step) = min(cap, start x 2^(step / doubling_steps)); doubling_steps 0 keeps it at start.
struct Envelope {
  double start = 0;
  double doubling_steps = 0;
  double cap = 0;
  double floor = 0;
};

// Name and class together name a metric: train.loss as D1 and as D2 are two.
struct Observation {
  std::string name;  // printable ASCII without blanks, quotes, '\\' and '=', e.g. eval.rouge1.f1
  MetricClass metric_class = MetricClass::kD0;
  std::string unit = "1";
  Direction direction = Direction::kNone;
  std::vector<Value>
      values;          // raw, in order, all of one alternative; a series by step or repetition
  Envelope envelope;   // D2 only
  double quantum = 0;  // C only, in the unit
};

enum class RunStatus { kComplete, kFailed, kInterrupted };

// observations.json. `status` is kComplete only when everything meant to be measured was;
// `problems` are reasons why nothing here may be judged (throttled, another process on the device,
// ...): any one makes the verdict INVALID.
struct ObservationSet {
  std::string suite;
  RunStatus status = RunStatus::kFailed;
  std::vector<std::string> problems;
  std::vector<Observation> observations;
};

std::string ToText(MetricClass metric_class);  // "D0"
std::string ToText(Direction direction);       // "higher", "lower", "any"
std::string ToText(RunStatus status);          // "complete"
// Errors: kData with the nearest known name.
MetricClass MetricClassFromText(std::string_view text);
Direction DirectionFromText(std::string_view text);

// "integer", "real" or "text": the alternative that the values hold.
std::string TypeName(const Observation& observation);

// Copy of a D1 series as the D2 metric of the same name.
Observation BoundedTwin(const Observation& series, const Envelope& envelope);

// True when the value is a real number that is NaN or infinite.
bool IsNonFinite(const Value& value);

// Empty when the observation can be judged, else the reason: a malformed name, no values, mixed
// kinds, a value that is not finite, a reading of text for a noisy class, an envelope or quantum
// that is NaN, negative or absent.
std::string DefectOf(const Observation& observation);

// Real values of every class are hex floats in text ("0x1.8p+1"), whole numbers are JSON integers;
// "type" says which.
Json ToJson(const Observation& observation);
Json ToJson(const ObservationSet& set);
// Errors: kData naming the metric and field; a (name, class) that appears twice is refused.
Observation ObservationFromJson(const Json& json);
ObservationSet ObservationSetFromJson(const Json& json);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_OBSERVATION_H_
