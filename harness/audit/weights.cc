#include "harness/audit/weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <set>

#include "harness/audit/path.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "models/safetensors_header.h"

namespace plumbline::audit {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxSamples = 65'536;
constexpr uint32_t kHalfExponentBias = 112;  // 127 - 15
constexpr double kHalfSubnormal = 1.0 / (1 << 24);

template <typename Number>
Number ReadAt(std::span<const std::byte> bytes, size_t index) {
  Number number{};
  std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
  return number;
}

// IEEE 754 binary16.
double HalfValue(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits >> 15) << 31;
  const uint32_t exponent = (bits >> 10) & 31u;
  const uint32_t fraction = bits & 1023u;
  if (exponent == 0) {
    const double value = fraction * kHalfSubnormal;
    return sign != 0 ? -value : value;
  }
  const uint32_t wide = exponent == 31 ? 255 : exponent + kHalfExponentBias;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

size_t ValueBytes(const std::string& dtype) {
  if (dtype == "F64") return 8;
  if (dtype == "F32") return 4;
  return dtype == "F16" || dtype == "BF16" ? 2 : 0;
}

double ValueAt(const Tensor& tensor, size_t index) {
  if (tensor.dtype == "F64") return ReadAt<double>(tensor.bytes, index);
  if (tensor.dtype == "F32") return ReadAt<float>(tensor.bytes, index);
  const auto bits = ReadAt<uint16_t>(tensor.bytes, index);
  if (tensor.dtype == "F16") return HalfValue(bits);
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

size_t CountReadable(const Tensor& tensor) {
  const size_t bytes = ValueBytes(tensor.dtype);
  return bytes == 0 ? 0 : tensor.bytes.size() / bytes;
}

// The shards that an index names, each once.
std::set<std::string> ShardsOf(const fs::path& index) {
  std::set<std::string> shards;
  const Json document = ReadJsonFile(index);
  if (!document.is_object() || !document.contains("weight_map")) return shards;
  for (const auto& [name, file] : document["weight_map"].items()) {
    if (file.is_string()) shards.insert(file.get<std::string>());
  }
  return shards;
}

}  // namespace

int64_t Tensor::NumValues() const {
  int64_t values = 1;
  for (const int64_t size : shape) values *= size;
  return values;
}

void Weights::Add(const fs::path& path) {
  auto file = std::make_unique<MappedFile>(path);
  const std::string name = path.filename().string();
  for (const auto& stored : models::ParseSafetensors(file->bytes(), name).tensors) {
    tensors_.push_back({stored.name, std::string(models::NameOf(stored.type)), stored.shape,
                        file->bytes().subspan(stored.begin, stored.end - stored.begin), name});
  }
  files_.push_back(std::move(file));
}

Weights Weights::OfAdapter(const Evidence& run) {
  Weights weights;
  const fs::path path = run.files.directory / "adapter_model.safetensors";
  if (!run.files.directory.empty() && IsFile(path)) weights.Add(path);
  return weights;
}

Weights Weights::OfModel(const Evidence& run) {
  Weights weights;
  const fs::path& directory = run.files.directory;
  if (directory.empty()) return weights;
  if (IsFile(directory / "model.safetensors")) {
    weights.Add(directory / "model.safetensors");
    return weights;
  }
  const fs::path index = directory / "model.safetensors.index.json";
  if (!IsFile(index)) return weights;
  for (const std::string& shard : ShardsOf(index)) {
    weights.Add(directory / fs::path(shard).filename());
  }
  return weights;
}

const Tensor* Weights::Find(std::string_view name) const {
  const auto found = std::ranges::find(tensors_, name, &Tensor::name);
  return found == tensors_.end() ? nullptr : &*found;
}

TensorSummary Summarize(const Tensor& tensor) {
  TensorSummary summary;
  summary.num_values = CountReadable(tensor);
  for (size_t i = 0; i < summary.num_values; ++i) {
    const double value = ValueAt(tensor, i);
    if (!std::isfinite(value)) {
      ++summary.num_non_finite;
      continue;
    }
    summary.max_abs = std::max(summary.max_abs, std::abs(value));
    summary.sum_squares += value * value;
  }
  return summary;
}

double MedianAbs(const Tensor& tensor) {
  const size_t count = CountReadable(tensor);
  const size_t stride = std::max<size_t>(1, count / kMaxSamples);
  std::vector<double> values;
  for (size_t i = 0; i < count; i += stride) values.push_back(std::abs(ValueAt(tensor, i)));
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace plumbline::audit
