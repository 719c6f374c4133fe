#include "harness/run/quantization.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <cstdio>
#include <optional>

#include "harness/base/error.h"
#include "models/adapt/quantize.h"

namespace plumbline::run {
namespace {

constexpr const char* kComputeKey = "quantization.bnb_4bit_compute_dtype";

models::FourBitConfig FourBitConfigOf(const config::Resolved& config) {
  const auto compute = models::FindDtype(config.Text(kComputeKey));
  PLUMBLINE_CHECK(compute.has_value());  // the schema knows no other name
  return {config.Text("quantization.bnb_4bit_quant_type"), config.Bool("quantization.bnb_4bit_use_double_quant"),
          *compute};
}

// What the checkpoint computes in; left out or null means float32, as in BitsAndBytesConfig.
at::ScalarType StoredComputeType(const Json& stored, const std::filesystem::path& directory) {
  const auto entry = stored.find("bnb_4bit_compute_dtype");
  if (entry == stored.end() || entry->is_null()) return at::kFloat;
  const auto compute = entry->is_string() ? models::FindDtype(entry->get<std::string>()) : std::nullopt;
  if (compute) return *compute;
  Fail(ErrorKind::kModel, "reading quantization_config of " + Quoted((directory / "config.json").string()),
       "bnb_4bit_compute_dtype " + entry->dump(), "float32, bfloat16 or float16",
       "the checkpoint as it was saved");
}

// What a person set of the code is the checkpoint's own, or an error.
void RequireSameAsStored(const config::Resolved& config, const Json& stored) {
  for (const char* field : {"bnb_4bit_quant_type", "bnb_4bit_use_double_quant"}) {
    const std::string key = std::string("quantization.") + field;
    const config::Entry& entry = config.At(key);
    if (entry.origin.layer == config::Layer::kDefault || !stored.contains(field)) continue;
    if (entry.value == stored.at(field)) continue;
    Fail(ErrorKind::kUsage, "loading a checkpoint in 4 bits", key + " = " + entry.value.dump(),
         stored.at(field).dump() + ", as it was quantized", "leaving the key out");
  }
}

std::string Megabytes(int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

}  // namespace

std::string QuantizeAsConfigured(const config::Resolved& config, const std::filesystem::path& directory,
                                 models::Model& model) {
  const bool is_stored = model.config().contains("quantization_config");
  const bool is_asked = config.Bool("quantization.load_in_4bit");
  if (!is_stored && !is_asked) return "";
  models::FourBitConfig four_bit;
  if (is_asked) four_bit = FourBitConfigOf(config);
  if (is_stored) {
    const Json stored = model.config().at("quantization_config");
    if (is_asked) RequireSameAsStored(config, stored);
    const bool is_chosen = is_asked && config.At(kComputeKey).origin.layer != config::Layer::kDefault;
    if (!is_chosen) four_bit.compute_dtype = StoredComputeType(stored, directory);
  }
  const models::Quantized done = models::QuantizeLinears(model, directory, four_bit);
  return "4 bits: " + std::to_string(done.modules) + " modules, " + Megabytes(done.resident_bytes) + " instead of " +
         Megabytes(4 * done.elements) + ", products in " + models::DtypeName(four_bit.compute_dtype) +
         (is_stored ? ", as the checkpoint holds them" : "");
}

}  // namespace plumbline::run
