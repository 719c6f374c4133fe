#include "models/safetensors_header.h"

#include <gtest/gtest.h>

#include <cstring>

#include "harness/base/file.h"
#include "harness/base/random.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

// A whole file: length, header text, `data_bytes` zero bytes.
std::string FileOf(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header +
         std::string(data_bytes, '\0');
}

SafetensorsHeader Parse(const std::string& file) {
  return ParseSafetensors({reinterpret_cast<const std::byte*>(file.data()), file.size()},
                          "m.safetensors");
}

// `header` over `data_bytes` bytes of data is refused with all parts of the message.
void ExpectRefused(const std::string& header, size_t data_bytes, const std::string& message_part) {
  EXPECT_ERROR(Parse(FileOf(header, data_bytes)), ErrorKind::kModel, message_part);
}

constexpr const char* kTwoTensors =
    R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
    R"("a":{"dtype":"BF16","shape":[],"data_offsets":[8,10]}})";

TEST(SafetensorsHeader, ReadsNamesTypesShapesAndPlaces) {
  const SafetensorsHeader header = Parse(FileOf(kTwoTensors, 10));
  ASSERT_EQ(header.tensors.size(), 2u);
  EXPECT_EQ(header.metadata.at("format"), "pt");
  EXPECT_EQ(header.tensors[0].name, "a");
  EXPECT_EQ(header.tensors[0].type, StoredType::kBF16);
  EXPECT_TRUE(header.tensors[0].shape.empty());
  EXPECT_EQ(header.tensors[1].shape, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(header.tensors[1].begin, 8 + std::strlen(kTwoTensors));
  EXPECT_EQ(header.tensors[0].end, 8 + std::strlen(kTwoTensors) + 10);
}

TEST(SafetensorsHeader, AcceptsNoTensorsAndEmptyTensors) {
  EXPECT_TRUE(Parse(FileOf("{}", 0)).tensors.empty());
  const std::string empty = R"({"e":{"dtype":"I64","shape":[3,0],"data_offsets":[0,0]}})";
  EXPECT_EQ(Parse(FileOf(empty, 0)).tensors[0].begin, Parse(FileOf(empty, 0)).tensors[0].end);
}

TEST(SafetensorsHeader, EveryTruncationIsOneError) {
  const std::string file = FileOf(kTwoTensors, 10);
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_ERROR(Parse(file.substr(0, size)), ErrorKind::kModel, "m.safetensors");
  }
}

TEST(SafetensorsHeader, TruncatedDataNamesTheTensorAndBothSizes) {
  ExpectRefused(kTwoTensors, 9, "tensor 'a': found a file of ");
  ExpectRefused(kTwoTensors, 9, "the file is truncated");
  ExpectRefused(kTwoTensors, 3, "tensor 'b'");
}

TEST(SafetensorsHeader, RefusesImpossibleHeaderLengths) {
  EXPECT_ERROR(Parse(""), ErrorKind::kModel, "found a file of 0 bytes, wanted at least 8");
  EXPECT_ERROR(Parse(std::string(8, '\xff') + "{}"), ErrorKind::kModel,
               "found a header of 18446744073709551615 bytes");
  EXPECT_ERROR(Parse(std::string("\x03\0\0\0\0\0\0\0{}", 10)), ErrorKind::kModel,
               "a header of 3 bytes");
}

TEST(SafetensorsHeader, RefusesWhatIsNotAJsonObject) {
  ExpectRefused("", 0, "no JSON object");
  ExpectRefused("[]", 0, "no JSON object");
  ExpectRefused("{\"a\"", 0, "m.safetensors");
  ExpectRefused("{\"\xff\":1}", 0, "m.safetensors");
}

TEST(SafetensorsHeader, RefusesARepeatedName) {
  const std::string entry = R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  ExpectRefused("{" + entry + "," + entry + "}", 0, "a");
}

