// The tensors of a run's safetensors files, mapped and read as numbers without Torch. Used by rules
// that look into weights.
#ifndef PLUMBLINE_HARNESS_AUDIT_WEIGHTS_H_
#define PLUMBLINE_HARNESS_AUDIT_WEIGHTS_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/base/file.h"

namespace plumbline::audit {

struct Tensor {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;
  std::string file;

  int64_t NumValues() const;
};

// What the values of a tensor are; F64, F32, F16 and BF16 are read, other types count as unread.
struct TensorSummary {
  size_t num_values = 0;
  size_t num_non_finite = 0;
  double max_abs = 0;
  double sum_squares = 0;
};

class Weights {
 public:
  // The directory's adapter_model.safetensors alone. Errors: kModel as ParseSafetensors.
  static Weights OfAdapter(const Evidence& run);
  // model.safetensors, or all shards of its index. Errors: kModel; kData for a missing shard.
  static Weights OfModel(const Evidence& run);

  const std::vector<Tensor>& tensors() const { return tensors_; }
  const Tensor* Find(std::string_view name) const;
  bool Empty() const { return tensors_.empty(); }

 private:
  void Add(const std::filesystem::path& path);

  std::vector<std::unique_ptr<MappedFile>> files_;
  std::vector<Tensor> tensors_;  // by file, then by name
};

TensorSummary Summarize(const Tensor& tensor);
// The median of |x| over at most 65,536 evenly spaced values; 0 for types that are not read.
double MedianAbs(const Tensor& tensor);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_WEIGHTS_H_
