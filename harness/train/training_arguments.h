// What the training loop is told: HuggingFace's TrainingArguments as a plain struct, and the plan that follows.
// Filled by harness/run from the resolved configuration; the loop reads nothing else.
#ifndef PLUMBLINE_HARNESS_TRAIN_TRAINING_ARGUMENTS_H_
#define PLUMBLINE_HARNESS_TRAIN_TRAINING_ARGUMENTS_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/json.h"

namespace plumbline::train {

enum class LossNormalization {
  // Sum over the whole optimizer step divided by its token count, whatever the accumulation. Right.
  kTokens,
  // transformers' Trainer with BART, T5 and mT5: the means of the micro-batches are added up, so loss and gradients
  // are N times too large under N-fold accumulation. Only encoder-decoders without label smoothing show it; everything
  // else is trained as under kTokens, as there.
  kHfSeq2SeqBug,
};

// Of matrix products; weights, moments and updates are fp32 always.
enum class ComputeType { kFloat32, kBFloat16, kFloat16 };

// "float32", "bfloat16", "float16".
std::string_view NameOf(ComputeType type);

// Errors: kUsage for a text that is neither `tokens` nor `hf_seq2seq_bug`.
LossNormalization LossNormalizationFrom(const std::string& text);

struct TrainingArguments;

// What the loss of a step really is under these arguments: the micro-batches' means added up, or
// one mean over all tokens.
LossNormalization NormalizationInForce(const TrainingArguments& arguments, bool is_encoder_decoder);

// "tokens", "hf_seq2seq_bug".
std::string NameOf(LossNormalization normalization);

// Defaults are transformers' but for those named. Steps are optimizer steps.
struct TrainingArguments {
  int64_t per_device_train_batch_size = 8;
  int64_t gradient_accumulation_steps = 1;
  double learning_rate = 5e-5;
  double num_train_epochs = 3.0;
  int64_t max_steps = -1;  // > 0 wins over epochs
  int64_t warmup_steps = 0;
  double warmup_ratio = 0.0;
  std::string lr_scheduler_type = "linear";
  double weight_decay = 0.0;
  double adam_beta1 = 0.9;
  double adam_beta2 = 0.999;
  double adam_epsilon = 1e-8;
  double max_grad_norm = 1.0;  // 0: no clipping
  double label_smoothing_factor = 0.0;
  LossNormalization loss_normalization = LossNormalization::kTokens;

  int64_t logging_steps = 10;
  std::optional<int64_t> eval_steps;  // none: at the end of each epoch
  std::optional<int64_t> save_steps;  // none: at the end of each epoch
  std::optional<int64_t> save_total_limit;
  std::optional<int64_t> early_stopping_patience;  // evaluations without improvement
  bool load_best_model_at_end = false;
  std::string metric_for_best_model = "loss";  // with or without eval_; smaller is better when it ends in `loss`

  uint64_t seed = 42;
  bool shuffle = true;
  bool group_by_length = false;
  int64_t threads = 0;  // 0: what the library chooses
  int64_t world_size = 1;  // processes; per_device_train_batch_size is of each
  bool deterministic = true;
  ComputeType compute_type = ComputeType::kFloat32;  // kFloat16 scales the loss (grad_scaler.h)
  bool gradient_checkpointing = false;
  // Optimizer steps that may be thrown away for a NaN or infinity before training ends as kNumeric. None: 0; in fp16,
  // where the loss scale is found by overflowing, any number but GradScaler::kMaxSkipsInARow in a row.
  std::optional<int64_t> max_nonfinite_steps;
  // Operators, FLOPs and allocations are counted; never while something is timed.
  bool count_work = true;

  std::filesystem::path output_dir;  // empty: no checkpoint is ever written
  std::filesystem::path resume_from;  // a checkpoint-N directory; empty: from the start
  Json resolved_config;               // copied into every checkpoint; null: none
};

// Rows of one micro-batch over all processes.
int64_t RowsPerMicroBatch(const TrainingArguments& arguments);

// Errors: kUsage naming the key: a count below 1, an unknown schedule, a rate that is no number, saving that cannot
// keep the best checkpoint (load_best_model_at_end needs save_steps a multiple of eval_steps, or both unset).
void RequireValid(const TrainingArguments& arguments);

// metric_for_best_model with its eval_ in front.
std::string BestMetricKey(const TrainingArguments& arguments);

// transformers' arithmetic. Source: transformers 5.23, Trainer.set_initial_training_values.
struct TrainingPlan {
  int64_t micro_batches_per_epoch = 0;
  int64_t steps_per_epoch = 0;  // a remainder of micro-batches is one more step
  int64_t max_steps = 0;
  int64_t num_train_epochs = 0;  // rounded up
  double num_train_samples = 0;  // for the samples a second of the whole schedule
};

// `micro_batches_per_step` is what the loop really gathers.
TrainingPlan PlanOf(const TrainingArguments& arguments, int64_t num_rows, int64_t micro_batches_per_step);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_TRAINING_ARGUMENTS_H_
