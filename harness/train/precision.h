// Which number type the matrix products of training run in, from what the configuration declares
// and what the device is good at. Called by harness/run; knows no configuration and no tensor.
//
// As transformers' Trainer does with fp16=True or bf16=True, weights, moments and updates stay
// fp32 and products run in the half type. Evaluation runs in fp32.
#ifndef PLUMBLINE_HARNESS_TRAIN_PRECISION_H_
#define PLUMBLINE_HARNESS_TRAIN_PRECISION_H_

#include <string>
#include <string_view>

#include "harness/train/training_arguments.h"

namespace plumbline::train {

struct Hardware {
  bool is_cpu = true;
  bool has_fast_bfloat16 = false;  // instructions of its own for products of that type
};

// Of this machine. `is_cpu` false: every accelerator this LibTorch can use counts as fast.
Hardware HardwareOf(bool is_cpu);

struct Precision {
  ComputeType declared = ComputeType::kFloat32;
  ComputeType used = ComputeType::kFloat32;
  std::string note;  // why they differ, or what to expect; may be empty
};

// bf16 products on a CPU without instructions for them are up to hundreds of times slower than
// fp32 ones: they run in fp32, with a note. fp16 runs as declared everywhere: whoever asks for it
// wants to see its overflows.
Precision ChoosePrecision(ComputeType declared, const Hardware& hardware);

// T5's activations leave fp16's range: published checkpoints overflow in the feed-forward part.
// Errors: kUsage for fp16 with a `model_type` of that family unless `allow_t5_fp16`.
void RequireRange(ComputeType declared, std::string_view model_type, bool allow_t5_fp16);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_PRECISION_H_
