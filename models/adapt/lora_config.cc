#include "models/adapt/lora_config.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "harness/base/error.h"

namespace plumbline::models {
namespace {

// Read here.
constexpr std::string_view kRead[] = {"peft_type",     "r",
                                      "lora_alpha",    "lora_dropout",
                                      "use_rslora",    "target_modules",
                                      "rank_pattern",  "alpha_pattern",
                                      "bias",          "modules_to_save"};

// Say where an adapter came from, how it began, or how a feature would work that is off.
constexpr std::string_view kWithoutEffect[] = {
    "auto_mapping",  "base_model_name_or_path", "revision",        "task_type",
    "inference_mode", "peft_version",           "init_lora_weights", "loftq_config",
    "eva_config",    "corda_config",            "lora_ga_config",  "megatron_config",
    "megatron_core", "qalora_group_size",       "ensure_weight_tying", "layers_pattern"};

template <size_t N>
bool IsIn(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool IsOff(const Json& value) {
  return value.is_null() || value == false || (value.is_structured() && value.empty());
}

class Reader {
 public:
  Reader(const Json& json, const std::string& where) : json_(json), where_(where) {}

  LoraConfig Read() const {
    if (!json_.is_object()) Refuse("no object", "PEFT's settings");
    if (json_.value("peft_type", "LORA") != "LORA")
      Refuse("peft_type " + json_.at("peft_type").dump(), "LORA");
    if (json_.value("bias", "none") != "none")
      Refuse("bias " + json_.at("bias").dump(), "none: trained biases are not built");
    for (const auto& [name, value] : json_.items()) {
      if (IsIn(kRead, name) || IsIn(kWithoutEffect, name) || IsOff(value)) continue;
      Refuse(name + " = " + value.dump(), "an adapter without it: that is not built");
    }
    LoraConfig config;
    Take("r", config.r);
    Take("lora_alpha", config.alpha);
    Take("lora_dropout", config.dropout);
    Take("use_rslora", config.use_rslora);
    Take("target_modules", config.target_modules);
    Take("modules_to_save", config.modules_to_save);
    Take("rank_pattern", config.rank_pattern);
    Take("alpha_pattern", config.alpha_pattern);
    if (config.r < 1) Refuse("r = " + std::to_string(config.r), "1 or more");
    return config;
  }

 private:
  [[noreturn]] void Refuse(const std::string& found, const std::string& wanted) const {
    Fail(ErrorKind::kModel, "reading the adapter's settings " + where_, found, wanted,
         "a LoRA adapter saved by peft 0.21 or by plumbline");
  }

  template <typename T>
  void Take(const char* name, T& target) const {
    const auto found = json_.find(name);
    if (found == json_.end() || found->is_null()) return;
    try {
      target = found->template get<T>();
    } catch (const Json::exception&) {
      Refuse(std::string(name) + " = " + found->dump(), "a value of the type that peft writes");
    }
  }

  const Json& json_;
  const std::string& where_;
};

}  // namespace

LoraConfig LoraConfigFromPeft(const Json& json, const std::string& where) {
  return Reader(json, where).Read();
}

Json ToPeft(const LoraConfig& config, bool is_encoder_decoder, const std::string& base) {
  Json json = {{"peft_type", "LORA"},
               {"task_type", is_encoder_decoder ? "SEQ_2_SEQ_LM" : "CAUSAL_LM"},
               {"base_model_name_or_path", base},
               {"inference_mode", true},
               {"bias", "none"},
               {"fan_in_fan_out", false},
               {"init_lora_weights", true},
               {"r", config.r},
               {"lora_alpha", config.alpha},
               {"lora_dropout", config.dropout},
               {"use_rslora", config.use_rslora},
               {"target_modules", config.target_modules},
               {"rank_pattern", config.rank_pattern},
               {"alpha_pattern", config.alpha_pattern}};
  json["modules_to_save"] = config.modules_to_save.empty() ? Json() : Json(config.modules_to_save);
  return json;
}

}  // namespace plumbline::models
