#include "harness/ledger/plan_config.h"

#include <string>

namespace plumbline::ledger {
namespace {

// The value in force: null when absent or switched off by other settings.
Json InForce(const config::Resolved& resolved, const std::string& key) {
  const auto found = resolved.entries().find(key);
  if (found == resolved.entries().end() || !found->second.active) return {};
  return found->second.value;
}

void Take(const Json& value, int64_t& target) {
  if (value.is_number_integer()) target = value.get<int64_t>();
}

void Take(const Json& value, double& target) {
  if (value.is_number()) target = value.get<double>();
}

void Take(const Json& value, std::string& target) {
  if (value.is_string()) target = value.get<std::string>();
}

}  // namespace

PlanInputs InputsFromConfig(const config::Resolved& resolved, int64_t train_rows) {
  PlanInputs inputs;
  inputs.train_rows = train_rows;
  Take(InForce(resolved, "training.per_device_train_batch_size"),
       inputs.per_device_train_batch_size);
  Take(InForce(resolved, "training.gradient_accumulation_steps"),
       inputs.gradient_accumulation_steps);
  Take(InForce(resolved, "training.num_train_epochs"), inputs.num_train_epochs);
  Take(InForce(resolved, "training.max_steps"), inputs.max_steps);
  Take(InForce(resolved, "training.warmup_steps"), inputs.warmup_steps);
  Take(InForce(resolved, "training.warmup_ratio"), inputs.warmup_ratio);
  Take(InForce(resolved, "training.lr_scheduler_type"), inputs.lr_scheduler_type);
  Take(InForce(resolved, "training.learning_rate"), inputs.learning_rate);
  return inputs;
}

}  // namespace plumbline::ledger
