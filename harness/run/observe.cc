#include "harness/run/observe.h"

#include <utility>

#include "harness/base/sha256.h"

namespace plumbline::run {
namespace {

using check::Direction;
using check::MetricClass;
using check::Observation;

// Bounds across machines: three times the largest divergence seen between LibTorch's instruction-set levels and
// thread counts on the fixed suite (the figures are in baselines/README.md).
constexpr check::Envelope kLossEnvelope = {.start = 1e-4, .doubling_steps = 12, .cap = 0.15, .floor = 0.1};
constexpr check::Envelope kEvalLossEnvelope = {.start = 0.05, .doubling_steps = 0, .cap = 0.05, .floor = 0.1};
constexpr check::Envelope kScoreEnvelope = {.start = 0.2, .doubling_steps = 0, .cap = 0.2, .floor = 0.3};

std::vector<check::Value> ValuesOf(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

Observation Exact(std::string name, std::string unit, Direction direction, std::vector<check::Value> values) {
  Observation observation;
  observation.name = std::move(name);
  observation.metric_class = MetricClass::kD1;
  observation.unit = std::move(unit);
  observation.direction = direction;
  observation.values = std::move(values);
  return observation;
}

void AddBoth(std::vector<Observation>& all, Observation exact, const check::Envelope& envelope) {
  all.push_back(check::BoundedTwin(exact, envelope));
  all.push_back(std::move(exact));
}

std::string ScoreName(const std::string& prefix, const std::string& tokenizer, int type) {
  return prefix + "." + tokenizer + "." + std::string(eval::RougeTypeName(static_cast<eval::RougeType>(type))) +
         ".f1";
}

Observation Score(const std::string& prefix, const std::string& tokenizer, int type, const eval::RougeReport& report) {
  const double f1 = report.types[static_cast<size_t>(type)].mean.f1;
  return Exact(ScoreName(prefix, tokenizer, type), "F1", Direction::kHigher, {f1});
}

Observation Noisy(std::string name, std::string unit, Direction direction, const std::vector<double>& values) {
  Observation observation = Exact(std::move(name), std::move(unit), direction, ValuesOf(values));
  observation.metric_class = MetricClass::kN1;
  return observation;
}

void AddRates(std::vector<Observation>& all, const std::string& prefix, const Rates& rates) {
  all.push_back(Noisy(prefix + ".samples_per_s", "samples/s", Direction::kHigher, rates.samples));
  all.push_back(Noisy(prefix + ".tokens_per_s", "tokens/s", Direction::kHigher, rates.tokens));
  all.push_back(Noisy(prefix + ".padded_tokens_per_s", "tokens/s", Direction::kHigher, rates.padded_tokens));
}

// Everything a prediction is: ids and text, row by row.
std::string PredictionDigest(const EvaluationResult& result) {
  Sha256 digest;
  for (size_t i = 0; i < result.outputs.size(); ++i) {
    for (const int64_t id : result.outputs[i].ids) digest.Update(std::to_string(id) + " ");
    digest.Update(result.predictions.empty() ? "\n" : result.predictions[i] + "\n");
  }
  return digest.HexDigest();
}

}  // namespace

std::vector<Observation> TrainingObservations(const train::TrainResult& result) {
  std::vector<Observation> all;
  AddBoth(all, Exact("train.loss", "nats/token", Direction::kLower, ValuesOf(result.step_losses)), kLossEnvelope);
  all.push_back(Exact("train.grad_norm", "1", Direction::kNone, ValuesOf(result.gradient_norms)));
  return all;
}

std::vector<Observation> EvaluationObservations(const std::string& prefix, const EvaluationResult& result) {
  std::vector<Observation> all;
  AddBoth(all, Exact(prefix + ".loss", "nats/token", Direction::kLower, {result.loss}), kEvalLossEnvelope);
  all.push_back(Exact(prefix + ".predictions", "sha256", Direction::kNone, {PredictionDigest(result)}));
  all.push_back(Exact(prefix + ".gen_len", "tokens", Direction::kNone, {result.mean_generated_tokens}));
  for (const auto& [tokenizer, report] : result.rouge) {
    for (int type = 0; type < eval::kNumRougeTypes; ++type) {
      AddBoth(all, Score(prefix, tokenizer, type, report), kScoreEnvelope);
    }
  }
  if (result.slots) {
    const double accuracy = result.slots->overall.Accuracy();
    AddBoth(all, Exact(prefix + ".slot_accuracy", "share", Direction::kHigher, {accuracy}), kScoreEnvelope);
  }
  return all;
}

std::vector<Observation> TrivialObservations(const std::string& name, const RougeReports& reports,
                                             const std::optional<data::korean::SlotAccuracy>& slots) {
  std::vector<Observation> all;
  for (const auto& [tokenizer, report] : reports) {
    for (int type = 0; type < eval::kNumRougeTypes; ++type) {
      Observation score = Score(name, tokenizer, type, report);
      score.metric_class = MetricClass::kD0;
      score.direction = Direction::kNone;
      all.push_back(std::move(score));
    }
  }
  if (slots) {
    Observation accuracy = Exact(name + ".slot_accuracy", "share", Direction::kNone, {slots->overall.Accuracy()});
    accuracy.metric_class = MetricClass::kD0;
    all.push_back(std::move(accuracy));
  }
  return all;
}

std::vector<Observation> SpeedObservations(const Throughput& throughput, const measure::MachineLimits& limits,
                                           const std::vector<double>& load_s) {
  std::vector<Observation> all;
  AddRates(all, "speed.train", throughput.train);
  AddRates(all, "speed.generate", throughput.generate);
  all.push_back(Noisy("speed.load_s", "s", Direction::kLower, load_s));
  all.push_back(Noisy("machine.sgemm", "Gflop/s", Direction::kHigher, limits.sgemm_gflop_per_s));
  all.push_back(Noisy("machine.read", "GB/s", Direction::kHigher, limits.read_gb_per_s));
  return all;
}

}  // namespace plumbline::run
