#include "harness/measure/machine_limits.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <c10/core/InferenceMode.h>

#include <atomic>
#include <cstdint>

#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "third_party/libtorch/parallel.h"

namespace plumbline::measure {
namespace {

constexpr int64_t kMatrixSize = 1024;  // MKL reaches its plateau here (speed figures of the project)
constexpr int64_t kProductsAPass = 8;
constexpr int64_t kReadBytes = int64_t{256} << 20;  // past every last-level cache that is in use today
constexpr int64_t kReadChunk = int64_t{1} << 16;    // floats handed to a thread at once

double SgemmPass(const at::Tensor& a, const at::Tensor& b, at::Tensor& product) {
  const double start_s = MonotonicSeconds();
  for (int64_t i = 0; i < kProductsAPass; ++i) at::mm_out(product, a, b);
  const double seconds = MonotonicSeconds() - start_s;
  const double flop = 2.0 * kMatrixSize * kMatrixSize * kMatrixSize * kProductsAPass;
  return flop / seconds * 1e-9;
}

// Eight independent sums, so that the adds never wait for each other.
float SumOf(const float* values, int64_t count) {
  float sums[8] = {};
  for (int64_t i = 0; i + 8 <= count; i += 8) {
    for (int64_t lane = 0; lane < 8; ++lane) sums[lane] += values[i + lane];
  }
  return sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
}

double ReadPass(const at::Tensor& buffer, float* checksum) {
  const float* values = buffer.const_data_ptr<float>();
  std::atomic<float> total{0};
  const double start_s = MonotonicSeconds();
  at::parallel_for(0, buffer.numel(), kReadChunk, [&](int64_t begin, int64_t end) {
    total.fetch_add(SumOf(values + begin, end - begin), std::memory_order_relaxed);
  });
  const double seconds = MonotonicSeconds() - start_s;
  *checksum = total;
  return static_cast<double>(kReadBytes) / seconds * 1e-9;
}

}  // namespace

MachineLimits MeasureMachineLimits(int repetitions) {
  const c10::InferenceMode no_autograd;
  MachineLimits limits;
  const at::Tensor a = at::ones({kMatrixSize, kMatrixSize});
  const at::Tensor b = at::ones({kMatrixSize, kMatrixSize});
  at::Tensor product = at::empty({kMatrixSize, kMatrixSize});
  const at::Tensor buffer = at::ones({kReadBytes / static_cast<int64_t>(sizeof(float))});
  float checksum = 0;
  SgemmPass(a, b, product);
  ReadPass(buffer, &checksum);
  for (int i = 0; i < repetitions; ++i) {
    limits.sgemm_gflop_per_s.push_back(SgemmPass(a, b, product));
    limits.read_gb_per_s.push_back(ReadPass(buffer, &checksum));
  }
  // The compiler may not drop work whose result is looked at: both results are known.
  PLUMBLINE_CHECK(product[0][0].item<float>() == static_cast<float>(kMatrixSize));
  PLUMBLINE_CHECK(checksum == static_cast<float>(buffer.numel()));
  return limits;
}

}  // namespace plumbline::measure
