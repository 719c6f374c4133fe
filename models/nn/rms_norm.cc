// Legend: N packed rows, D width, C chunks of rows.
#include "models/nn/rms_norm.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "models/nn/kernels/rms_norm.h"
#include "third_party/libtorch/parallel.h"

namespace plumbline::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Elements below which a second thread costs more than it saves.
constexpr int64_t kElementsOfTask = 32768;

int64_t NumChunks(const at::Tensor& x_ND) {
  return std::clamp<int64_t>(x_ND.numel() / kElementsOfTask, 1, at::get_num_threads());
}

// Calls task(chunk, first row, number of rows) for equal shares of the rows.
template <typename Task>
void ForChunks(int64_t num_rows, int64_t num_chunks, const Task& task) {
  at::parallel_for(0, num_chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      const int64_t first = num_rows * chunk / num_chunks;
      task(chunk, first, num_rows * (chunk + 1) / num_chunks - first);
    }
  });
}

// fp32 on the CPU: one pass over the rows each way, where ATen's parts take five and more.
class Fp32Rows : public torch::autograd::Function<Fp32Rows> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x_ND,
                            const at::Tensor& weight_D, double epsilon) {
    const at::Tensor out_ND = at::empty_like(x_ND);
    const at::Tensor inverse_N = at::empty({x_ND.size(0)}, x_ND.options());
    const int64_t width = x_ND.size(1);
    const float* x = x_ND.const_data_ptr<float>();
    const float* weight = weight_D.const_data_ptr<float>();
    float* inverse = inverse_N.data_ptr<float>();
    float* out = out_ND.data_ptr<float>();
    ForChunks(x_ND.size(0), NumChunks(x_ND), [&](int64_t, int64_t first, int64_t rows) {
      RmsNormRows(rows, width, static_cast<float>(epsilon), x + first * width, weight,
                  inverse + first, out + first * width);
    });
    context->save_for_backward({x_ND, weight_D, inverse_N});
    return out_ND;
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor grad_out_ND = outputs[0].contiguous();
    const int64_t num_rows = saved[0].size(0), width = saved[0].size(1);
    const int64_t num_chunks = NumChunks(saved[0]);
    const at::Tensor grad_x_ND = at::empty_like(saved[0]);
    const at::Tensor grad_weight_CD = at::zeros({num_chunks, width}, saved[0].options());
    const float* x = saved[0].const_data_ptr<float>();
    const float* weight = saved[1].const_data_ptr<float>();
    const float* inverse = saved[2].const_data_ptr<float>();
    const float* grad_out = grad_out_ND.const_data_ptr<float>();
    float* grad_x = grad_x_ND.data_ptr<float>();
    float* grad_weight = grad_weight_CD.data_ptr<float>();
    ForChunks(num_rows, num_chunks, [&](int64_t chunk, int64_t first, int64_t rows) {
      RmsNormBackwardRows(rows, width, x + first * width, weight, inverse + first,
                          grad_out + first * width, grad_x + first * width,
                          grad_weight + chunk * width);
    });
    return {grad_x_ND, grad_weight_CD.sum(0), at::Tensor()};
  }
};

bool IsCpuFp32(const at::Tensor& tensor) {
  return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat;
}

// Any type and device.
at::Tensor Composed(const RmsNorm& norm, const at::Tensor& x_ND) {
  const at::Tensor x_fp32_ND = x_ND.to(at::kFloat);
  const at::Tensor inverse_N1 = x_fp32_ND.square().mean(-1, true).add(norm.epsilon).rsqrt();
  const at::Tensor scaled_ND = x_fp32_ND * inverse_N1;
  if (norm.rounding == RmsRounding::kToInput)
    return norm.weight_D * scaled_ND.to(x_ND.scalar_type());
  const at::ScalarType type = norm.weight_D.scalar_type();
  return norm.weight_D * (at::isReducedFloatingType(type) ? scaled_ND.to(type) : scaled_ND);
}

}  // namespace

RmsNorm AllocateRmsNorm(int64_t width, double epsilon, RmsRounding rounding,
                        const at::TensorOptions& options) {
  return {at::empty({width}, options).requires_grad_(true), epsilon, rounding};
}

at::Tensor Apply(const RmsNorm& norm, const at::Tensor& x_ND) {
  if (!IsCpuFp32(x_ND) || !IsCpuFp32(norm.weight_D)) return Composed(norm, x_ND);
  const at::Tensor rows_ND = x_ND.reshape({-1, x_ND.size(-1)}).contiguous();
  return Fp32Rows::apply(rows_ND, norm.weight_D, norm.epsilon).view(x_ND.sizes());
}

}  // namespace plumbline::nn
