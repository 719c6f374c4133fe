// The 4-bit codec against what bitsandbytes' CPU backend stored and read back, bit for bit.
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "models/nn/four_bit.h"
#include "models/safetensors.h"

namespace plumbline::nn {
namespace {

struct DtypeName {
  const char* name;
  at::ScalarType dtype;
};
constexpr DtypeName kDtypes[] = {
    {"float32", at::kFloat}, {"bfloat16", at::kBFloat16}, {"float16", at::kHalf}};

const models::SafetensorsFile& File() {
  static const models::SafetensorsFile file("tests/golden/quantization/codec.safetensors");
  return file;
}

// Undefined when the case has no such part.
at::Tensor Golden(const std::string& name) {
  const models::StoredTensor* entry = File().Find(name);
  return entry == nullptr ? at::Tensor() : File().View(*entry);
}

std::vector<std::string> Cases() {
  std::set<std::string> cases;
  for (const models::StoredTensor& tensor : File().header().tensors) {
    cases.insert(tensor.name.substr(0, tensor.name.find('/')));
  }
  return {cases.begin(), cases.end()};
}

FourBitSettings SettingsOf(const std::string& name) {
  return {name.starts_with("nf4") ? FourBitCode::kNf4 : FourBitCode::kFp4,
          name.find(".double.") != std::string::npos};
}

bool SameBits(const at::Tensor& found, const at::Tensor& wanted) {
  if (found.scalar_type() != wanted.scalar_type() || found.numel() != wanted.numel()) return false;
  return std::memcmp(found.contiguous().const_data_ptr(), wanted.contiguous().const_data_ptr(),
                     wanted.nbytes()) == 0;
}

TEST(FourBit, TheGoldensHoldEveryKindOfWeight) {
  std::set<std::string> kinds;
  for (const std::string& name : Cases()) kinds.insert(name.substr(name.rfind('.') + 1));
  EXPECT_EQ(kinds, (std::set<std::string>{"bounds", "constant", "groups", "huge", "largest", "odd",
                                          "one", "random", "short_block", "tiny", "zero",
                                          "zero_in_part"}));
  EXPECT_GE(Cases().size(), 60U);
}

TEST(FourBit, QuantizingStoresTheReferenceBytes) {
  for (const std::string& name : Cases()) {
    const FourBitWeight weight = QuantizeFourBit(Golden(name + "/input"), SettingsOf(name));
    EXPECT_TRUE(SameBits(weight.packed, Golden(name + "/packed"))) << name;
    EXPECT_TRUE(SameBits(weight.absmax_C, Golden(name + "/absmax"))) << name;
    ASSERT_EQ(weight.is_double(), Golden(name + "/group_absmax").defined()) << name;
    if (!weight.is_double()) continue;
    EXPECT_TRUE(SameBits(weight.group_absmax_G, Golden(name + "/group_absmax"))) << name;
    EXPECT_TRUE(SameBits(weight.scale_map, Golden(name + "/map"))) << name;
    EXPECT_EQ(weight.scale_offset, Golden(name + "/offset").item<float>()) << name;
  }
}

// Of FP4's second zero bitsandbytes makes 0 or -0, as its CPU path of the moment has it; here they
// are equal.
TEST(FourBit, DequantizingGivesTheReferenceValuesInEveryType) {
  for (const std::string& name : Cases()) {
    const FourBitWeight weight = QuantizeFourBit(Golden(name + "/input"), SettingsOf(name));
    for (const auto& [dtype_name, dtype] : kDtypes) {
      const std::string part = name + "/" + dtype_name;
      const at::Tensor found = Dequantize(weight, dtype), wanted = Golden(part);
      EXPECT_TRUE(found.scalar_type() == dtype && at::equal(found, wanted)) << part;
    }
  }
}

TEST(FourBit, ManyThreadsStoreTheSameBytes) {
  const at::Tensor values = at::randn({301, 77});
  const FourBitWeight whole = QuantizeFourBit(values, {});
  // Blocks are independent: the first 64 * 100 elements alone give the first 100 blocks.
  const FourBitWeight part = QuantizeFourBit(values.flatten().narrow(0, 0, 6400), {});
  EXPECT_TRUE(at::equal(whole.packed.narrow(0, 0, 3200), part.packed));
  EXPECT_TRUE(at::equal(whole.absmax_C.narrow(0, 0, 100), part.absmax_C));
}

TEST(FourBit, AQuantizedWeightKeepsAnEighthAndItsScales) {
  const at::Tensor values = at::randn({128, 256});
  const auto bytes = static_cast<double>(values.nbytes());
  const FourBitWeight plain = QuantizeFourBit(values, {FourBitCode::kNf4, false});
  const FourBitWeight twice = QuantizeFourBit(values, {FourBitCode::kNf4, true});
  EXPECT_EQ(plain.resident_bytes(), 128 * 256 / 2 + 4 * 512);
  EXPECT_EQ(twice.resident_bytes(), 128 * 256 / 2 + 512 + 4 * 2 + 4 * 256);
  EXPECT_LT(static_cast<double>(plain.resident_bytes()), 0.15 * bytes);
}

TEST(FourBit, NanMakesItsBlockNanAndLeavesTheOthers) {
  const at::Tensor values = at::ones({2, 64});
  values[0][3] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor back = Dequantize(QuantizeFourBit(values, {}), at::kFloat);
  EXPECT_TRUE(back[0].isnan().all().item<bool>());
  EXPECT_TRUE(at::equal(back[1], at::ones({64})));
}

}  // namespace
}  // namespace plumbline::nn
