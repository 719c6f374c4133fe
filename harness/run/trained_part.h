// What of a model a run trains: all of it, a fresh adapter (lora.*), or a saved one that goes on
// (model.adapter). Called by run before the first step.
#ifndef PLUMBLINE_HARNESS_RUN_TRAINED_PART_H_
#define PLUMBLINE_HARNESS_RUN_TRAINED_PART_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/resolved.h"
#include "models/adapt/lora_config.h"
#include "models/model.h"

namespace plumbline::run {

// The settings under lora.*; lora.r must be set. Errors: kUsage for a pattern without its value.
models::LoraConfig LoraConfigOf(const config::Resolved& config);

struct TrainedPart {
  std::vector<std::string> adapter_modules;  // planned, sorted; empty without an adapter
  // Planned: rank * (inputs + outputs) of each module, and the modules trained whole; -1 without an
  // adapter.
  int64_t trainable_parameters = -1;
  std::vector<std::string> layers_without_adapter;  // as models::AdapterPlan
};

// Attaches what the configuration asks for and says what is planned. Errors: kUsage as
// models::AttachAdapter, or when lora.* and the adapter of model.adapter disagree; kModel for that
// adapter.
TrainedPart ChooseTrainedPart(const config::Resolved& config, models::Model& model);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_TRAINED_PART_H_
