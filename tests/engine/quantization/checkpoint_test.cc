// 4-bit checkpoints as transformers and bitsandbytes save them: read bit-exactly, or refused by
// name.
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "models/four_bit_checkpoint.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

const std::filesystem::path kGoldens = "tests/golden/qlora";
constexpr const char* kWeight = "model.layers.0.mlp.down_proj.weight";

class StoredShape : public ::testing::TestWithParam<const char*> {};

TEST_P(StoredShape, EveryWeightDequantizesToTheReferenceBits) {
  const SafetensorsFile expected(kGoldens / GetParam() / "expected.safetensors");
  const CheckpointTensors stored(kGoldens / GetParam() / "quantized");
  const std::string prefix = "weight/";
  int num_weights = 0;
  for (const StoredTensor& entry : expected.header().tensors) {
    if (!entry.name.starts_with(prefix)) continue;
    const std::string name = entry.name.substr(prefix.size());
    ASSERT_TRUE(IsFourBit(stored, name)) << name;
    const nn::FourBitWeight weight = ReadFourBit(stored, name);
    EXPECT_EQ(weight.shape, entry.shape) << name;
    EXPECT_TRUE(at::equal(nn::Dequantize(weight, at::kFloat), expected.View(entry))) << name;
    ++num_weights;
  }
  EXPECT_GE(num_weights, 14);
}

// Quantizing the fp32 checkpoint here gives the bytes of the file that bitsandbytes wrote.
TEST_P(StoredShape, QuantizingTheBaseGivesTheStoredBytes) {
  const CheckpointTensors base(kGoldens / GetParam() / "base");
  const CheckpointTensors stored(kGoldens / GetParam() / "quantized");
  for (const std::string& name : base.Names()) {
    if (!IsFourBit(stored, name)) continue;
    const nn::FourBitWeight wanted = ReadFourBit(stored, name);
    const nn::FourBitWeight found =
        nn::QuantizeFourBit(base.View(name), {wanted.code, wanted.is_double()});
    EXPECT_TRUE(at::equal(found.packed, wanted.packed)) << name;
    EXPECT_TRUE(at::equal(found.absmax_C, wanted.absmax_C)) << name;
    ASSERT_EQ(found.is_double(), wanted.is_double()) << name;
    if (!wanted.is_double()) continue;
    EXPECT_TRUE(at::equal(found.group_absmax_G, wanted.group_absmax_G)) << name;
    EXPECT_EQ(found.scale_offset, wanted.scale_offset) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, StoredShape,
                         ::testing::Values("qwen3_nf4", "llama_fp4", "mt5_nf4"));

TEST(FourBitCheckpoint, AWeightInFp32IsNone) {
  const CheckpointTensors stored(kGoldens / "qwen3_nf4" / "quantized");
  EXPECT_FALSE(IsFourBit(stored, "model.norm.weight"));
  EXPECT_TRUE(FourBitPartNames(stored, "model.norm.weight").empty());
  EXPECT_EQ(FourBitPartNames(stored, kWeight).size(), 5U);
}

// Writes the tensors of a checkpoint again as `change` leaves them, and reads kWeight.
void ReadChanged(const std::function<void(std::vector<TensorBytes>&)>& change) {
  const SafetensorsFile file(kGoldens / "qwen3_nf4" / "quantized" / "model.safetensors");
  std::vector<TensorBytes> tensors;
  std::vector<at::Tensor> views;
  for (const StoredTensor& entry : file.header().tensors) {
    views.push_back(file.View(entry));
    tensors.push_back({entry.name, entry.type, entry.shape,
                       {static_cast<const std::byte*>(views.back().const_data_ptr()),
                        static_cast<size_t>(entry.end - entry.begin)}});
  }
  change(tensors);
  const testing::TemporaryDirectory directory;
  WriteSafetensors(directory.path() / "model.safetensors", tensors, {});
  ReadFourBit(CheckpointTensors(directory.path()), kWeight);
}

TensorBytes& Named(std::vector<TensorBytes>& tensors, const std::string& ending) {
  for (TensorBytes& tensor : tensors) {
    if (tensor.name == kWeight + ending) return tensor;
  }
  throw Error(ErrorKind::kInternal, "no tensor " + ending);
}

TEST(FourBitCheckpoint, AnUnchangedCopyIsRead) {
  EXPECT_NO_THROW(ReadChanged([](std::vector<TensorBytes>&) {}));
}

TEST(FourBitCheckpoint, AMissingPartIsNamed) {
  EXPECT_ERROR(ReadChanged([](std::vector<TensorBytes>& tensors) {
                 std::erase_if(tensors, [](const TensorBytes& tensor) {
                   return tensor.name == std::string(kWeight) + ".absmax";
                 });
               }),
               ErrorKind::kModel, "down_proj.weight.absmax': found nothing");
}

TEST(FourBitCheckpoint, OtherCodeValuesAreRefused) {
  const std::vector<float> other(16, 0.5F);
  EXPECT_ERROR(ReadChanged([&](std::vector<TensorBytes>& tensors) {
                 Named(tensors, ".quant_map").bytes = std::as_bytes(std::span(other));
               }),
               ErrorKind::kModel, "quant_map': found other values");
}

TEST(FourBitCheckpoint, TooFewBytesAreRefused) {
  EXPECT_ERROR(ReadChanged([&](std::vector<TensorBytes>& tensors) {
                 TensorBytes& packed = Named(tensors, "");
                 packed.shape = {259, 1};
                 packed.bytes = packed.bytes.first(259);
               }),
               ErrorKind::kModel, "found 259 elements, wanted 260");
}

TEST(FourBitCheckpoint, AStateThatIsNoJsonIsRefused) {
  const std::vector<char> text = {'{', 'x'};
  EXPECT_ERROR(ReadChanged([&](std::vector<TensorBytes>& tensors) {
                 TensorBytes& state = Named(tensors, ".quant_state.bitsandbytes__nf4");
                 state.shape = {2};
                 state.bytes = std::as_bytes(std::span(text));
               }),
               ErrorKind::kModel, "quant_state.bitsandbytes__nf4");
}

}  // namespace
}  // namespace plumbline::models
