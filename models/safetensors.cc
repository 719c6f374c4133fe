#include "models/safetensors.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/json.h"

namespace plumbline::models {
namespace {

// Elements of a file at hand at a time: the most that loading adds to the memory of the weights.
constexpr int64_t kChunkElements = int64_t{1} << 20;

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

int64_t NumElements(const StoredTensor& tensor) {
  return static_cast<int64_t>(tensor.end - tensor.begin) / SizeBytesOf(tensor.type);
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
  return Elements(tensor, 0, NumElements(tensor)).view(tensor.shape);
}

at::Tensor SafetensorsFile::Elements(const StoredTensor& tensor, int64_t first,
                                     int64_t count) const {
  const auto options = at::TensorOptions().dtype(ScalarTypeOf(tensor.type));
  const auto size = static_cast<uint64_t>(SizeBytesOf(tensor.type));
  const std::span<const std::byte> bytes = map_->bytes().subspan(
      tensor.begin + static_cast<uint64_t>(first) * size, static_cast<uint64_t>(count) * size);
  if (reinterpret_cast<uintptr_t>(bytes.data()) % size != 0) {
    const at::Tensor copy = at::empty({count}, options);
    std::copy(bytes.begin(), bytes.end(), static_cast<std::byte*>(copy.data_ptr()));
    return copy;
  }
  // from_blob wants writable bytes; the comment in the header forbids writing.
  void* data = const_cast<std::byte*>(bytes.data());
  return at::from_blob(data, {count}, [map = map_](void*) {}, options);
}

// The mapping is read-only and private: a page that is given back is read from the file again.
void SafetensorsFile::Release(const StoredTensor& tensor, int64_t first, int64_t count) const {
  const auto size = static_cast<uint64_t>(SizeBytesOf(tensor.type));
  const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  const uint64_t begin = (tensor.begin + static_cast<uint64_t>(first) * size) / page * page;
  const uint64_t end = tensor.begin + static_cast<uint64_t>(first + count) * size;
  void* data = const_cast<std::byte*>(map_->bytes().data()) + begin;
  ::madvise(data, end - begin, MADV_DONTNEED);  // advice: a failure costs memory alone
}

void SafetensorsFile::CopyTo(const StoredTensor& tensor, const at::Tensor& destination) const {
  PLUMBLINE_CHECK(destination.is_contiguous() && destination.numel() == NumElements(tensor));
  const at::NoGradGuard no_grad;
  const at::Tensor flat = destination.detach().view({-1});
  for (int64_t first = 0; first < flat.numel(); first += kChunkElements) {
    const int64_t count = std::min(kChunkElements, flat.numel() - first);
    flat.narrow(0, first, count).copy_(Elements(tensor, first, count));
    Release(tensor, first, count);
  }
}

bool SafetensorsFile::HasSameValues(const StoredTensor& tensor, const SafetensorsFile& other,
                                    const StoredTensor& other_tensor) const {
  const int64_t total = NumElements(tensor);
  PLUMBLINE_CHECK(total == NumElements(other_tensor));
  for (int64_t first = 0; first < total; first += kChunkElements) {
    const int64_t count = std::min(kChunkElements, total - first);
    const bool is_same =
        at::equal(Elements(tensor, first, count).to(at::kFloat),
                  other.Elements(other_tensor, first, count).to(at::kFloat));
    Release(tensor, first, count);
    other.Release(other_tensor, first, count);
    if (!is_same) return false;
  }
  return true;
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

bool CheckpointTensors::HaveSameValues(const std::string& a, const std::string& b) const {
  return EntryOf(a).shape == EntryOf(b).shape &&
         FileOf(a).HasSameValues(EntryOf(a), FileOf(b), EntryOf(b));
}

at::ScalarType CheckpointTensors::CommonType() const {
  std::map<at::ScalarType, uint64_t> bytes;
  for (const auto& [name, place] : places_) {
    const at::ScalarType type = ScalarTypeOf(place.entry->type);
    if (at::isFloatingType(type)) bytes[type] += place.entry->end - place.entry->begin;
  }
  const auto most = std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) {
    return a.second < b.second;
  });
  return most == bytes.end() ? at::kFloat : most->first;
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
