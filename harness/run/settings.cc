#include "harness/run/settings.h"

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/project.h"
#include "harness/device/device.h"

namespace plumbline::run {
namespace {

std::optional<int64_t> OptionalInt(const config::Resolved& config, std::string_view key) {
  return config.Has(key) ? std::optional(config.Int(key)) : std::nullopt;
}

// An id or a list of ids; empty for null.
std::vector<int64_t> IdsFrom(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_number_integer()) return {value.get<int64_t>()};
  return value.get<std::vector<int64_t>>();
}

const Json& ModelValue(const models::Model& model, const char* name) {
  static const Json kNone;
  const auto found = model.config().find(name);
  return found == model.config().end() ? kNone : *found;
}

// The setting, else the model's own value, else nothing.
std::optional<int64_t> IdOf(const config::Resolved& config, const models::Model& model, const char* name) {
  if (const auto set = OptionalInt(config, std::string("generation.") + name)) return set;
  const Json& own = ModelValue(model, name);
  return own.is_number_integer() ? std::optional(own.get<int64_t>()) : std::nullopt;
}

std::vector<int64_t> IdListOf(const config::Resolved& config, const models::Model& model, const char* name) {
  const std::string key = std::string("generation.") + name;
  return IdsFrom(config.Has(key) ? config.Value(key) : ModelValue(model, name));
}

eval::EarlyStopping EarlyStoppingOf(const config::Resolved& config) {
  const Json& value = config.Value("generation.early_stopping");
  if (value.is_boolean()) return value.get<bool>() ? eval::EarlyStopping::kTrue : eval::EarlyStopping::kFalse;
  return eval::ParseEarlyStopping(value.get<std::string>());
}

}  // namespace

void RequireSetting(const config::Resolved& config, std::string_view key, const std::string& flag) {
  if (config.Has(key)) return;
  Fail(ErrorKind::kUsage, "the configuration", "no " + std::string(key), flag,
       flag + ", or a configuration file that sets " + std::string(key));
}

void WarnOfUnreadFlags(const config::Resolved& config) {
  for (const std::string& key : config.UnreadKeys()) {
    if (config.At(key).origin.layer == config::Layer::kCommandLine) {
      std::fprintf(stderr, "warning: nothing read the setting %s\n", key.c_str());
    }
  }
}

std::filesystem::path PathOf(const config::Resolved& config, std::string_view key) {
  const std::filesystem::path path = config.Path(key);
  return std::filesystem::exists(path) ? path : FindProjectFile(config.Text(key));
}

data::DatasetOptions DatasetOptionsOf(const config::Resolved& config, std::string_view key) {
  data::DatasetOptions options;
  options.fields.fname = config.Text("data.fields.fname");
  options.fields.dialogue = config.Text("data.fields.dialogue");
  options.fields.summary = config.Text("data.fields.summary");
  options.fields.topic = config.Text("data.fields.topic");
  options.subset_seed = static_cast<uint64_t>(config.Int("training.seed"));
  if (key == "data.train" && config.Has("data.max_train_samples")) {
    options.max_samples = config.Int("data.max_train_samples");
  }
  return options;
}

data::LengthLimits LengthLimitsOf(const config::Resolved& config) {
  return {config.Int("data.max_source_length"), config.Int("data.max_target_length")};
}

