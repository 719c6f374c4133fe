// One small model of each family with dropout everywhere, and rows for it.
#ifndef PLUMBLINE_TESTS_ENGINE_PRECISION_FAMILIES_H_
#define PLUMBLINE_TESTS_ENGINE_PRECISION_FAMILIES_H_

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/model.h"

namespace plumbline::testing {

inline constexpr const char* kFamilies[] = {"bart", "t5", "mt5", "llama", "qwen3"};

struct FamilyOptions {
  double dropout = 0.1;
  int64_t layers = 2;
  int64_t width = 16;
};

// Fresh weights of a fixed seed; every rate of dropout is `dropout`.
std::unique_ptr<models::Model> FreshModel(const std::string& family, const FamilyOptions& options);

// `items` rows of about `length` tokens a side.
models::PackedBatch RowsFor(const models::Model& model, int64_t items, int64_t length);

// Loss and gradients by name of one training step; generators start from one seed.
struct StepValues {
  double loss = 0;
  std::map<std::string, at::Tensor> gradients;
  double next_draw = 0;  // of the default generator afterwards
};
StepValues RunStep(models::Model& model, const models::PackedBatch& batch,
                   at::ScalarType compute = at::kFloat);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_ENGINE_PRECISION_FAMILIES_H_
