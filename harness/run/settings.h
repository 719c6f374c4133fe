// The resolved configuration as the plain structs of each part: the one place where key names meet fields.
// Called by run and by the verbs; reads no file but the paths it hands out.
#ifndef PLUMBLINE_HARNESS_RUN_SETTINGS_H_
#define PLUMBLINE_HARNESS_RUN_SETTINGS_H_

#include <c10/core/Device.h>

#include <filesystem>
#include <string_view>

#include "harness/config/resolved.h"
#include "harness/data/dataset.h"
#include "harness/data/tokenized.h"
#include "harness/eval/generation_config.h"
#include "harness/eval/generator.h"
#include "harness/train/precision.h"
#include "harness/train/training_arguments.h"
#include "models/model.h"

namespace plumbline::run {

// Errors: kUsage when nobody set the key; `flag` is what a person would type for it.
void RequireSetting(const config::Resolved& config, std::string_view key, const std::string& flag);

// Flags that nothing read did nothing: said on stderr. At the end of a verb.
void WarnOfUnreadFlags(const config::Resolved& config);

// A path setting as it can be opened: counted from the file that names it, else below the project's root (so that
// fixed data and presets are found from anywhere).
std::filesystem::path PathOf(const config::Resolved& config, std::string_view key);

// Fields, subset and seed for the rows of `key` (data.train is the one that data.max_train_samples cuts).
data::DatasetOptions DatasetOptionsOf(const config::Resolved& config, std::string_view key);

data::LengthLimits LengthLimitsOf(const config::Resolved& config);

train::TrainingArguments TrainingArgumentsOf(const config::Resolved& config);

// What training.fp16 and training.bf16 declare, and what runs on runtime.device.
train::Precision PrecisionOf(const config::Resolved& config);

// Settings of generation.*; ids nobody set are the model's own (config.json).
eval::GenerationConfig GenerationConfigOf(const config::Resolved& config, const models::Model& model);

// Batch size and, for sampling, the seed.
eval::GenerationOptions GenerationOptionsOf(const config::Resolved& config);

// runtime.device. Errors: kUsage for a name that is none, or a device this LibTorch cannot use.
at::Device DeviceOf(const config::Resolved& config);

// The same, its numerics as runtime.deterministic wants them. Before a model is loaded there.
at::Device PreparedDevice(const config::Resolved& config);

// An id of config.json. Errors: kModel when it is absent and required by an encoder-decoder.
int64_t RequiredId(const models::Model& model, const char* name);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_SETTINGS_H_
