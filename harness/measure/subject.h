// The model a speed measurement runs on: a checkpoint, or its shape alone with random weights.
// Called by the verb `bench` and by tests/perf.
#ifndef PLUMBLINE_HARNESS_MEASURE_SUBJECT_H_
#define PLUMBLINE_HARNESS_MEASURE_SUBJECT_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "harness/base/json.h"
#include "harness/measure/inputs.h"
#include "models/model.h"

namespace plumbline::measure {

struct Subject {
  std::unique_ptr<models::Model> model;
  bool random_weights = false;  // there was a config.json and no weights
};

// `path`: a directory with config.json (weights beside it or not), or a config.json itself.
// Errors: kModel.
Subject LoadSubject(const std::filesystem::path& path, uint64_t seed, const at::Device& device);

// Whether `path` is a directory that holds safetensors.
bool HasWeights(const std::filesystem::path& path);

// Vocabulary, special ids and end of the model that a config.json describes, for MakeInputs.
// Errors: kModel when it has no vocab_size.
void DescribeVocabulary(const Json& config, InputOptions& options);

}  // namespace plumbline::measure

#endif  // PLUMBLINE_HARNESS_MEASURE_SUBJECT_H_
