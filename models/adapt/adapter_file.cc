// PEFT's adapter_config.json and adapter_model.safetensors, in and out.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <set>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "models/adapt/adapter.h"
#include "models/safetensors.h"

namespace plumbline::models {
namespace {

constexpr const char* kPrefix = "base_model.model.";
constexpr const char* kConfigFile = "adapter_config.json";
constexpr const char* kWeightsFile = "adapter_model.safetensors";

Json ReadSettings(const std::filesystem::path& directory) {
  try {
    return ReadJsonFile(directory / kConfigFile);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, error.what());
  }
}

}  // namespace

AdapterPlan LoadAdapter(Model& model, const std::filesystem::path& directory, bool trainable) {
  const Json settings = ReadSettings(directory);
  const LoraConfig config =
      LoraConfigFromPeft(settings, Quoted((directory / kConfigFile).string()));
  const std::string base = settings.value("base_model_name_or_path", Json()).is_string()
                               ? settings.at("base_model_name_or_path").get<std::string>()
                               : "";
  AdapterPlan plan;
  try {
    plan = AttachAdapter(model, config, /*seed=*/0, base);
  } catch (const Error& error) {
    throw Error(error.kind() == ErrorKind::kUsage ? ErrorKind::kModel : error.kind(),
                "loading the adapter " + Quoted(directory.string()) + ": " + error.what());
  }
  LoadAdapterWeights(model, directory);
  if (!trainable) {
    for (const NamedTensor& parameter : AllParameters(model))
      parameter.value.set_requires_grad(false);
  }
  return plan;
}

void LoadAdapterWeights(const Model& model, const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kWeightsFile;
  const SafetensorsFile file(path);
  const auto refuse = [&](const std::string& found) {
    Fail(ErrorKind::kModel, "loading the adapter " + Quoted(path.string()), found,
         "exactly the tensors that its adapter_config.json asks of this model",
         "the base model it was trained on");
  };
  std::set<std::string> wanted;
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : AdapterTensors(model)) {
    const std::string name = kPrefix + tensor.name;
    const StoredTensor* entry = file.Find(name);
    if (entry == nullptr) refuse("no " + Quoted(name));
    if (entry->shape != tensor.value.sizes()) {
      refuse(Quoted(name) + " of shape " + Json(entry->shape).dump() + ", not " +
             Json(tensor.value.sizes().vec()).dump());
    }
    if (!at::isFloatingType(ScalarTypeOf(entry->type)))
      refuse(Quoted(name) + " of a type that is not floating");
    file.CopyTo(*entry, tensor.value);
    wanted.insert(name);
  }
  for (const StoredTensor& tensor : file.header().tensors) {
    if (!wanted.contains(tensor.name)) refuse("the unknown " + Quoted(tensor.name));
  }
}

void SaveAdapter(const Model& model, const std::filesystem::path& directory) {
  std::vector<NamedTensor> tensors = AdapterTensors(model);
  for (NamedTensor& tensor : tensors) tensor.name = kPrefix + tensor.name;
  MakeDirectories(directory);
  SaveTensors(directory / kWeightsFile, tensors, at::kFloat);
  WriteJsonFile(directory / kConfigFile, model.adapter_config());
}

}  // namespace plumbline::models