TEST(SafetensorsHeader, RefusesBrokenEntries) {
  ExpectRefused(R"({"a":3})", 0, "tensor 'a': found no 'dtype'");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[0]}})", 0, "found no 'data_offsets'");
  ExpectRefused(R"({"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}})", 4,
                "found dtype \"F31\", wanted one of BOOL");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1, "shape [-1]");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})", 1, "shape [1.5]");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}})", 1,
                "a list of whole numbers");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1,
                "begin and end in this order");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", 1,
                "begin and end in this order");
  ExpectRefused(R"({"__metadata__":{"format":1}})", 0, "wanted a text");
}

TEST(SafetensorsHeader, RefusesBytesThatDoNotFitTheShape) {
  ExpectRefused(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}})", 20,
                "tensor 'a': found 20 bytes, wanted 24 for F32 [2,3]");
  ExpectRefused(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0,
                "wanted fewer than 2^64");
}

TEST(SafetensorsHeader, RefusesOverlapGapAndTrailingBytes) {
  const std::string first =
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],)";
  ExpectRefused(first + R"("data_offsets":[3,5]}})", 5,
                "tensor 'b': found bytes from offset 3, wanted offset 4");
  ExpectRefused(first + R"("data_offsets":[3,5]}})", 5, "overlap");
  ExpectRefused(first + R"("data_offsets":[5,7]}})", 7, "gap");
  ExpectRefused(first + R"("data_offsets":[4,6]}})", 7, "where the last tensor ends");
}

// Nothing a file says may lead a reader outside it.
TEST(SafetensorsHeader, RandomDamageIsRefusedOrStaysInsideTheFile) {
  const std::string whole = FileOf(kTwoTensors, 10);
  SplitMix64 stream = NamedStream(7, "damage");
  size_t refused = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string file = whole;
    for (uint64_t i = 0; i <= stream.Below(3); ++i)
      file[stream.Below(file.size())] = static_cast<char>(stream.Below(256));
    try {
      for (const StoredTensor& tensor : Parse(file).tensors) {
        EXPECT_LE(tensor.begin, tensor.end);
        EXPECT_LE(tensor.end, file.size());
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kModel) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 0u);
}

TEST(SafetensorsWriter, LaysOutWideTypesFirstThenNames) {
  const testing::TemporaryDirectory directory;
  const std::string bytes = "12345678";
  const auto data = [&](size_t size) {
    return std::span(reinterpret_cast<const std::byte*>(bytes.data()), size);
  };
  WriteSafetensors(directory / "w",
                   {{"b", StoredType::kF16, {1}, data(2)},
                    {"c", StoredType::kF32, {2, 1}, data(8)},
                    {"a", StoredType::kF16, {}, data(2)}},
                   {{"format", "pt"}});
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"c":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
      R"("a":{"dtype":"F16","shape":[],"data_offsets":[8,10]},)"
      R"("b":{"dtype":"F16","shape":[1],"data_offsets":[10,12]}})";
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(ReadFile(directory / "w"), FileOf(header + padding, 0) + "123456781212");
}

TEST(SafetensorsWriter, RewritesTransformersFilesByteForByte) {
  const testing::TemporaryDirectory directory;
  for (const char* shape : {"uneven", "single", "biased"}) {
    const MappedFile file(std::string("tests/golden/bart/") + shape + "/model.safetensors");
    const SafetensorsHeader header = ParseSafetensors(file.bytes(), shape);
    std::vector<TensorBytes> tensors;
    for (const StoredTensor& tensor : header.tensors) {
      tensors.push_back({tensor.name, tensor.type, tensor.shape,
                         file.bytes().subspan(tensor.begin, tensor.end - tensor.begin)});
    }
    WriteSafetensors(directory / shape, std::move(tensors), header.metadata);
    EXPECT_EQ(ReadFile(directory / shape),
              ReadFile(std::string("tests/golden/bart/") + shape + "/model.safetensors"));
  }
}

TEST(SafetensorsWriter, LeavesNothingWhenItCannotWrite) {
  const testing::TemporaryDirectory directory;
  EXPECT_ERROR(WriteSafetensors(directory / "none/x.safetensors", {}, {}), ErrorKind::kEnvironment,
               "none/x.safetensors");
  EXPECT_TRUE(directory.List().empty());
}

}  // namespace
}  // namespace plumbline::models
