#include "harness/train/checkpoint.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/core/Generator.h>
#include <ATen/core/grad_mode.h>

#include <cstring>
#include <mutex>
#include <string_view>

#include "harness/base/error.h"
#include "harness/train/checkpoint_directory.h"
#include "models/adapt/adapter.h"
#include "models/safetensors.h"

namespace plumbline::train {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string HexOf(const at::Tensor& bytes) {
  const uint8_t* data = bytes.const_data_ptr<uint8_t>();
  std::string text;
  for (int64_t i = 0; i < bytes.numel(); ++i) {
    text += kHexDigits[data[i] >> 4];
    text += kHexDigits[data[i] & 15];
  }
  return text;
}

at::Tensor BytesOf(const std::string& hex) {
  const at::Tensor bytes = at::empty({static_cast<int64_t>(hex.size() / 2)}, at::kByte);
  uint8_t* data = bytes.mutable_data_ptr<uint8_t>();
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    const size_t high = kHexDigits.find(hex[i]);
    const size_t low = kHexDigits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      Fail(ErrorKind::kModel, "reading a generator state", Quoted(hex.substr(i, 2)), "hexadecimal digits",
           "an older checkpoint");
    }
    data[i / 2] = static_cast<uint8_t>(high << 4 | low);
  }
  return bytes;
}

std::vector<at::Device> DrawingDevices(const at::Device& device) {
  std::vector<at::Device> devices = {at::Device(at::kCPU)};
  if (device.type() != at::kCPU) devices.push_back(device);
  return devices;
}

// The state of each drawing device, by its kind: what was drawn on the CPU is not drawn again on a GPU, while one GPU
// stands for another.
std::vector<std::string> StatesFor(const at::Device& device, const std::map<std::string, std::string>& states) {
  std::vector<std::string> chosen;
  std::string found, wanted;
  for (const auto& [name, state] : states) found += (found.empty() ? "" : ", ") + name;
  for (const at::Device& drawing : DrawingDevices(device)) {
    wanted += (wanted.empty() ? "" : ", ") + drawing.str();
    for (const auto& [name, state] : states) {
      if (at::Device(name).type() == drawing.type()) chosen.push_back(state);
    }
  }
  if (chosen.size() == states.size() && chosen.size() == DrawingDevices(device).size()) return chosen;
  Fail(ErrorKind::kUsage, "resuming on " + device.str(), "random states of " + found, wanted,
       "--device as the run had that wrote the checkpoint");
}

at::Generator GeneratorOf(const at::Device& device) { return at::globalContext().defaultGenerator(device); }

std::vector<models::NamedTensor> WeightsOf(const models::Model& model) {
  std::vector<models::NamedTensor> weights = model.Parameters();
  for (models::NamedTensor& buffer : model.Buffers()) weights.push_back(std::move(buffer));
  return weights;
}

void WriteFiles(const std::filesystem::path& directory, const models::Model& model, const Checkpoint& checkpoint) {
  model.adapter_config().is_null() ? models::SaveModel(model, directory, at::kFloat)
                                   : models::SaveAdapter(model, directory);
  models::SaveTensors(directory / "optimizer.safetensors", checkpoint.optimizer, at::kFloat);
  WriteJsonFile(directory / "trainer_state.json", ToJson(checkpoint.trainer));
  WriteJsonFile(directory / "loop_state.json", ToJson(checkpoint.loop));
  WriteJsonFile(directory / "ledger.json", ledger::ToJson(checkpoint.ledger));
  if (!checkpoint.resolved_config.is_null()) {
    WriteJsonFile(directory / "resolved_config.json", checkpoint.resolved_config);
  }
}

}  // namespace

std::filesystem::path SaveCheckpoint(const std::filesystem::path& output_dir, const models::Model& model,
                                     const Checkpoint& checkpoint) {
  return WriteCheckpointDirectory(
      output_dir, checkpoint.trainer.global_step,
      [&](const std::filesystem::path& directory) { WriteFiles(directory, model, checkpoint); });
}

Checkpoint LoadCheckpoint(const std::filesystem::path& directory) {
  RequireComplete(directory);
  Checkpoint checkpoint;
  const models::SafetensorsFile optimizer(directory / "optimizer.safetensors");
  for (const models::StoredTensor& tensor : optimizer.header().tensors) {
    checkpoint.optimizer.push_back({tensor.name, optimizer.View(tensor)});
  }
  checkpoint.trainer = TrainerStateFromJson(ReadJsonFile(directory / "trainer_state.json"));
  checkpoint.loop = LoopStateFromJson(ReadJsonFile(directory / "loop_state.json"));
  checkpoint.ledger = ledger::LedgerFromJson(ReadJsonFile(directory / "ledger.json"));
  const std::filesystem::path config = directory / "resolved_config.json";
  if (std::filesystem::exists(config)) checkpoint.resolved_config = ReadJsonFile(config);
  return checkpoint;
}

void LoadWeights(models::Model& model, const std::filesystem::path& directory) {
  if (!model.adapter_config().is_null()) return models::LoadAdapterWeights(model, directory);
  const at::NoGradGuard no_grad;
  const models::CheckpointTensors saved(directory);
  for (const models::NamedTensor& weight : WeightsOf(model)) {
    const bool found = saved.Contains(weight.name);
    const at::Tensor value = found ? saved.View(weight.name) : at::Tensor();
    if (!found || value.sizes() != weight.value.sizes() || value.scalar_type() != at::kFloat) {
      Fail(ErrorKind::kModel, "loading the weights of " + Quoted(directory.string()),
           Quoted(weight.name) + (found ? " of another shape or type" : " missing"), "the weights of this model",
           "the checkpoint of the same model");
    }
    weight.value.copy_(value);
  }
}

std::map<std::string, std::string> GeneratorStates(const at::Device& device) {
  std::map<std::string, std::string> states;
  for (const at::Device& drawing : DrawingDevices(device)) {
    at::Generator generator = GeneratorOf(drawing);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    states[drawing.str()] = HexOf(generator.get_state());
  }
  return states;
}

void RestoreGenerators(const std::map<std::string, std::string>& states, const at::Device& device) {
  const std::vector<at::Device> devices = DrawingDevices(device);
  const std::vector<std::string> chosen = StatesFor(device, states);
  for (size_t i = 0; i < devices.size(); ++i) {
    at::Generator generator = GeneratorOf(devices[i]);
    const at::Tensor bytes = BytesOf(chosen[i]);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    if (bytes.numel() != generator.get_state().numel()) {
      Fail(ErrorKind::kModel, "restoring the generator of " + devices[i].str(),
           std::to_string(bytes.numel()) + " bytes", "a state of this library",
           "the LibTorch the checkpoint was written with");
    }
    generator.set_state(bytes);
  }
}

void SeedGenerators(const at::Device& device, uint64_t seed) {
  for (const at::Device& drawing : DrawingDevices(device)) {
    at::Generator generator = GeneratorOf(drawing);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(seed);
  }
}

}  // namespace plumbline::train
