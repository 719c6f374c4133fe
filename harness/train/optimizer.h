// AdamW over a model's named parameters: LibTorch's fused kernel, HuggingFace's weight-decay groups, clipping by
// the global norm. Called by the trainer; knows no schedule and no loss.
#ifndef PLUMBLINE_HARNESS_TRAIN_OPTIMIZER_H_
#define PLUMBLINE_HARNESS_TRAIN_OPTIMIZER_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

#include "models/model.h"

namespace plumbline::train {

// Defaults are transformers' Trainer's (weight decay 0, not LibTorch's 1e-2).
struct AdamWConfig {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.0;
  // Gradients live in one buffer for the whole run (zeroed, never freed). Costs one more pass when a gradient
  // could have been stolen from autograd; wanted where all gradients travel at once (several ranks).
  bool flat_gradients = false;
};

// Whether weight decay applies to a parameter of this name: not to biases and norms.
// Source: transformers 5.23, Trainer.get_decay_parameter_names.
bool DecaysWeight(std::string_view parameter_name);

// Factor on all gradients: max_grad_norm / (norm + 1e-6), at most 1; 1 when max_grad_norm is 0 (clipping off).
// Source: torch.nn.utils.clip_grad_norm_.
double ClipCoefficient(double norm, double max_grad_norm);

class AdamW {
 public:
  // Keeps the tensors that require gradients; the rest is frozen. Errors: kUsage when none does.
  AdamW(const std::vector<models::NamedTensor>& parameters, const AdamWConfig& config);

  // Forgets the gradients (or zeroes the flat buffer).
  void ZeroGradients();
  // Divides all gradients by the loss scale.
  void Unscale(double loss_scale);
  // L2 norm over all gradients, before clipping; parameters without a gradient count as 0.
  double GradientNorm() const;
  // Name of the first parameter whose gradient holds NaN or infinity; empty when all are finite.
  std::string FirstNonFiniteGradient() const;
  // One update. `grad_norm` is GradientNorm(); clipping is folded into the fused kernel, which rewrites the
  // gradients by its factor. A parameter without a gradient keeps its value and its step count, as in PyTorch.
  void Step(double learning_rate, double grad_norm, double max_grad_norm);

  // Moments and step counts: `exp_avg/NAME`, `exp_avg_sq/NAME` (shape of the parameter), `step/NAME` (0-dim fp32).
  std::vector<models::NamedTensor> State() const;
  // Takes back what State gave, copying. Errors: kModel naming the first missing, extra or misshapen tensor.
  void LoadState(const std::vector<models::NamedTensor>& state);

  size_t num_parameters() const { return slots_.size(); }

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter, exp_avg, exp_avg_sq, step;
    double weight_decay = 0;
  };
  // Tensor lists of one fused call.
  struct Lists {
    std::vector<at::Tensor> parameters, gradients, exp_avgs, exp_avg_sqs, steps;
  };

  void BindFlatGradients();
  std::vector<at::Tensor> Gradients() const;
  Lists ListsOf(double weight_decay) const;

  AdamWConfig config_;
  std::vector<Slot> slots_;
  std::vector<double> weight_decays_;  // distinct values, one fused call each
  at::Tensor flat_gradient_;           // undefined unless flat_gradients
};

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_OPTIMIZER_H_