train::TrainingArguments TrainingArgumentsOf(const config::Resolved& config) {
  train::TrainingArguments arguments;
  arguments.per_device_train_batch_size = config.Int("training.per_device_train_batch_size");
  arguments.gradient_accumulation_steps = config.Int("training.gradient_accumulation_steps");
  arguments.learning_rate = config.Number("training.learning_rate");
  arguments.max_steps = config.Int("training.max_steps");
  if (config.Has("training.num_train_epochs")) {
    arguments.num_train_epochs = config.Number("training.num_train_epochs");
  }
  arguments.warmup_steps = config.Int("training.warmup_steps");
  arguments.warmup_ratio = config.Number("training.warmup_ratio");
  arguments.lr_scheduler_type = config.Text("training.lr_scheduler_type");
  arguments.weight_decay = config.Number("training.weight_decay");
  arguments.adam_beta1 = config.Number("training.adam_beta1");
  arguments.adam_beta2 = config.Number("training.adam_beta2");
  arguments.adam_epsilon = config.Number("training.adam_epsilon");
  arguments.max_grad_norm = config.Number("training.max_grad_norm");
  arguments.label_smoothing_factor = config.Number("training.label_smoothing_factor");
  arguments.loss_normalization = train::LossNormalizationFrom(config.Text("training.loss_normalization"));
  arguments.compute_type = PrecisionOf(config).used;
  arguments.gradient_checkpointing = config.Bool("training.gradient_checkpointing");
  arguments.max_nonfinite_steps = OptionalInt(config, "training.max_nonfinite_steps");
  arguments.logging_steps = config.Int("training.logging_steps");
  arguments.eval_steps = OptionalInt(config, "training.eval_steps");
  arguments.save_steps = OptionalInt(config, "training.save_steps");
  arguments.save_total_limit = OptionalInt(config, "training.save_total_limit");
  arguments.early_stopping_patience = OptionalInt(config, "training.early_stopping_patience");
  arguments.load_best_model_at_end = config.Bool("training.load_best_model_at_end");
  arguments.metric_for_best_model = config.Text("training.metric_for_best_model");
  arguments.seed = static_cast<uint64_t>(config.Int("training.seed"));
  arguments.shuffle = config.Bool("data.shuffle");
  arguments.group_by_length = config.Bool("training.group_by_length");
  arguments.threads = OptionalInt(config, "runtime.threads").value_or(0);
  arguments.deterministic = config.Bool("runtime.deterministic");
  arguments.resolved_config = config.ToJson();
  return arguments;
}

train::Precision PrecisionOf(const config::Resolved& config) {
  train::ComputeType declared = train::ComputeType::kFloat32;
  if (config.Bool("training.bf16")) declared = train::ComputeType::kBFloat16;
  if (config.Bool("training.fp16")) declared = train::ComputeType::kFloat16;
  return train::ChoosePrecision(declared, train::HardwareOf(DeviceOf(config).is_cpu()));
}

eval::GenerationConfig GenerationConfigOf(const config::Resolved& config, const models::Model& model) {
  eval::GenerationConfig generation;
  generation.num_beams = config.Int("generation.num_beams");
  generation.max_new_tokens = OptionalInt(config, "generation.max_new_tokens");
  // transformers' fall-back of 20 counts new tokens: a length nobody set stays unset here.
  if (config.IsExplicit("generation.max_length")) generation.max_length = OptionalInt(config, "generation.max_length");
  generation.min_new_tokens = OptionalInt(config, "generation.min_new_tokens");
  generation.min_length = OptionalInt(config, "generation.min_length").value_or(0);
  generation.length_penalty = config.Number("generation.length_penalty");
  generation.early_stopping = EarlyStoppingOf(config);
  generation.no_repeat_ngram_size = config.Int("generation.no_repeat_ngram_size");
  generation.repetition_penalty = config.Number("generation.repetition_penalty");
  generation.num_return_sequences = config.Int("generation.num_return_sequences");
  generation.do_sample = config.Bool("generation.do_sample");
  generation.temperature = config.Number("generation.temperature");
  generation.top_k = config.Int("generation.top_k");
  generation.top_p = config.Number("generation.top_p");
  generation.decoder_start_token_id = IdOf(config, model, "decoder_start_token_id");
  generation.bos_token_id = IdOf(config, model, "bos_token_id");
  generation.pad_token_id = IdOf(config, model, "pad_token_id");
  generation.eos_token_id = IdListOf(config, model, "eos_token_id");
  generation.forced_bos_token_id = IdOf(config, model, "forced_bos_token_id");
  generation.forced_eos_token_id = IdListOf(config, model, "forced_eos_token_id");
  return generation;
}

eval::GenerationOptions GenerationOptionsOf(const config::Resolved& config) {
  eval::GenerationOptions options;
  options.batch_size = config.Int("training.per_device_eval_batch_size");
  options.seed = static_cast<uint64_t>(config.Int("training.seed"));
  return options;
}

at::Device DeviceOf(const config::Resolved& config) {
  return device::DeviceNamed(config.Text("runtime.device"), "runtime.device");
}

at::Device PreparedDevice(const config::Resolved& config) {
  const at::Device device = DeviceOf(config);
  device::PrepareNumerics(device, config.Bool("runtime.deterministic"));
  return device;
}

int64_t RequiredId(const models::Model& model, const char* name) {
  const Json& own = ModelValue(model, name);
  if (own.is_number_integer()) return own.get<int64_t>();
  Fail(ErrorKind::kModel, "reading the model's config.json", std::string("no ") + name, "the id of that token",
       "adding it to config.json, as transformers does");
}

}  // namespace plumbline::run
