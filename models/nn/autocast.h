// Mixed precision as transformers' Trainer has it with fp16 or bf16: weights stay fp32, matrix
// products and attention run in a half type, sums and norms in fp32. LibTorch's autocast does it
// for its own operators; the custom functions of models/nn ask here. Called by the training loop
// around forward passes; backward passes run outside and follow the types of the forward pass.
#ifndef PLUMBLINE_MODELS_NN_AUTOCAST_H_
#define PLUMBLINE_MODELS_NN_AUTOCAST_H_

#include <ATen/core/Tensor.h>

#include <optional>

namespace plumbline::nn {

// While it lives, products of this thread on `device` run in `type` (bf16 or fp16; fp32 or none:
// autocast is off). Guards nest; the last one clears the cache of cast weights.
class Autocast {
 public:
  Autocast(const at::Device& device, std::optional<at::ScalarType> type);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool former_enabled_;
  at::ScalarType former_type_;
};

// The type in force on `device`; none when autocast is off.
std::optional<at::ScalarType> AutocastType(const at::Device& device);

// `x` as an operand of a product: cast when autocast is on and `x` is floating, else as it is.
at::Tensor AsOperand(const at::Tensor& x);

// `x` in `type`; no operator is called when it is of that type already.
at::Tensor OfType(const at::Tensor& x, at::ScalarType type);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_AUTOCAST_H_
