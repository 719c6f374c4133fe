// The safetensors container without tensors: its header read and checked, its bytes written. No
// Torch, so that it is fuzzed and runs under the sanitizers. Called by safetensors.cc and by what
// reads adapters and ledgers. Source: the format description of huggingface/safetensors: u64
// little-endian header length, JSON, raw bytes.
#ifndef PLUMBLINE_MODELS_SAFETENSORS_HEADER_H_
#define PLUMBLINE_MODELS_SAFETENSORS_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::models {

enum class StoredType {
#define STORED_TYPE(name, bytes, aten) k##name,
#include "models/safetensors_types.def"
#undef STORED_TYPE
};

// The format's name of a type, "F32".
std::string_view NameOf(StoredType type);
int64_t SizeBytesOf(StoredType type);

struct StoredTensor {
  std::string name;
  StoredType type = StoredType::kF32;
  std::vector<int64_t> shape;  // empty for a scalar
  uint64_t begin = 0;          // bytes from the start of the file
  uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::vector<StoredTensor> tensors;  // sorted by name
};

// Checks everything a reader relies on: lengths, JSON, types, shape products, offsets in order
// without overlap or gap up to the last byte. `file_name` stands in errors. Errors: kModel naming
// file, tensor, found and wanted.
SafetensorsHeader ParseSafetensors(std::span<const std::byte> file, std::string_view file_name);

struct TensorBytes {
  std::string name;
  StoredType type = StoredType::kF32;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;  // row-major, little-endian
};

// Writes the file atomically, laid out byte for byte as the reference library does. Errors:
// kEnvironment as WriteFileAtomic; kInternal for a repeated name or bytes that do not fit the
// shape.
void WriteSafetensors(const std::filesystem::path& path, std::vector<TensorBytes> tensors,
                      const std::map<std::string, std::string>& metadata);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_SAFETENSORS_HEADER_H_
