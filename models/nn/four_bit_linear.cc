// Legend: N packed tokens, I input width, O output width.
#include "models/nn/four_bit_linear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "harness/base/error.h"
#include "models/nn/autocast.h"
#include "models/nn/products.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// All parts below one another.
at::Tensor WholeWeight(const FourBitLinear& linear, at::ScalarType type) {
  PLUMBLINE_CHECK(!linear.parts.empty());
  int64_t outputs = 0;
  for (const FourBitWeight& part : linear.parts) outputs += part.shape.at(0);
  const FourBitWeight& first = linear.parts.front();
  const at::Tensor weight_OI =
      at::empty({outputs, first.shape.at(1)}, first.packed.options().dtype(type));
  int64_t begin = 0;
  for (const FourBitWeight& part : linear.parts) {
    PLUMBLINE_CHECK(part.shape.at(1) == first.shape.at(1));
    DequantizeInto(part, weight_OI.narrow(0, begin, part.shape[0]));
    begin += part.shape[0];
  }
  return weight_OI;
}

struct Saved : torch::CustomClassHolder {
  explicit Saved(FourBitLinear what) : linear(std::move(what)) {}
  FourBitLinear linear;  // its tensors are shared, not copied
};

class FourBitProduct : public torch::autograd::Function<FourBitProduct> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x_NI,
                            const FourBitLinear& linear) {
    context->saved_data["linear"] = c10::IValue::make_capsule(c10::make_intrusive<Saved>(linear));
    const at::Tensor weight_OI = WholeWeight(linear, x_NI.scalar_type());
    if (!linear.bias_O.defined()) return RowProduct(x_NI, weight_OI);
    return RowProduct(x_NI, weight_OI, OfType(linear.bias_O, x_NI.scalar_type()));
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const auto capsule = context->saved_data["linear"].toCapsule();
    const FourBitLinear& linear = static_cast<const Saved&>(*capsule).linear;
    return {Product(outputs[0], WholeWeight(linear, outputs[0].scalar_type())), at::Tensor()};
  }
};

}  // namespace

int64_t FourBitLinear::resident_bytes() const {
  int64_t bytes = bias_O.defined() ? static_cast<int64_t>(bias_O.nbytes()) : 0;
  for (const FourBitWeight& part : parts) bytes += part.resident_bytes();
  return bytes;
}

at::Tensor Apply(const FourBitLinear& linear, const at::Tensor& x_NI) {
  PLUMBLINE_CHECK(!linear.bias_O.defined() || !linear.bias_O.requires_grad());
  return FourBitProduct::apply(AsOperand(x_NI), linear);
}

}  // namespace plumbline::nn
