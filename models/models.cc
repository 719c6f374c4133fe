// The table of families, and the checkpoint directory in and out.
#include <ATen/core/Tensor.h>

#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "models/family.h"
#include "models/fill.h"
#include "models/model.h"
#include "models/safetensors.h"

namespace plumbline::models {
namespace {

std::vector<Family> Families() {
  return {
#define MODEL(name) Describe##name(),
#include "models/models.def"
#undef MODEL
  };
}

Family FamilyOf(const Json& config, const std::string& where) {
  const Json type =
      config.is_object() && config.contains("model_type") ? config.at("model_type") : Json();
  std::string known;
  for (Family& family : Families()) {
    if (type == family.model_type) return std::move(family);
    known += (known.empty() ? "" : ", ") + family.model_type;
  }
  Fail(ErrorKind::kModel, "reading " + where,
       type.is_null() ? "no model_type" : "model_type " + type.dump(), "one of " + known,
       "a checkpoint of a known family");
}

Json ReadConfig(const std::filesystem::path& path) {
  try {
    return ReadJsonFile(path);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, error.what());
  }
}

}  // namespace

std::string DtypeName(at::ScalarType dtype) {
  if (dtype == at::kBFloat16) return "bfloat16";
  if (dtype == at::kHalf) return "float16";
  PLUMBLINE_CHECK(dtype == at::kFloat);
  return "float32";
}

std::optional<at::ScalarType> FindDtype(std::string_view name) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    if (name == DtypeName(type)) return type;
  }
  return std::nullopt;
}

std::unique_ptr<Model> LoadModel(const std::filesystem::path& directory, const at::Device& device,
                                 at::ScalarType dtype) {
  const std::filesystem::path config_path = directory / "config.json";
  const Json config = ReadConfig(config_path);
  const Family family = FamilyOf(config, Quoted(config_path.string()));
  const CheckpointTensors stored(directory);
  std::unique_ptr<Model> model = family.make(
      config, {at::TensorOptions(device).dtype(dtype), StoredHeadOf(stored, family.names)});
  FillModel(*model, stored, family.names, directory.string());
  return model;
}

at::ScalarType WeightType(const std::string& dtype, const std::filesystem::path& directory) {
  if (dtype == "auto") {
    const at::ScalarType common = CheckpointTensors(directory).CommonType();
    return common == at::kBFloat16 || common == at::kHalf ? common : at::kFloat;
  }
  if (const auto named = FindDtype(dtype)) return *named;
  Fail(ErrorKind::kUsage, "choosing the type of the weights", Quoted(dtype),
       "auto, float32, bfloat16 or float16", "model.dtype: float32");
}

std::unique_ptr<Model> ShapeOf(const Json& config) {
  const auto shapes = at::TensorOptions(at::kMeta).dtype(at::kFloat);
  return FamilyOf(config, "a model's configuration")
      .make(config, {shapes, StoredHead::kNothingStored});
}

int64_t CountParameters(const Json& config) {
  int64_t count = 0;
  for (const NamedTensor& parameter : ShapeOf(config)->Parameters()) {
    count += parameter.value.numel();
  }
  return count;
}

std::unique_ptr<Model> InitializeModel(const Json& config, uint64_t seed,
                                       const at::Device& device) {
  const Family family = FamilyOf(config, "a model's configuration");
  std::unique_ptr<Model> model = family.make(
      config, {at::TensorOptions(device).dtype(at::kFloat), StoredHead::kNothingStored});
  family.initialize(*model, seed);
  return model;
}

void SaveModel(const Model& model, const std::filesystem::path& directory, at::ScalarType dtype) {
  PLUMBLINE_CHECK(model.adapter_config().is_null());  // its part would be lost
  Json config = model.config();
  config.erase("quantization_config");  // weights are held and written whole
  config["architectures"] = {FamilyOf(config, "a model's configuration").architecture};
  config[config.contains("torch_dtype") ? "torch_dtype" : "dtype"] = DtypeName(dtype);
  std::vector<NamedTensor> tensors = model.Parameters();
  for (NamedTensor& buffer : model.Buffers()) tensors.push_back(std::move(buffer));
  MakeDirectories(directory);
  SaveTensors(directory / "model.safetensors", tensors, dtype);
  WriteJsonFile(directory / "config.json", config);
}

}  // namespace plumbline::models
