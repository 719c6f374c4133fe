// bitsandbytes' 4-bit weights: NF4 and FP4 codes in blocks with one scale each, the scales
// quantized to 8 bits in turn if asked for (double quantization). Called by the quantized products
// and by the checkpoint reader; knows no name, file or configuration. Arithmetic and rounding are
// bitsandbytes' own, bit for bit. Source: QLoRA (Dettmers et al. 2023); bitsandbytes 0.50.2, CPU
// backend.
//
// Legend: n elements of the flattened weight, O rows, I columns, C blocks, G groups of block
// scales.
#ifndef PLUMBLINE_MODELS_NN_FOUR_BIT_H_
#define PLUMBLINE_MODELS_NN_FOUR_BIT_H_

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

namespace plumbline::nn {

enum class FourBitCode { kNf4, kFp4 };

// The value of each 4-bit number, in [-1, 1].
const std::array<float, 16>& ValuesOf(FourBitCode code);

// The 256 values of bitsandbytes' signed dynamic map, ascending, fp32.
at::Tensor DynamicMap();

inline constexpr int64_t kFourBitBlock = 64;
inline constexpr int64_t kScaleGroup = 256;

// One quantized matrix. Blocks run over the flattened weight in row-major order and may span rows;
// the last one may be short. The high half of a byte is the first element.
struct FourBitWeight {
  FourBitCode code = FourBitCode::kNf4;
  int64_t block_size = kFourBitBlock;
  std::vector<int64_t> shape;            // (O, I) of the weight
  at::ScalarType dtype = at::kFloat;     // that the weight had
  at::Tensor packed;                     // uint8, (n + 1) / 2 bytes
  at::Tensor absmax_C;                   // fp32; under double quantization uint8, by `scale_map`
  at::Tensor group_absmax_G;             // fp32; undefined without double quantization
  at::Tensor scale_map;                  // fp32 (256); undefined without
  float scale_offset = 0;                // mean of the block scales
  int64_t group_size = kScaleGroup;      // blocks of one group

  bool is_double() const { return group_absmax_G.defined(); }
  int64_t num_elements() const;
  // Bytes that stay in memory for it.
  int64_t resident_bytes() const;
};

struct FourBitSettings {
  FourBitCode code = FourBitCode::kNf4;
  bool double_quant = false;
};

// `weight`: fp32, bf16 or fp16, any shape, any device; the result lives on its device. Halfway
// values go to the lower code; an all-zero block has scale 0 (a short last block 1e-38). NaN makes
// its block's scale NaN.
FourBitWeight QuantizeFourBit(const at::Tensor& weight, const FourBitSettings& settings);

// The same weight with its tensors on `device`.
FourBitWeight OnDevice(FourBitWeight weight, const at::Device& device);

// fp32 scale of each block: group_absmax * map[number] + offset under double quantization.
at::Tensor BlockScales(const FourBitWeight& weight);

// The weight's values in its shape, each code * scale in fp32 rounded once to `dtype` (fp32, bf16
// or fp16).
at::Tensor Dequantize(const FourBitWeight& weight, at::ScalarType dtype);
// The same into a contiguous tensor of as many elements on the weight's device; its type is the
// result's.
void DequantizeInto(const FourBitWeight& weight, const at::Tensor& out);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_FOUR_BIT_H_
