#include "harness/train/operator_counter.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/autocast_mode.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <string_view>
#include <vector>

#include "harness/base/error.h"

namespace plumbline::train {
namespace {

using Inputs = c10::ArrayRef<const c10::IValue>;

std::string ShapeClass(const at::Tensor& tensor) {
  if (!tensor.defined()) return "-";
  if (tensor.dim() == 0) return "0d";
  std::string text;
  for (const int64_t size : tensor.sizes()) {
    if (!text.empty()) text += 'x';
    text += std::to_string(std::bit_ceil(static_cast<uint64_t>(size)));
  }
  return text;
}

std::string ShapeClasses(Inputs inputs) {
  std::string text;
  for (const c10::IValue& input : inputs) {
    std::string one;
    if (input.isTensor()) {
      one = ShapeClass(input.toTensor());
    } else if (input.isTensorList()) {
      one = "{" + std::to_string(input.toTensorList().size()) + "}";
    } else {
      continue;
    }
    text += (text.empty() ? "" : ",") + one;
  }
  return text;
}

// Sizes of the tensor argument at `index`; empty when it is none.
std::vector<int64_t> SizesAt(Inputs inputs, size_t index) {
  if (index >= inputs.size() || !inputs[index].isTensor() || !inputs[index].toTensor().defined()) return {};
  return inputs[index].toTensor().sizes().vec();
}

int64_t ProductOf(const std::vector<int64_t>& sizes) {
  int64_t product = 1;
  for (const int64_t size : sizes) product *= size;
  return product;
}

// `left` (.., n, k) times a matrix or vector whose last size is m (1 for a vector).
int64_t ProductFlops(const std::vector<int64_t>& left, const std::vector<int64_t>& right) {
  const int64_t columns = right.size() < 2 ? 1 : right.back();
  return left.empty() ? 0 : 2 * ProductOf(left) * columns;
}

// One product of the query and key shapes (B, H, L, E).
int64_t AttentionProductFlops(Inputs inputs, size_t query_index) {
  const std::vector<int64_t> query = SizesAt(inputs, query_index);
  const std::vector<int64_t> key = SizesAt(inputs, query_index + 1);
  if (query.size() != 4 || key.size() != 4) return 0;
  return 2 * ProductOf(query) * key[2];
}

struct Product {
  std::string_view name;
  size_t left_index;
  bool is_cast;  // by autocast, which then calls it again
};

constexpr Product kProducts[] = {
    {"aten::mm", 0, true},      {"aten::bmm", 0, true},   {"aten::mv", 0, false},
    {"aten::addmm", 1, true},   {"aten::baddbmm", 1, true}, {"aten::addmv", 1, false},
    {"aten::_addmm_activation", 1, false}, {"plumbline::mm", 0, false}};

const Product* FindProduct(std::string_view name) {
  for (const Product& product : kProducts) {
    if (name == product.name) return &product;
  }
  return nullptr;
}

// The call that autocast answers by casting its operands and calling again.
bool IsOuterCall(const Product& product, Inputs inputs) {
  if (!product.is_cast || !inputs[product.left_index].isTensor()) return false;
  return at::autocast::is_autocast_enabled(inputs[product.left_index].toTensor().device().type());
}

// The rest of the name of an attention that is one operator: the CPU's and CUDA's.
constexpr std::string_view kAttentionPrefix = "aten::_scaled_dot_product_";
constexpr std::string_view kAttentions[] = {"flash_attention_for_cpu", "flash_attention",
                                            "efficient_attention", "cudnn_attention"};

int64_t AttentionFlops(std::string_view name, Inputs inputs) {
  if (!name.starts_with(kAttentionPrefix)) return 0;
  name.remove_prefix(kAttentionPrefix.size());
  constexpr std::string_view kBackward = "_backward";
  const bool is_backward = name.ends_with(kBackward);
  if (is_backward) name.remove_suffix(kBackward.size());
  if (std::ranges::find(kAttentions, name) == std::end(kAttentions)) return 0;
  // Backward, the first argument is the gradient of the output.
  return is_backward ? 5 * AttentionProductFlops(inputs, 1) : 2 * AttentionProductFlops(inputs, 0);
}

std::string DtypeName(at::ScalarType type) {
  if (type == at::kHalf) return "float16";
  if (type == at::kBFloat16) return "bfloat16";
  return type == at::kFloat ? "float32" : c10::toString(type);
}

int64_t FlopsOf(std::string_view name, Inputs inputs) {
  if (const Product* product = FindProduct(name)) {
    return ProductFlops(SizesAt(inputs, product->left_index), SizesAt(inputs, product->left_index + 1));
  }
  return AttentionFlops(name, inputs);
}

}  // namespace

struct OperatorCounter::State {
  // The observer's start function has no room for a pointer.
  static std::atomic<State*>& Active() {
    static std::atomic<State*> active{nullptr};
    return active;
  }

  static std::unique_ptr<at::ObserverContext> OnCall(const at::RecordFunction& function) {
    State* state = Active().load(std::memory_order_acquire);
    if (state != nullptr) state->Count(function.name(), function.inputs());
    return nullptr;
  }

  // Operators and our own products alone: autograd's nodes are reported too, under other names.
  void Count(const std::string& name, Inputs inputs) {
    if (!name.starts_with("aten::") && !name.starts_with("plumbline::")) return;
    const Product* product = FindProduct(name);
    if (product != nullptr && IsOuterCall(*product, inputs)) return;
    const std::string shape_key = name + " [" + ShapeClasses(inputs) + "]";
    const int64_t flops = FlopsOf(name, inputs);
    const std::lock_guard<std::mutex> lock(mutex);
    ++counts.calls[name];
    ++counts.shape_calls[shape_key];
    counts.flops += flops;
    if (product != nullptr && inputs[product->left_index].isTensor()) {
      ++counts.product_dtypes[DtypeName(inputs[product->left_index].toTensor().scalar_type())];
    }
  }

  mutable std::mutex mutex;
  OperatorCounts counts;
  at::CallbackHandle handle = at::INVALID_CALLBACK_HANDLE;
};

OperatorCounts& OperatorCounts::operator+=(const OperatorCounts& other) {
  for (const auto& [name, count] : other.calls) calls[name] += count;
  for (const auto& [name, count] : other.shape_calls) shape_calls[name] += count;
  flops += other.flops;
  for (const auto& [name, count] : other.product_dtypes) product_dtypes[name] += count;
  return *this;
}

OperatorCounter::OperatorCounter() : state_(std::make_unique<State>()) {
  State* expected = nullptr;
  PLUMBLINE_CHECK(State::Active().compare_exchange_strong(expected, state_.get()));
  state_->handle = at::addGlobalCallback(at::RecordFunctionCallback(State::OnCall)
                                             .needsInputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
}

OperatorCounter::~OperatorCounter() {
  at::removeCallback(state_->handle);
  State::Active().store(nullptr, std::memory_order_release);
}

OperatorCounts OperatorCounter::counts() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->counts;
}

}  // namespace plumbline::train
