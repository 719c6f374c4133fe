#include "models/nn/recompute.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <mutex>
#include <optional>
#include <utility>

#include "models/nn/autocast.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What a run depends on beside its inputs.
struct Surroundings {
  explicit Surroundings(const at::Device& where) : device(where), type(AutocastType(where)) {
    for (const at::Generator& generator : Generators()) states.push_back(StateOf(generator));
  }

  void Restore() const {
    std::vector<at::Generator> generators = Generators();
    for (size_t i = 0; i < generators.size(); ++i) {
      const std::lock_guard<std::mutex> lock(generators[i].mutex());
      generators[i].set_state(states[i]);
    }
  }

  std::vector<at::Generator> Generators() const {
    std::vector<at::Generator> generators = {at::detail::getDefaultCPUGenerator()};
    if (!device.is_cpu()) generators.push_back(at::globalContext().defaultGenerator(device));
    return generators;
  }

  static at::Tensor StateOf(at::Generator generator) {
    const std::lock_guard<std::mutex> lock(generator.mutex());
    return generator.get_state();
  }

  at::Device device;
  std::optional<at::ScalarType> type;
  std::vector<at::Tensor> states;
};

struct Saved : torch::CustomClassHolder {
  Saved(Segment what, const at::Device& device)
      : segment(std::move(what)), surroundings(device) {}

  Segment segment;
  Surroundings surroundings;
};

// Leaves of a graph of its own.
variable_list Detached(at::TensorList inputs) {
  variable_list leaves;
  for (const at::Tensor& input : inputs) {
    leaves.push_back(input.detach().requires_grad_(input.requires_grad()));
  }
  return leaves;
}

// The forward pass records as well and drops its graph: code that asks whether gradients are
// recorded must not take another path than in the backward pass.
class Checkpoint : public torch::autograd::Function<Checkpoint> {
 public:
  static at::Tensor forward(AutogradContext* context, at::TensorList inputs,
                            const Segment& segment, int64_t num_inputs) {
    const at::TensorList real = inputs.slice(0, static_cast<size_t>(num_inputs));
    const auto saved = c10::make_intrusive<Saved>(segment, real.front().device());
    context->saved_data["saved"] = c10::IValue::make_capsule(saved);
    context->saved_data["num_inputs"] = num_inputs;
    context->save_for_backward(real.vec());
    const at::AutoGradMode recording(true);
    return segment(Detached(real)).detach();
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const auto capsule = context->saved_data["saved"].toCapsule();
    const auto& saved = *static_cast<const Saved*>(capsule.get());
    const variable_list leaves = Detached(context->get_saved_variables());
    const Surroundings now(saved.surroundings.device);
    saved.surroundings.Restore();
    at::Tensor output;
    {
      const at::AutoGradMode recording(true);
      const Autocast autocast(saved.surroundings.device, saved.surroundings.type);
      output = saved.segment(leaves);
    }
    now.Restore();
    if (output.requires_grad()) torch::autograd::backward({output}, {outputs[0]});
    variable_list grads;
    for (const at::Tensor& leaf : leaves) grads.push_back(leaf.grad());
    grads.resize(grads.size() + 3);  // the sentinel, the segment, the count
    return grads;
  }
};

}  // namespace

at::Tensor Recompute(const Segment& segment, const std::vector<at::Tensor>& inputs) {
  if (!at::GradMode::is_enabled()) return segment(inputs);
  // Frozen inputs may feed trained weights: a sentinel makes autograd call the backward pass.
  variable_list all = inputs;
  all.push_back(at::empty({0}, at::kFloat).requires_grad_(true));
  return Checkpoint::apply(at::TensorList(all), segment, static_cast<int64_t>(inputs.size()));
}

}  // namespace plumbline::nn
