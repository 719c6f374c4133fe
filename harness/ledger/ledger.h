// The work ledger: what was declared before the first step beside what the loop counted itself
// (ledger.json). Filled by plan.h and counter.h, judged by identities.h; knows nothing of tensors,
// baselines or verdicts.
#ifndef PLUMBLINE_HARNESS_LEDGER_LEDGER_H_
#define PLUMBLINE_HARNESS_LEDGER_LEDGER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::ledger {

// A count nobody declared or measured; identities about it do not apply.
inline constexpr int64_t kUnknown = -1;

// The intended learning rate, transformers' formulas (see LearningRateAt).
struct Schedule {
  std::string type = "linear";  // linear, cosine, constant, constant_with_warmup
  double peak = 0;
  int64_t warmup_steps = 0;
  int64_t total_steps = 0;  // of the whole intended training, in optimizer steps
};

// Planned work: from the configuration, the manifest and the data sizes, before the first step.
struct Declared {
  int64_t train_rows = 0;  // rows of one epoch
  int64_t per_device_train_batch_size = 0;
  int64_t world_size = 1;  // processes, each with such a batch
  int64_t gradient_accumulation_steps = 0;
  double num_train_epochs = 0;   // as configured, may be fractional; unused when max_steps > 0
  int64_t max_steps = kUnknown;  // > 0: wins over epochs
  int64_t micro_batches_per_epoch = 0;  // ceil(rows / batch)
  int64_t steps_per_epoch = 0;          // ceil(micro-batches / accumulation)
  int64_t optimizer_steps = 0;
  Schedule schedule;
  int64_t source_tokens_per_epoch = kUnknown;
  int64_t target_tokens_per_epoch = kUnknown;
  int64_t trainable_parameters = kUnknown;
  int64_t total_parameters = kUnknown;
  std::vector<std::string> adapter_modules;  // expected names, sorted; empty without an adapter
  std::vector<std::string> layers_without_adapter;  // of an adapter that is on others, in their order
  std::map<std::string, std::string>
      data_digests;              // role (train, validation, test) -> SHA-256 of the manifest
  std::string tokenizer_digest;  // empty: none declared
  std::string compute_dtype;     // of matrix products: float32, bfloat16 or float16; empty: none
  // What a step's loss is meant to be: `tokens`, the mean over all its tokens, or `hf_seq2seq_bug`,
  // the sum of its micro-batches' means. Empty: not declared.
  std::string loss_normalization;
};

// Why the loop ended.
enum class Ending { kUnfinished, kCompleted, kEarlyStopping, kInterrupted };

// Done work: counted by the loop, never copied from the configuration.
struct Observed {
  Ending ending = Ending::kUnfinished;
  int64_t micro_batches = 0;
  int64_t examples = 0;
  int64_t source_tokens = 0;  // real tokens, without padding
  int64_t target_tokens = 0;
  int64_t padding_tokens = 0;
  int64_t processed_tokens = 0;  // ids handed to the model, all kinds
  int64_t backward_calls = 0;
  int64_t optimizer_steps = 0;
  int64_t skipped_steps = 0;  // optimizer steps the loss scaler threw away
  int64_t scheduler_steps = 0;
  std::vector<double> learning_rates;      // in force at each optimizer step
  int64_t micro_batches_per_step_min = 0;  // backward calls that fed one optimizer step
  int64_t micro_batches_per_step_max = 0;
  int64_t pending_micro_batches = 0;  // backward calls since the last optimizer step
  // Sum over the micro-batches of one optimizer step of tokens / what their loss was divided by: 1
  // where the loss is the mean over the step's tokens. Least and largest of all steps.
  double loss_weight_min = kUnknown;
  double loss_weight_max = kUnknown;
  int64_t nonfinite_losses = 0;
  int64_t nonfinite_gradient_norms = 0;
  int64_t first_nonfinite_step = kUnknown;  // the first optimizer step thrown away, from 1
  std::string first_nonfinite_place;        // what was not finite in it, parameter or rows by name
  int64_t trainable_parameters = kUnknown;
  int64_t total_parameters = kUnknown;
  std::vector<std::string> adapter_modules;             // sorted
  std::map<std::string, int64_t> parameter_dtypes;      // dtype -> elements
  std::map<std::string, int64_t> operator_calls;        // "aten::mm" -> calls
  std::map<std::string, int64_t> operator_shape_calls;  // "aten::mm [64x256,256x256]" -> calls
  int64_t allocation_count = kUnknown;
  int64_t allocation_bytes = kUnknown;
  int64_t peak_bytes = kUnknown;
  int64_t flops = kUnknown;                         // forward and backward
  int64_t uncounted_steps = 0;  // whose operators, allocations and FLOPs died with a process
  std::map<std::string, int64_t> product_dtypes;    // dtype -> matrix products in it
  std::vector<std::string> notes;                   // what a reader must know, in order
  std::map<std::string, std::string> data_digests;  // of the bytes really read
  std::string tokenizer_digest;
  std::string checkpoint_digest;        // of the weights training started from
  std::vector<std::string> taken_rows;  // ids of the rows of one epoch, in file order
  std::string example_order_digest;     // chained over every example as it was trained
};

struct Ledger {
  Declared declared;
  Observed observed;
};

std::string ToText(Ending ending);

// ledger.json and back: {"schema": {...}, "declared": {...}, "observed": {...}}. FromJson: kData
// when a field is missing or of the wrong type, naming it. Learning rates are hex floats: exact.
Json ToJson(const Declared& declared);
Json ToJson(const Observed& observed);
Json ToJson(const Ledger& ledger);
Declared DeclaredFromJson(const Json& json);
Observed ObservedFromJson(const Json& json);
Ledger LedgerFromJson(const Json& json);

}  // namespace plumbline::ledger

#endif  // PLUMBLINE_HARNESS_LEDGER_LEDGER_H_
