// Safetensors as tensors: files mapped, tensors viewed in place, tensors written.
// Called by checkpoint loading and by adapters; knows no architecture.
#ifndef PLUMBLINE_MODELS_SAFETENSORS_H_
#define PLUMBLINE_MODELS_SAFETENSORS_H_

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/file.h"
#include "models/model.h"
#include "models/safetensors_header.h"

namespace plumbline::models {

at::ScalarType ScalarTypeOf(StoredType type);

class SafetensorsFile {
 public:
  // Maps and checks the file. Errors: kModel as ParseSafetensors, or when it is missing or
  // unreadable.
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const SafetensorsHeader& header() const { return header_; }

  // The entry of a name; null when the file has none.
  const StoredTensor* Find(const std::string& name) const;

  // A CPU tensor over the mapped bytes, which live as long as any view. Never write to it: the
  // pages are read-only. Bytes that are not aligned for their type are copied.
  at::Tensor View(const StoredTensor& tensor) const;

  // Copies the values into a contiguous tensor of as many elements, any type and device, a chunk at
  // a time; the file's pages leave memory behind it.
  void CopyTo(const StoredTensor& tensor, const at::Tensor& destination) const;

  // Whether two tensors of one shape hold the same values, each converted to fp32 (exact for equal
  // types). Pages leave memory as in CopyTo.
  bool HasSameValues(const StoredTensor& tensor, const SafetensorsFile& other,
                     const StoredTensor& other_tensor) const;

 private:
  at::Tensor Elements(const StoredTensor& tensor, int64_t first, int64_t count) const;
  void Release(const StoredTensor& tensor, int64_t first, int64_t count) const;

  std::filesystem::path path_;
  std::shared_ptr<const MappedFile> map_;
  SafetensorsHeader header_;
};

// The tensors of a checkpoint directory: model.safetensors, or the shards of
// model.safetensors.index.json.
class CheckpointTensors {
 public:
  // Errors: kModel when there is neither, or an index that disagrees with its shards.
  explicit CheckpointTensors(const std::filesystem::path& directory);

  std::vector<std::string> Names() const;  // sorted
  bool Contains(const std::string& name) const { return places_.contains(name); }
  // Where the tensor of a known name is: its file and entry.
  const SafetensorsFile& FileOf(const std::string& name) const { return *places_.at(name).file; }
  const StoredTensor& EntryOf(const std::string& name) const { return *places_.at(name).entry; }
  at::Tensor View(const std::string& name) const { return FileOf(name).View(EntryOf(name)); }
  // As SafetensorsFile's, by name; false for different shapes.
  bool HaveSameValues(const std::string& a, const std::string& b) const;
  // The floating type that most bytes of the checkpoint are stored in; fp32 when none is.
  at::ScalarType CommonType() const;

 private:
  struct Place {
    const SafetensorsFile* file;
    const StoredTensor* entry;
  };
  void AddShards(const std::filesystem::path& directory);

  std::vector<std::unique_ptr<SafetensorsFile>> files_;
  std::map<std::string, Place> places_;
};

// Writes `tensors`, cast to `type`, with metadata {"format": "pt"} as transformers does. Errors:
// kEnvironment.
void SaveTensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                 at::ScalarType type);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_SAFETENSORS_H_
