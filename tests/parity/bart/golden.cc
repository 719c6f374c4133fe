#include "tests/parity/bart/golden.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include "harness/base/error.h"

namespace plumbline::testing {
namespace {

void Append(std::vector<int64_t>& ids, std::vector<int64_t>* offsets, const Json& row) {
  for (const Json& id : row) ids.push_back(id.get<int64_t>());
  if (offsets != nullptr) offsets->push_back(static_cast<int64_t>(ids.size()));
}

std::string IndexText(int64_t flat, at::IntArrayRef sizes) {
  std::string text = "]";
  for (size_t dim = sizes.size(); dim-- > 0; flat /= sizes[dim]) {
    text = (dim > 0 ? ", " : "") + std::to_string(flat % sizes[dim]) + text;
  }
  return "[" + text;
}

}  // namespace

TransformersGolden::TransformersGolden(const std::string& family, const std::string& shape)
    : directory(std::filesystem::path("tests/golden") / family / shape),
      expected(ReadJsonFile(directory / "expected.json")),
      tensors(directory / "expected.safetensors") {
  // At this size a second thread gains nothing, and under foreign load its barriers cost a minute.
  at::set_num_threads(1);
}

at::Tensor TransformersGolden::Tensor(const std::string& name) const {
  const models::StoredTensor* entry = tensors.Find(name);
  if (entry == nullptr) throw Error(ErrorKind::kInternal, "no golden tensor " + name);
  return tensors.View(*entry);
}

models::PackedBatch PackItems(const Json& items) {
  std::vector<int64_t> source, target, labels;
  models::PackedBatch batch;
  batch.source_offsets = {0};
  batch.target_offsets = {0};
  for (const Json& item : items) {
    Append(source, &batch.source_offsets, item.at("input_ids"));
    Append(target, &batch.target_offsets, item.at("decoder_input_ids"));
    Append(labels, nullptr, item.at("labels"));
  }
  batch.source_ids_N = at::tensor(source, at::kLong);
  batch.decoder_input_ids_M = at::tensor(target, at::kLong);
  batch.labels_M = at::tensor(labels, at::kLong);
  return batch;
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  return (a.cpu().to(at::kDouble) - b.cpu().to(at::kDouble)).abs().max().item<double>();
}

::testing::AssertionResult Near(const std::string& name, const at::Tensor& found,
                                const at::Tensor& wanted, double tolerance) {
  if (!found.defined()) return ::testing::AssertionFailure() << name << ": no tensor";
  if (found.sizes() != wanted.sizes()) {
    return ::testing::AssertionFailure()
           << name << ": shape " << found.sizes() << ", wanted " << wanted.sizes();
  }
  const at::Tensor difference =
      (found.detach().cpu().to(at::kDouble) - wanted.to(at::kDouble)).abs().flatten();
  const int64_t worst = difference.argmax().item<int64_t>();
  const double largest = difference[worst].item<double>();
  if (largest <= tolerance * DeviceFactor()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << name << IndexText(worst, wanted.sizes()) << ": "
         << found.flatten()[worst].item<double>() << ", wanted "
         << wanted.flatten()[worst].item<double>() << ", largest difference " << largest
         << " above " << tolerance * DeviceFactor();
}

}  // namespace plumbline::testing
