// What the tests of the parity ladder do in the same way, whatever is trained: logits compared item by item, windows of
// micro-batches, optimizer steps and their comparison. Legend: M target tokens of all rows, V vocabulary.
#ifndef PLUMBLINE_TESTS_PARITY_LADDER_RUNGS_H_
#define PLUMBLINE_TESTS_PARITY_LADDER_RUNGS_H_

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/train/optimizer.h"
#include "harness/train/schedule.h"
#include "models/model.h"

namespace plumbline::testing {

// Expects the rows of every item of `batch` within `tolerance` of wanted(item). Returns the largest difference.
double ExpectItemsNear(const std::string& name, const at::Tensor& found_MV, const models::PackedBatch& batch,
                       const std::function<at::Tensor(int64_t)>& wanted, double tolerance);

// The schedule of goldens' "training".
train::Schedule ScheduleOf(const Json& training);

struct StepResult {
  double loss = 0;                // mean over the step's target tokens
  double norm = 0;                // of all gradients, before clipping
  std::optional<int64_t> tokens;  // none where the goldens keep none
};

// The golden steps of "training".
std::vector<StepResult> StepsOf(const Json& training);

// One step over a window, the loss divided by the target tokens of the whole window.
StepResult RunStep(models::Model& model, train::AdamW& optimizer, const std::vector<models::PackedBatch>& window,
                   double learning_rate, double clip, double smoothing = 0);

// As many steps as "training" has, with its settings.
std::vector<StepResult> RunSteps(models::Model& model, train::AdamW& optimizer, const Json& training,
                                 const std::function<models::PackedBatch(const Json&)>& pack);

// Expects as many steps, each loss and norm within its relative tolerance, and the same tokens; prints the worst loss.
void ExpectStepsNear(const std::vector<StepResult>& found, const std::vector<StepResult>& wanted, double loss_tolerance,
                     double norm_tolerance);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_PARITY_LADDER_RUNGS_H_
