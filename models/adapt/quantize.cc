#include "models/adapt/quantize.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <optional>
#include <set>
#include <string>

#include "models/four_bit_checkpoint.h"
#include "models/named_linear.h"
#include "models/nn/four_bit.h"

namespace plumbline::models {
namespace {

// transformers' _keep_in_fp32_modules.
bool IsKeptWhole(const Model& model, const std::string& name) {
  const std::string type = model.config().value("model_type", "");
  return (type == "t5" || type == "mt5") && name.ends_with(".wo");
}

// Shape and type stay, the bytes go. Views of one storage lose them together.
void FreeStorage(const at::Tensor& tensor) {
  c10::StorageImpl* storage = tensor.storage().unsafeGetStorageImpl();
  storage->set_data_ptr_noswap(c10::DataPtr(nullptr, storage->device()));
  storage->set_nbytes(0);
}

const void* StorageOf(const at::Tensor& tensor) { return tensor.storage().unsafeGetStorageImpl(); }

}  // namespace

Quantized QuantizeLinears(Model& model, const std::filesystem::path& checkpoint,
                          const FourBitConfig& config) {
  const at::NoGradGuard no_grad;
  const nn::FourBitSettings settings{
      config.quant_type == "nf4" ? nn::FourBitCode::kNf4 : nn::FourBitCode::kFp4, config.use_double_quant};
  std::optional<CheckpointTensors> stored;
  if (model.config().contains("quantization_config")) stored.emplace(checkpoint);
  Quantized done;
  std::set<std::string> quantized;
  for (const NamedLinear& map : model.Linears()) {
    const std::string weight = map.name + ".weight";
    if (stored ? !IsFourBit(*stored, weight) : IsKeptWhole(model, map.name)) continue;
    map.linear.slot->four_bit =
        stored ? nn::OnDevice(ReadFourBit(*stored, weight), model.device())
               : nn::QuantizeFourBit(map.linear.weight_OI, settings);
    map.linear.slot->compute_type = config.compute_dtype;
    quantized.insert(weight);
    ++done.modules;
    done.elements += map.linear.weight_OI.numel();
    done.resident_bytes += map.linear.slot->four_bit->resident_bytes();
  }
  std::set<const void*> needed;
  for (const NamedTensor& parameter : model.Parameters()) {
    parameter.value.set_requires_grad(false);
    if (!quantized.contains(parameter.name)) needed.insert(StorageOf(parameter.value));
  }
  for (const NamedLinear& map : model.Linears()) {
    const at::Tensor& weight_OI = map.linear.weight_OI;
    if (map.linear.is_four_bit() && !needed.contains(StorageOf(weight_OI))) FreeStorage(weight_OI);
  }
  return done;
}

std::map<std::string, std::string> FourBitCodes(const Model& model) {
  std::map<std::string, std::string> codes;
  for (const NamedLinear& map : model.Linears()) {
    if (!map.linear.is_four_bit()) continue;
    codes[map.name + ".weight"] = map.linear.slot->four_bit->code == nn::FourBitCode::kNf4 ? "NF4" : "FP4";
  }
  return codes;
}

}  // namespace plumbline::models
