// What a run measured, as observations: training series, evaluation scores, trivial summaries, speeds.
#ifndef PLUMBLINE_HARNESS_RUN_OBSERVE_H_
#define PLUMBLINE_HARNESS_RUN_OBSERVE_H_

#include <optional>
#include <string>
#include <vector>

#include "harness/check/observation.h"
#include "harness/measure/machine_limits.h"
#include "harness/run/evaluation.h"
#include "harness/run/throughput.h"
#include "harness/train/trainer.h"

namespace plumbline::run {

// train.loss, bitwise and bounded across machines; train.grad_norm, bitwise.
std::vector<check::Observation> TrainingObservations(const train::TrainResult& result);

// PREFIX.loss, PREFIX.TOKENIZER.rouge1.f1 ..., PREFIX.slot_accuracy, PREFIX.gen_len, PREFIX.predictions (digest).
// `prefix` is "eval" after training and "base" before it.
std::vector<check::Observation> EvaluationObservations(const std::string& prefix, const EvaluationResult& result);

// NAME.TOKENIZER.rouge1.f1 of predictions that no model made: exact everywhere.
std::vector<check::Observation> TrivialObservations(const std::string& name, const RougeReports& reports,
                                                    const std::optional<data::korean::SlotAccuracy>& slots);

// train.samples_per_s, generate.tokens_per_s, machine.sgemm ...: raw repetitions, advisory off their key.
std::vector<check::Observation> SpeedObservations(const Throughput& throughput, const measure::MachineLimits& limits,
                                                  const std::vector<double>& load_s);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_OBSERVE_H_
