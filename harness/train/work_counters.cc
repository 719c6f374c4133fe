#include "harness/train/work_counters.h"

#include <c10/core/ScalarType.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "models/adapt/adapter.h"

namespace plumbline::train {
namespace {

constexpr std::string_view kEmbeddings[] = {"shared.weight", "embed_tokens.weight", "embed_positions.weight"};

bool IsEmbedding(const std::string& name) {
  return std::any_of(std::begin(kEmbeddings), std::end(kEmbeddings),
                     [&](std::string_view end) { return name.ends_with(end); });
}

// From "not measured" on.
void Add(int64_t amount, int64_t& total) { total = std::max<int64_t>(total, 0) + amount; }

}  // namespace

WorkCounters::WorkCounters(bool enabled) {
  if (!enabled) return;
  operators_.emplace();
  allocations_.emplace();
}

void WorkCounters::Finish(ledger::Observed& observed) {
  if (!operators_) return;
  const OperatorCounts operators = operators_->counts();
  const AllocationCounts allocations = allocations_->counts();
  operators_.reset();
  allocations_.reset();
  for (const auto& [name, count] : operators.calls) observed.operator_calls[name] += count;
  for (const auto& [name, count] : operators.shape_calls) observed.operator_shape_calls[name] += count;
  for (const auto& [name, count] : operators.product_dtypes) observed.product_dtypes[name] += count;
  Add(operators.flops, observed.flops);
  Add(allocations.count, observed.allocation_count);
  Add(allocations.bytes, observed.allocation_bytes);
  observed.peak_bytes = std::max(observed.peak_bytes, allocations.peak_bytes);
}

void TakeParameterFacts(const models::Model& model, ledger::Observed& observed) {
  observed.trainable_parameters = 0;
  observed.total_parameters = 0;
  observed.adapter_modules = models::AdapterModules(model);
  observed.parameter_dtypes.clear();
  for (const models::NamedTensor& parameter : models::AllParameters(model)) {
    const int64_t elements = parameter.value.numel();
    observed.total_parameters += elements;
    if (parameter.value.requires_grad()) observed.trainable_parameters += elements;
    observed.parameter_dtypes[c10::toString(parameter.value.scalar_type())] += elements;
  }
}

int64_t NumNonEmbeddingParameters(const models::Model& model) {
  int64_t count = 0;
  for (const models::NamedTensor& parameter : models::AllParameters(model)) {
    if (!IsEmbedding(parameter.name)) count += parameter.value.numel();
  }
  return count;
}

}  // namespace plumbline::train
