// Legend: n elements of the flattened weight, C blocks, G groups of block scales.
#include "models/nn/four_bit.h"

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/bitwise_and.h>
#include <ATen/ops/bitwise_right_shift.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "harness/base/error.h"
#include "third_party/libtorch/parallel.h"

namespace plumbline::nn {
namespace {

// Below it the reciprocal of a scale would be infinite. Source: bitsandbytes, default backend.
constexpr auto kSmallestScale = static_cast<float>(1e-38);

// The 8-bit search goes through a table over [-1, 1] with this many points, so a value within half
// a step of the middle between two codes may go to either. Source: bitsandbytes, quantize_cpu_impl.
constexpr int64_t kTablePoints = 65536;

constexpr std::array<float, 16> kNf4Values = {
    -1.0F,
    -0.6961928009986877F,
    -0.5250730514526367F,
    -0.39491748809814453F,
    -0.28444138169288635F,
    -0.18477343022823334F,
    -0.09105003625154495F,
    0.0F,
    0.07958029955625534F,
    0.16093020141124725F,
    0.24611230194568634F,
    0.33791524171829224F,
    0.44070982933044434F,
    0.5626170039176941F,
    0.7229568362236023F,
    1.0F,
};

// One sign, two exponent and one mantissa bit in the order of their bit patterns, over 12.
constexpr std::array<float, 16> kFp4Values = {
    0.0F, 0.0625F / 12,  8.0F / 12,  1.0F,  4.0F / 12,  6.0F / 12,  2.0F / 12,  3.0F / 12,
    0.0F, -0.0625F / 12, -8.0F / 12, -1.0F, -4.0F / 12, -6.0F / 12, -2.0F / 12, -3.0F / 12,
};

// The numbers of a code by ascending value; of FP4's two zeros the first one comes first.
constexpr std::array<uint8_t, 16> kNf4Order = {0, 1, 2,  3,  4,  5,  6,  7,
                                               8, 9, 10, 11, 12, 13, 14, 15};
constexpr std::array<uint8_t, 16> kFp4Order = {11, 10, 13, 12, 15, 14, 9, 0,
                                               8,  1,  6,  7,  4,  5,  2, 3};

struct Search {
  explicit Search(FourBitCode code)
      : order(code == FourBitCode::kNf4 ? kNf4Order : kFp4Order) {
    const std::array<float, 16>& values = ValuesOf(code);
    for (size_t i = 0; i < bounds.size(); ++i) {
      bounds[i] = (values[order[i]] + values[order[i + 1]]) / 2;
    }
  }

  // A value at a bound goes below it, NaN above all.
  uint8_t NumberOf(float scaled) const {
    size_t rank = 0;
    for (const float bound : bounds) rank += bound >= scaled ? 0 : 1;
    return order[rank];
  }

