// A model's frozen maps into 4 bits, as bitsandbytes does when transformers loads with load_in_4bit. Called by
// harness/run before an adapter is attached; knows no configuration.
// Source: transformers 5.23, quantizers/quantizer_bnb_4bit.py and integrations/bitsandbytes.py.
#ifndef PLUMBLINE_MODELS_ADAPT_QUANTIZE_H_
#define PLUMBLINE_MODELS_ADAPT_QUANTIZE_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "models/model.h"

namespace plumbline::models {

// bitsandbytes' names and defaults.
struct FourBitConfig {
  std::string quant_type = "fp4";  // or nf4
  bool use_double_quant = false;
  at::ScalarType compute_dtype = at::kFloat;
};

struct Quantized {
  int64_t modules = 0;
  int64_t elements = 0;        // of their weights
  int64_t resident_bytes = 0;  // that are left of them
};

// Puts every map of the model into 4 bits but the output head and, in the T5 family, the feed-forward's `wo`, which
// transformers keeps whole; fp32 storage of what was quantized is freed. A checkpoint that holds 4-bit weights is taken
// as it is, bit for bit, and decides alone which maps those are; of `config` the compute type alone is then used; otherwise `checkpoint` is not read. All parameters are
// frozen. Errors: kModel as ReadFourBit.
Quantized QuantizeLinears(Model& model, const std::filesystem::path& checkpoint,
                          const FourBitConfig& config);

// The weights that are in 4 bits, by parameter name, and their code: NF4 or FP4.
std::map<std::string, std::string> FourBitCodes(const Model& model);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_ADAPT_QUANTIZE_H_
