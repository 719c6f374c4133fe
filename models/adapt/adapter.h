// LoRA adapters on a model: attached fresh or from a PEFT directory, saved as PEFT does, merged
// into the weights. Called by training, by whatever loads a model for use, and by tests.
// Source: peft 0.21, tuners/lora, utils/save_and_load.py.
//
// Legend: R rank, I input width, O output width of a map.
#ifndef PLUMBLINE_MODELS_ADAPT_ADAPTER_H_
#define PLUMBLINE_MODELS_ADAPT_ADAPTER_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/adapt/adapter_plan.h"
#include "models/adapt/lora_config.h"
#include "models/model.h"

namespace plumbline::models {

ModuleNames ModuleNamesOf(const Model& model);

// Freezes the model, attaches fp32 factors to the planned modules (A uniform in +-1/sqrt(I) from
// the named stream of `seed`, B zero) and lets them, and the modules trained whole, be trained.
// `base` goes into adapter_config.json. Errors: kUsage as PlanAdapter, or when there is an adapter
// already.
AdapterPlan AttachAdapter(Model& model, const LoraConfig& config, uint64_t seed,
                          const std::string& base);

// The same from adapter_config.json and adapter_model.safetensors; values bitwise. `trainable`
// false leaves nothing to train. Errors: kModel for a file that is missing, of another kind, or whose
// tensors are not exactly those that its settings ask of this model.
AdapterPlan LoadAdapter(Model& model, const std::filesystem::path& directory, bool trainable);

// Values alone, into the adapter that the model carries. Errors: kModel as LoadAdapter.
void LoadAdapterWeights(const Model& model, const std::filesystem::path& directory);

// What adapter_model.safetensors holds, without PEFT's prefix: `NAME.lora_A.weight` (R, I) and
// `NAME.lora_B.weight` (O, R) of each module, then the tensors of the modules trained whole.
std::vector<NamedTensor> AdapterTensors(const Model& model);

// Modules that really carry a trainable adapter, sorted.
std::vector<std::string> AdapterModules(const Model& model);

// The model's parameters, then the factors of its adapter: everything that an optimizer may find.
std::vector<NamedTensor> AllParameters(const Model& model);

// adapter_config.json and adapter_model.safetensors, atomically each. Errors: kEnvironment.
void SaveAdapter(const Model& model, const std::filesystem::path& directory);

// Adds each module's product to its weight; the model carries no adapter then and can be saved.
// Errors: kUsage without an adapter, or RefuseToMerge for weights quantized in 4 bits.
void MergeAdapter(Model& model);

// The error (kUsage) of merging into weights of 4 bits: rounding the sum again would change the
// model. `found` says what is quantized, `instead` what to try.
[[noreturn]] void RefuseToMerge(const std::string& found, const std::string& instead);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_ADAPT_ADAPTER_H_