  std::array<float, 15> bounds{};
  std::array<uint8_t, 16> order;
};

int64_t NumBlocks(int64_t elements, int64_t block_size) {
  return (elements + block_size - 1) / block_size;
}

float LargestMagnitude(const float* values, int64_t count) {
  float largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    const float magnitude = std::fabs(values[i]);
    if (magnitude > largest || std::isnan(magnitude)) largest = magnitude;
  }
  return largest;
}

float Clamped(float value) { return value > 1 ? 1.0F : value < -1 ? -1.0F : value; }

// One block; a short one is scaled by division where a whole one is multiplied by the reciprocal.
float QuantizeBlock(const Search& search, const float* values, int64_t count, bool is_whole,
                    uint8_t* packed) {
  float absmax = LargestMagnitude(values, count);
  const float divisor = absmax < kSmallestScale ? kSmallestScale : absmax;
  if (!is_whole) absmax = divisor;
  const float factor = 1.0F / divisor;
  const auto number = [&](int64_t i) {
    if (i >= count) return search.NumberOf(0);
    return search.NumberOf(Clamped(is_whole ? values[i] * factor : values[i] / divisor));
  };
  for (int64_t i = 0; i < count; i += 2) {
    packed[i / 2] = static_cast<uint8_t>(number(i) << 4 | number(i + 1));
  }
  return absmax;
}

// The 8-bit number of each point of the table: that of the nearest value of `map`.
std::vector<uint8_t> TableOf(const at::Tensor& map) {
  const float* values = map.const_data_ptr<float>();
  std::vector<uint8_t> table(kTablePoints);
  int64_t number = 0;
  for (int64_t i = 0; i < kTablePoints; ++i) {
    const double point = 2.0 * static_cast<double>(i) / (kTablePoints - 1) - 1;
    while (number < 255 && (double{values[number]} + values[number + 1]) / 2 < point) ++number;
    table[static_cast<size_t>(i)] = static_cast<uint8_t>(number);
  }
  return table;
}

// The second quantization: `scales_C` less their mean, in groups.
void QuantizeScales(const at::Tensor& scales_C, FourBitWeight& weight) {
  weight.scale_map = DynamicMap();
  const std::vector<uint8_t> table = TableOf(weight.scale_map);
  const at::Tensor offset = scales_C.mean();
  weight.scale_offset = offset.item<float>();
  const at::Tensor centred_C = scales_C - offset;
  const int64_t blocks = centred_C.numel(), groups = NumBlocks(blocks, weight.group_size);
  weight.absmax_C = at::zeros({blocks}, at::kByte);
  weight.group_absmax_G = at::empty({groups}, at::kFloat);
  const float* values = centred_C.const_data_ptr<float>();
  auto* numbers = weight.absmax_C.mutable_data_ptr<uint8_t>();
  for (int64_t group = 0; group < groups; ++group) {
    const int64_t begin = group * weight.group_size;
    const int64_t end = std::min(begin + weight.group_size, blocks);
    const float absmax = LargestMagnitude(values + begin, end - begin);
    weight.group_absmax_G.mutable_data_ptr<float>()[group] = absmax;
    if (absmax == 0) continue;
    const float factor = 1.0F / absmax;
    for (int64_t i = begin; i < end; ++i) {
      const float half = (Clamped(values[i] * factor) + 1) * 0.5F;
      const float place = half * (kTablePoints - 1) + 0.5F;
      numbers[i] = table[place >= 0 ? static_cast<size_t>(place) : 0];  // NaN: the first
    }
  }
}

// Blocks [begin, end) of the flattened weight.
template <typename T>
void DequantizeBlocks(const FourBitWeight& weight, const float* scales, int64_t begin, int64_t end,
                      T* out) {
  const std::array<float, 16>& values = ValuesOf(weight.code);
  const auto* packed = weight.packed.const_data_ptr<uint8_t>();
  const int64_t elements = weight.num_elements();
  for (int64_t block = begin; block < end; ++block) {
    const float scale = scales[block];
    std::array<T, 16> scaled;
    for (size_t i = 0; i < 16; ++i) scaled[i] = static_cast<T>(values[i] * scale);
    const int64_t last = std::min((block + 1) * weight.block_size, elements);
    int64_t i = block * weight.block_size;
    for (; i + 1 < last; i += 2) {
      const uint8_t byte = packed[i / 2];
      out[i] = scaled[byte >> 4];
      out[i + 1] = scaled[byte & 15];
    }
    if (i < last) out[i] = scaled[packed[i / 2] >> 4];
  }
}

// Any device, with the library's operators.
at::Tensor DequantizeByOperators(const FourBitWeight& weight, at::ScalarType dtype) {
  const std::array<float, 16>& values = ValuesOf(weight.code);
  const at::Tensor code =
      at::tensor(at::ArrayRef<float>(values.data(), values.size()), at::kFloat)
          .to(weight.packed.device());
  const at::Tensor bytes = weight.packed.flatten().to(at::kInt);
  const at::Tensor numbers =
      at::stack({at::bitwise_right_shift(bytes, 4), at::bitwise_and(bytes, 15)}, 1).flatten();
  const int64_t elements = weight.num_elements();
  const at::Tensor scales =
      at::repeat_interleave(BlockScales(weight), weight.block_size).narrow(0, 0, elements);
  return (code.index_select(0, numbers.narrow(0, 0, elements)) * scales).to(dtype);
}

}  // namespace

const std::array<float, 16>& ValuesOf(FourBitCode code) {
  return code == FourBitCode::kNf4 ? kNf4Values : kFp4Values;
}

