#include "harness/train/work_counters.h"

#include <c10/core/ScalarType.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "models/adapt/adapter.h"
#include "models/adapt/quantize.h"

namespace plumbline::train {
namespace {

constexpr std::string_view kEmbeddings[] = {"shared.weight", "embed_tokens.weight", "embed_positions.weight"};

bool IsEmbedding(const std::string& name) {
  return std::any_of(std::begin(kEmbeddings), std::end(kEmbeddings),
                     [&](std::string_view end) { return name.ends_with(end); });
}

// From "not measured" on; what was not measured adds nothing.
void Add(int64_t amount, int64_t& total) {
  if (amount >= 0) total = std::max<int64_t>(total, 0) + amount;
}

}  // namespace

WorkCounters::WorkCounters(bool enabled, c10::DeviceType device) {
  if (!enabled) return;
  operators_.emplace();
  allocations_.emplace(device);
}

std::optional<ledger::Observed> WorkCounters::Finish() {
  if (!operators_) return std::nullopt;
  const OperatorCounts operators = operators_->counts();
  const AllocationCounts allocations = allocations_->counts();
  operators_.reset();
  allocations_.reset();
  ledger::Observed part;
  part.operator_calls = {operators.calls.begin(), operators.calls.end()};
  part.operator_shape_calls = {operators.shape_calls.begin(), operators.shape_calls.end()};
  part.product_dtypes = operators.product_dtypes;
  part.flops = operators.flops;
  part.allocation_count = allocations.count;
  part.allocation_bytes = allocations.bytes;
  part.peak_bytes = allocations.peak_bytes;
  return part;
}

void AddWork(const ledger::Observed& part, ledger::Observed& total) {
  for (const auto& [name, count] : part.operator_calls) total.operator_calls[name] += count;
  for (const auto& [name, count] : part.operator_shape_calls) total.operator_shape_calls[name] += count;
  for (const auto& [name, count] : part.product_dtypes) total.product_dtypes[name] += count;
  Add(part.flops, total.flops);
  Add(part.allocation_count, total.allocation_count);
  Add(part.allocation_bytes, total.allocation_bytes);
  total.peak_bytes = std::max(total.peak_bytes, part.peak_bytes);
}

void TakeParameterFacts(const models::Model& model, ledger::Observed& observed) {
  observed.trainable_parameters = 0;
  observed.total_parameters = 0;
  observed.adapter_modules = models::AdapterModules(model);
  observed.parameter_dtypes.clear();
  const std::map<std::string, std::string> codes = models::FourBitCodes(model);
  for (const models::NamedTensor& parameter : models::AllParameters(model)) {
    const auto code = codes.find(parameter.name);
    const int64_t elements = parameter.value.numel();
    observed.total_parameters += elements;
    if (parameter.value.requires_grad()) observed.trainable_parameters += elements;
    const std::string dtype =
        code != codes.end() ? code->second : c10::toString(parameter.value.scalar_type());
    observed.parameter_dtypes[dtype] += elements;
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
