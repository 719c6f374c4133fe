#include "harness/train/optimizer.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <optional>

#include "harness/base/error.h"

namespace plumbline::train {
namespace {

// Added to the norm by torch.nn.utils.clip_grad_norm_.
constexpr double kClipEpsilon = 1e-6;

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Whether a dot-separated part of `name` is `norm` or ends in `_norm`.
bool HasNormPart(std::string_view name) {
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('.'));
    if (part == "norm" || part.ends_with("_norm")) return true;
    name.remove_prefix(std::min(name.size(), part.size() + 1));
  }
  return false;
}

}  // namespace

bool DecaysWeight(std::string_view parameter_name) {
  const std::string name = LowerAscii(parameter_name);
  for (const char* part : {"bias", "layernorm", "rmsnorm"}) {
    if (name.find(part) != std::string::npos) return false;
  }
  return !HasNormPart(name);
}

double ClipCoefficient(double norm, double max_grad_norm) {
  if (max_grad_norm <= 0) return 1.0;
  return std::min(1.0, max_grad_norm / (norm + kClipEpsilon));
}

AdamW::AdamW(const std::vector<models::NamedTensor>& parameters, const AdamWConfig& config) : config_(config) {
  for (const models::NamedTensor& parameter : parameters) {
    if (!parameter.value.requires_grad()) continue;
    const double weight_decay = DecaysWeight(parameter.name) ? config.weight_decay : 0.0;
    slots_.push_back({parameter.name, parameter.value, at::zeros_like(parameter.value),
                      at::zeros_like(parameter.value),
                      at::zeros({}, parameter.value.options().dtype(at::kFloat).requires_grad(false)), weight_decay});
    if (std::find(weight_decays_.begin(), weight_decays_.end(), weight_decay) == weight_decays_.end()) {
      weight_decays_.push_back(weight_decay);
    }
  }
  if (slots_.empty()) {
    Fail(ErrorKind::kUsage, "preparing the optimizer", "no trainable parameter", "at least one",
         "another adapter or target_modules");
  }
  if (config.flat_gradients) BindFlatGradients();
}

void AdamW::BindFlatGradients() {
  int64_t size = 0;
  for (const Slot& slot : slots_) size += slot.parameter.numel();
  flat_gradient_ = at::zeros({size}, slots_.front().parameter.options().requires_grad(false));
  int64_t begin = 0;
  for (Slot& slot : slots_) {
    const int64_t length = slot.parameter.numel();
    slot.parameter.mutable_grad() = flat_gradient_.narrow(0, begin, length).view(slot.parameter.sizes());
    begin += length;
  }
}

void AdamW::ZeroGradients() {
  if (flat_gradient_.defined()) {
    flat_gradient_.zero_();
    return;
  }
  for (Slot& slot : slots_) slot.parameter.mutable_grad().reset();
}

std::vector<at::Tensor> AdamW::Gradients() const {
  std::vector<at::Tensor> gradients;
  for (const Slot& slot : slots_) {
    if (slot.parameter.grad().defined()) gradients.push_back(slot.parameter.grad());
  }
  return gradients;
}

void AdamW::Unscale(double loss_scale) {
  const std::vector<at::Tensor> gradients = Gradients();
  if (!gradients.empty()) at::_foreach_mul_(gradients, 1 / loss_scale);
}

double AdamW::GradientNorm() const {
  const std::vector<at::Tensor> gradients = Gradients();
  if (gradients.empty()) return 0.0;
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients, 2))).item<double>();
}

std::string AdamW::FirstNonFiniteGradient() const {
  for (const Slot& slot : slots_) {
    const at::Tensor& gradient = slot.parameter.grad();
    if (gradient.defined() && !at::isfinite(gradient).all().item<bool>()) return slot.name;
  }
  return "";
}

AdamW::Lists AdamW::ListsOf(double weight_decay) const {
  Lists lists;
  for (const Slot& slot : slots_) {
    if (slot.weight_decay != weight_decay || !slot.parameter.grad().defined()) continue;
    lists.parameters.push_back(slot.parameter);
    lists.gradients.push_back(slot.parameter.grad());
    lists.exp_avgs.push_back(slot.exp_avg);
    lists.exp_avg_sqs.push_back(slot.exp_avg_sq);
    lists.steps.push_back(slot.step);
  }
  return lists;
}

void AdamW::Step(double learning_rate, double grad_norm, double max_grad_norm) {
  const at::NoGradGuard no_grad;
  const double coefficient = ClipCoefficient(grad_norm, max_grad_norm);
  std::optional<at::Tensor> divisor;  // the kernel divides by it
  if (coefficient < 1.0) {
    divisor = at::scalar_tensor(1.0 / coefficient, slots_.front().step.options());
  }
  for (const double weight_decay : weight_decays_) {
    Lists lists = ListsOf(weight_decay);
    if (lists.parameters.empty()) continue;
    at::_foreach_add_(lists.steps, 1);
    at::_fused_adamw_(lists.parameters, lists.gradients, lists.exp_avgs, lists.exp_avg_sqs, {}, lists.steps,
                      learning_rate, config_.beta1, config_.beta2, weight_decay, config_.epsilon,
                      /*amsgrad=*/false, /*maximize=*/false, divisor);
  }
}

std::vector<models::NamedTensor> AdamW::State() const {
  std::vector<models::NamedTensor> state;
  for (const Slot& slot : slots_) {
    state.push_back({"exp_avg/" + slot.name, slot.exp_avg});
    state.push_back({"exp_avg_sq/" + slot.name, slot.exp_avg_sq});
    state.push_back({"step/" + slot.name, slot.step});
  }
  return state;
}

void AdamW::LoadState(const std::vector<models::NamedTensor>& state) {
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> given;
  for (const models::NamedTensor& tensor : state) given.emplace(tensor.name, tensor.value);
  for (const models::NamedTensor& wanted : State()) {
    const auto found = given.find(wanted.name);
    if (found == given.end() || found->second.sizes() != wanted.value.sizes()) {
      Fail(ErrorKind::kModel, "loading the optimizer state",
           Quoted(wanted.name) + (found == given.end() ? " missing" : " of another shape"),
           "the tensors of this model", "the checkpoint of the same model");
    }
    wanted.value.copy_(found->second);
    given.erase(found);
  }
  if (!given.empty()) {
    Fail(ErrorKind::kModel, "loading the optimizer state", Quoted(given.begin()->first) + " too many",
         "the tensors of this model", "the checkpoint of the same model");
  }
}

}  // namespace plumbline::train
