#include "models/safetensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/json.h"

namespace plumbline::models {
namespace {

struct TypeRow {
  StoredType stored;
  at::ScalarType aten;
};

constexpr TypeRow kTypes[] = {
#define STORED_TYPE(name, bytes, aten) {StoredType::k##name, at::ScalarType::aten},
#include "models/safetensors_types.def"
#undef STORED_TYPE
};

StoredType StoredTypeOf(at::ScalarType type) {
  for (const TypeRow& row : kTypes) {
    if (row.aten == type) return row.stored;
  }
  Fail(ErrorKind::kInternal, "storing a tensor", at::toString(type),
       "a type of safetensors_types.def", "a cast");
}

// A missing or unreadable file is a broken checkpoint here.
template <typename Function>
auto AsModelError(Function&& function) {
  try {
    return function();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    throw Error(ErrorKind::kModel, error.what());
  }
}

[[noreturn]] void RefuseIndex(const std::filesystem::path& path, const std::string& found,
                              const std::string& wanted) {
  Fail(ErrorKind::kModel, "reading " + Quoted(path.string()), found, wanted,
       "downloading the checkpoint again");
}

}  // namespace

at::ScalarType ScalarTypeOf(StoredType type) { return kTypes[static_cast<size_t>(type)].aten; }

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : path_(path),
      map_(AsModelError([&] { return std::make_shared<const MappedFile>(path); })),
      header_(ParseSafetensors(map_->bytes(), path.string())) {}

const StoredTensor* SafetensorsFile::Find(const std::string& name) const {
  const auto found =
      std::lower_bound(header_.tensors.begin(), header_.tensors.end(), name,
                       [](const StoredTensor& a, const std::string& b) { return a.name < b; });
  return found != header_.tensors.end() && found->name == name ? &*found : nullptr;
}

at::Tensor SafetensorsFile::View(const StoredTensor& tensor) const {
  const auto options = at::TensorOptions().dtype(ScalarTypeOf(tensor.type));
  const std::span<const std::byte> bytes =
      map_->bytes().subspan(tensor.begin, tensor.end - tensor.begin);
  if (reinterpret_cast<uintptr_t>(bytes.data()) % static_cast<size_t>(SizeBytesOf(tensor.type)) !=
      0) {
    const at::Tensor copy = at::empty(tensor.shape, options);
    std::copy(bytes.begin(), bytes.end(), static_cast<std::byte*>(copy.data_ptr()));
    return copy;
  }
  // from_blob wants writable bytes; the comment in the header forbids writing.
  void* data = const_cast<std::byte*>(bytes.data());
  return at::from_blob(data, tensor.shape, [map = map_](void*) {}, options);
}

CheckpointTensors::CheckpointTensors(const std::filesystem::path& directory) {
  if (std::filesystem::exists(directory / "model.safetensors")) {
    files_.push_back(std::make_unique<SafetensorsFile>(directory / "model.safetensors"));
    for (const StoredTensor& tensor : files_[0]->header().tensors)
      places_[tensor.name] = {files_[0].get(), &tensor};
    return;
  }
  if (!std::filesystem::exists(directory / "model.safetensors.index.json")) {
    Fail(ErrorKind::kModel, "loading the checkpoint " + Quoted(directory.string()),
         "no model.safetensors", "model.safetensors or model.safetensors.index.json",
         "saving it with save_pretrained");
  }
  AddShards(directory);
}

void CheckpointTensors::AddShards(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "model.safetensors.index.json";
  const Json index = AsModelError([&] { return ReadJsonFile(path); });
  if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object()) {
    RefuseIndex(path, "no weight_map", "an object from tensor to file");
  }
  std::map<std::string, const SafetensorsFile*> opened;
  for (const auto& [name, shard] : index["weight_map"].items()) {
    const std::string file = shard.is_string() ? shard.get<std::string>() : "";
    if (file.empty() || file.find('/') != std::string::npos)
      RefuseIndex(path, shard.dump(), "the name of a shard");
    if (!opened.contains(file)) {
      files_.push_back(std::make_unique<SafetensorsFile>(directory / file));
      opened[file] = files_.back().get();
    }
    const StoredTensor* entry = opened[file]->Find(name);
    if (entry == nullptr)
      RefuseIndex(path, "no tensor " + Quoted(name) + " in " + Quoted(file), "what the index says");
    places_[name] = {opened[file], entry};
  }
  for (const auto& file : files_) {
    for (const StoredTensor& tensor : file->header().tensors) {
      if (places_.contains(tensor.name)) continue;
      RefuseIndex(
          path,
          "no entry for " + Quoted(tensor.name) + " of " + Quoted(file->path().filename().string()),
          "every tensor of its shards");
    }
  }
}

std::vector<std::string> CheckpointTensors::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, place] : places_) names.push_back(name);
  return names;
}

void SaveTensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                 at::ScalarType type) {
  std::vector<at::Tensor> kept;  // holds the bytes until the file is written
  std::vector<TensorBytes> stored;
  for (const NamedTensor& tensor : tensors) {
    kept.push_back(tensor.value.detach().to(at::kCPU, type).contiguous());
    const auto* data = static_cast<const std::byte*>(kept.back().const_data_ptr());
    stored.push_back(
        {tensor.name, StoredTypeOf(type), kept.back().sizes().vec(), {data, kept.back().nbytes()}});
  }
  WriteSafetensors(path, std::move(stored), {{"format", "pt"}});
}

}  // namespace plumbline::models
