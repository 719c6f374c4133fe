// Legend: N packed tokens, H heads, E head width, F = E / 2 frequencies.
#include "models/nn/rope.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <numbers>

#include "harness/base/error.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor ScaleLikeLlama3(const at::Tensor& plain_F, const RopeSettings& settings) {
  const auto original = static_cast<double>(settings.original_max_position_embeddings);
  const double low = settings.low_freq_factor;
  const double high = settings.high_freq_factor;
  const at::Tensor wavelength_F = plain_F.reciprocal() * (2 * std::numbers::pi);
  const at::Tensor is_long_F = wavelength_F.gt(original / low);
  const at::Tensor is_short_F = wavelength_F.lt(original / high);
  const at::Tensor outer_F = at::where(is_long_F, plain_F / settings.factor, plain_F);
  const at::Tensor smooth_F = (wavelength_F.reciprocal() * original - low) / (high - low);
  const at::Tensor blended_F = (1 - smooth_F) * outer_F / settings.factor + smooth_F * outer_F;
  return at::where(at::logical_or(is_long_F, is_short_F), outer_F, blended_F);
}

// `sign` 1 turns, -1 turns back.
at::Tensor Turn(const at::Tensor& x_NHE, const at::Tensor& cos_N1F, const at::Tensor& sin_N1F,
                double sign) {
  const int64_t num_frequencies = cos_N1F.size(2);
  const at::Tensor out_NHE = at::empty(x_NHE.sizes(), x_NHE.options());
  const auto half = [&](const at::Tensor& whole, int64_t which) {
    return whole.narrow(2, which * num_frequencies, num_frequencies);
  };
  at::Tensor first = half(out_NHE, 0);
  at::Tensor second = half(out_NHE, 1);
  at::mul_out(first, half(x_NHE, 0), cos_N1F);
  first.addcmul_(half(x_NHE, 1), sin_N1F, -sign);
  at::mul_out(second, half(x_NHE, 1), cos_N1F);
  second.addcmul_(half(x_NHE, 0), sin_N1F, sign);
  return out_NHE;
}

// A rotation's gradient is the rotation back; nothing but the angles is kept.
class Rotation : public torch::autograd::Function<Rotation> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x_NHE,
                            const at::Tensor& cos_N1F, const at::Tensor& sin_N1F) {
    context->save_for_backward({cos_N1F, sin_N1F});
    return Turn(x_NHE, cos_N1F, sin_N1F, 1);
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const variable_list saved = context->get_saved_variables();
    return {Turn(outputs[0], saved[0], saved[1], -1), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor RopeFrequencies(const RopeSettings& settings) {
  PLUMBLINE_CHECK(settings.head_width % 2 == 0);
  const at::Tensor exponents_F =
      at::arange(0, settings.head_width, 2, at::kFloat) / static_cast<double>(settings.head_width);
  const at::Tensor plain_F = at::pow(settings.theta, exponents_F).reciprocal();
  if (settings.scaling == RopeScaling::kLinear) return plain_F / settings.factor;
  return settings.scaling == RopeScaling::kLlama3 ? ScaleLikeLlama3(plain_F, settings) : plain_F;
}

RopeTable MakeRopeTable(const at::Tensor& frequencies_F, const std::vector<int64_t>& positions_N,
                        const at::Device& device) {
  const at::Tensor positions_N1 = at::tensor(positions_N, at::kLong).to(at::kFloat).unsqueeze(1);
  const at::Tensor angles_NF = (positions_N1 * frequencies_F).to(device);
  return {angles_NF.cos(), angles_NF.sin()};
}

RopeTable Narrow(const RopeTable& table, int64_t first, int64_t count) {
  return {table.cos_NF.narrow(0, first, count), table.sin_NF.narrow(0, first, count)};
}

RopeTable Select(const RopeTable& table, const at::Tensor& rows_K) {
  return {table.cos_NF.index_select(0, rows_K), table.sin_NF.index_select(0, rows_K)};
}

at::Tensor Rotate(const at::Tensor& x_NHE, const RopeTable& table) {
  PLUMBLINE_CHECK(x_NHE.size(0) == table.cos_NF.size(0) &&
                  x_NHE.size(2) == 2 * table.cos_NF.size(1));
  const auto of_type = [&](const at::Tensor& values_NF) {
    return values_NF.to(x_NHE.scalar_type()).unsqueeze(1);  // as transformers rounds them
  };
  return Rotation::apply(x_NHE, of_type(table.cos_NF), of_type(table.sin_NF));
}

}  // namespace plumbline::nn
