// Which modules of a model an adapter's settings name: PEFT's matching, and errors where PEFT is
// silent. Called before anything is attached, and to declare what a run will train; knows no
// tensor. Source: peft 0.21, tuners/tuners_utils.py check_target_module_exists; utils/other.py
// _set_trainable, get_pattern_key.
#ifndef PLUMBLINE_MODELS_ADAPT_ADAPTER_PLAN_H_
#define PLUMBLINE_MODELS_ADAPT_ADAPTER_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "models/adapt/lora_config.h"

namespace plumbline::models {

struct AdaptedModule {
  std::string name;
  int64_t rank = 0;
  double scale = 0;  // alpha / r, or alpha / sqrt(r)
};

struct AdapterPlan {
  std::vector<AdaptedModule> modules;  // in the model's order
  std::vector<std::string> saved;      // parameters trained whole, in the model's order
  Json target_modules;                 // as PEFT would store them: never null
  std::vector<std::string> layers_without_adapter;  // of a stack that has some, in the model's order
};

// What a model offers.
struct ModuleNames {
  std::string model_type;
  std::vector<std::string> linears;     // of the layers
  std::vector<std::string> parameters;  // all
};

// Errors: kUsage for an entry of target_modules, modules_to_save or a pattern that matches nothing
// (the nearest names are given), for one that names an embedding, a norm or the output projection,
// for a module trained whole that is tied, and for two patterns that give one module different
// values.
AdapterPlan PlanAdapter(const LoraConfig& config, const ModuleNames& names);

// What a reader of a run must know of such layers, in sentences; none of none.
std::vector<std::string> NotesOn(const std::vector<std::string>& layers_without_adapter);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_ADAPT_ADAPTER_PLAN_H_
