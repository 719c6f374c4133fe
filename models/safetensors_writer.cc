#include <algorithm>
#include <tuple>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "models/safetensors_header.h"

namespace plumbline::models {
namespace {

// Tensors start on a multiple of this: the widest element.
constexpr size_t kAlignmentBytes = 8;

void SortAsReference(std::vector<TensorBytes>& tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorBytes& a, const TensorBytes& b) {
    return std::tie(b.type, a.name) < std::tie(a.type, b.name);
  });
}

void RequireSound(const std::vector<TensorBytes>& tensors) {
  std::vector<std::string> names;
  for (const TensorBytes& tensor : tensors) {
    size_t bytes = static_cast<size_t>(SizeBytesOf(tensor.type));
    for (const int64_t size : tensor.shape) bytes *= static_cast<size_t>(size);
    PLUMBLINE_CHECK(bytes == tensor.bytes.size());
    names.push_back(tensor.name);
  }
  std::sort(names.begin(), names.end());
  PLUMBLINE_CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}

// Written by hand, entry by entry: the order of the file, not of the keys, is the reference's.
std::string HeaderText(const std::vector<TensorBytes>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  if (!metadata.empty()) text += "\"__metadata__\":" + Json(metadata).dump();
  size_t offset = 0;
  for (const TensorBytes& tensor : tensors) {
    const size_t end = offset + tensor.bytes.size();
    text += text.size() > 1 ? "," : "";
    text += Json(tensor.name).dump() + ":{\"dtype\":\"" + std::string(NameOf(tensor.type)) +
            "\",\"shape\":" + Json(tensor.shape).dump() +
            ",\"data_offsets\":" + Json({offset, end}).dump() + "}";
    offset = end;
  }
  text += "}";
  text.append((kAlignmentBytes - text.size() % kAlignmentBytes) % kAlignmentBytes, ' ');
  return text;
}

}  // namespace

void WriteSafetensors(const std::filesystem::path& path, std::vector<TensorBytes> tensors,
                      const std::map<std::string, std::string>& metadata) {
  RequireSound(tensors);
  SortAsReference(tensors);
  const std::string header = HeaderText(tensors, metadata);
  const uint64_t length = header.size();
  AtomicFile file(path);
  file.Write({reinterpret_cast<const char*>(&length), sizeof length});
  file.Write(header);
  for (const TensorBytes& tensor : tensors) {
    file.Write({reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()});
  }
  file.Commit();
}

}  // namespace plumbline::models