at::Tensor DynamicMap() {
  constexpr int kExponents = 7;
  std::vector<float> values = {0.0F, 1.0F};
  for (int exponent = 0; exponent < kExponents; ++exponent) {
    const at::Tensor bounds = at::linspace(0.1, 1, (int64_t{1} << exponent) + 1, at::kFloat);
    const at::Tensor means =
        bounds.slice(0, 0, -1).add(bounds.slice(0, 1)).div(2.0).mul(std::pow(10.0, exponent - 6));
    for (int64_t i = 0; i < means.numel(); ++i) {
      values.push_back(means.const_data_ptr<float>()[i]);
      values.push_back(-values.back());
    }
  }
  std::sort(values.begin(), values.end());
  PLUMBLINE_CHECK(values.size() == 256);
  return at::tensor(values, at::kFloat);
}

int64_t FourBitWeight::num_elements() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

int64_t FourBitWeight::resident_bytes() const {
  int64_t bytes = 0;
  for (const at::Tensor& tensor : {packed, absmax_C, group_absmax_G, scale_map}) {
    if (tensor.defined()) bytes += static_cast<int64_t>(tensor.nbytes());
  }
  return bytes;
}

FourBitWeight QuantizeFourBit(const at::Tensor& weight, const FourBitSettings& settings) {
  const at::Tensor values_n = weight.detach().to(at::kCPU, at::kFloat).contiguous().flatten();
  FourBitWeight result;
  result.code = settings.code;
  result.shape = weight.sizes().vec();
  result.dtype = weight.scalar_type();
  const int64_t elements = values_n.numel(), size = result.block_size;
  const int64_t blocks = NumBlocks(elements, size);
  const at::Tensor scales_C = at::empty({blocks}, at::kFloat);
  result.packed = at::empty({(elements + 1) / 2}, at::kByte);
  const Search search(settings.code);
  const float* values = values_n.const_data_ptr<float>();
  auto* packed = result.packed.mutable_data_ptr<uint8_t>();
  auto* scales = scales_C.mutable_data_ptr<float>();
  at::parallel_for(0, blocks, 64, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * size, count = std::min(size, elements - first);
      scales[block] =
          QuantizeBlock(search, values + first, count, count == size, packed + first / 2);
    }
  });
  result.absmax_C = scales_C;
  if (settings.double_quant) QuantizeScales(scales_C, result);
  return OnDevice(std::move(result), weight.device());
}

FourBitWeight OnDevice(FourBitWeight weight, const at::Device& device) {
  for (at::Tensor* tensor :
       {&weight.packed, &weight.absmax_C, &weight.group_absmax_G, &weight.scale_map}) {
    if (tensor->defined()) *tensor = tensor->to(device);
  }
  return weight;
}

at::Tensor BlockScales(const FourBitWeight& weight) {
  if (!weight.is_double()) return weight.absmax_C;
  const at::Tensor groups_C = at::repeat_interleave(weight.group_absmax_G, weight.group_size)
                                  .narrow(0, 0, weight.absmax_C.numel());
  const at::Tensor map_C = weight.scale_map.index_select(0, weight.absmax_C.to(at::kInt));
  return map_C.mul(groups_C).add(weight.scale_offset);
}

at::Tensor Dequantize(const FourBitWeight& weight, at::ScalarType dtype) {
  const at::Tensor out = at::empty(weight.shape, weight.packed.options().dtype(dtype));
  DequantizeInto(weight, out);
  return out;
}

void DequantizeInto(const FourBitWeight& weight, const at::Tensor& out) {
  PLUMBLINE_CHECK(out.is_contiguous() && out.numel() == weight.num_elements());
  if (!weight.packed.device().is_cpu()) {
    out.copy_(DequantizeByOperators(weight, out.scalar_type()).view(out.sizes()));
    return;
  }
  const at::Tensor scales_C = BlockScales(weight);
  const float* scales = scales_C.const_data_ptr<float>();
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, out.scalar_type(), "DequantizeInto", [&] {
        auto* values = out.mutable_data_ptr<scalar_t>();
        at::parallel_for(0, scales_C.numel(), 64, [&](int64_t begin, int64_t end) {
          DequantizeBlocks(weight, scales, begin, end, values);
        });
      });
}

}  // namespace plumbline::nn
