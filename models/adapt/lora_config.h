// What a LoRA adapter is, apart from its weights, and PEFT's adapter_config.json for it. Filled
// from the configuration or from a PEFT directory; knows no tensor.
// Source: peft 0.21, tuners/lora/config.py.
#ifndef PLUMBLINE_MODELS_ADAPT_LORA_CONFIG_H_
#define PLUMBLINE_MODELS_ADAPT_LORA_CONFIG_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::models {

// Defaults are PEFT's.
struct LoraConfig {
  int64_t r = 8;
  double alpha = 8;
  double dropout = 0;
  bool use_rslora = false;  // scale alpha / sqrt(r) instead of alpha / r
  // null: the family's default; a string: `all-linear` or a regular expression for the whole module
  // name; a list: whole names or their last parts.
  Json target_modules;
  std::vector<std::string> modules_to_save;  // endings of module names that are trained whole
  // Regular expression for the end of a module name -> its own rank or alpha.
  std::map<std::string, int64_t> rank_pattern;
  std::map<std::string, double> alpha_pattern;
};

// From the content of adapter_config.json; `where` names it in errors. Errors: kModel for another
// kind of adapter, a field of the wrong type, or a setting that changes the arithmetic and is not
// built (DoRA, trained biases, ...), each by name.
LoraConfig LoraConfigFromPeft(const Json& json, const std::string& where);

// adapter_config.json as PEFT 0.21 reads it. `base` is base_model_name_or_path.
Json ToPeft(const LoraConfig& config, bool is_encoder_decoder, const std::string& base);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_ADAPT_LORA_CONFIG_H_
