#include "harness/audit/pickle/training_args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>

#include "harness/base/file.h"

namespace plumbline::audit {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGoldens = "tests/golden/training_args/";

std::span<const std::byte> BytesOf(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// Every field of the file against the live object's, as tests/tools/make_training_args_goldens.py
// wrote them.
void ExpectFields(const std::string& bin, const std::string& json) {
  const TrainingArgsFile read = ReadTrainingArgs(kGoldens + bin);
  ASSERT_EQ(read.refused, "");
  Json expected = ReadJsonFile(kGoldens + json);
  EXPECT_EQ(read.class_name, expected.at("__class__").get<std::string>());
  expected.erase("__class__");
  EXPECT_GT(expected.size(), 90u);
  for (const auto& [name, value] : expected.items()) {
    ASSERT_TRUE(read.values.contains(name)) << name;
    EXPECT_EQ(read.values.at(name), value) << name;
  }
  EXPECT_EQ(read.values.size(), expected.size());
}

TEST(TrainingArgs, DefaultsReadFieldByField) { ExpectFields("default.bin", "default.json"); }
TEST(TrainingArgs, CausalSettingsReadFieldByField) { ExpectFields("causal.bin", "causal.json"); }
TEST(TrainingArgs, SeqToSeqSettingsReadFieldByField) {
  ExpectFields("seq2seq.bin", "seq2seq.json");
}

TEST(TrainingArgs, OldContainersAndNewProtocolsGiveTheSameFields) {
  for (const char* bin : {"seq2seq_legacy.bin", "seq2seq_protocol3.bin", "seq2seq_protocol4.bin",
                          "seq2seq_protocol5.bin"}) {
    SCOPED_TRACE(bin);
    ExpectFields(bin, "seq2seq.json");
  }
}

TEST(TrainingArgs, EveryTruncationIsRefusedAndNoneCrashes) {
  for (const char* bin : {"seq2seq.bin", "seq2seq_legacy.bin", "seq2seq_protocol4.bin"}) {
    const std::string whole = ReadFile(std::string(kGoldens) + bin);
    // What follows the object's STOP in the two streams without a directory is not needed.
    const size_t needed = std::string_view(bin) == "seq2seq_legacy.bin" ? whole.size() - 40
                                                                        : whole.size();
    for (size_t size = 0; size < needed; ++size) {
      const TrainingArgsFile read = ParseTrainingArgs(BytesOf(whole).first(size), bin);
      EXPECT_NE(read.refused, "") << bin << " cut to " << size;
      EXPECT_TRUE(read.values.is_null());
    }
  }
}

TEST(TrainingArgs, EveryFlippedByteIsReadOrRefused) {
  const std::string whole = ReadFile(std::string(kGoldens) + "seq2seq_protocol4.bin");
  size_t num_refused = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string broken = whole;
      broken[at] = static_cast<char>(broken[at] ^ flip);
      const TrainingArgsFile read = ParseTrainingArgs(BytesOf(broken), "flipped");
      num_refused += read.refused.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(num_refused, whole.size() / 4);
}

TEST(TrainingArgs, AZipWithFlippedContentFailsItsCrc) {
  std::string broken = ReadFile(std::string(kGoldens) + "default.bin");
  const size_t at = broken.find("per_device_train_batch_size");
  ASSERT_NE(at, std::string::npos);
  broken[at] = 'q';
  EXPECT_THAT(ParseTrainingArgs(BytesOf(broken), "f").refused, HasSubstr("wrong CRC-32"));
}

TEST(TrainingArgs, AMissingFileAndTextAreRefused) {
  EXPECT_NE(ReadTrainingArgs("no/such/training_args.bin").refused, "");
  EXPECT_THAT(ParseTrainingArgs(BytesOf("{\"learning_rate\": 1}"), "f").refused,
              HasSubstr("no end record of a zip directory"));
  EXPECT_THAT(ParseTrainingArgs({}, "f").refused, HasSubstr("an empty file"));
}

TEST(TrainingArgs, APickleOfANumberIsRefused) {
  EXPECT_THAT(ParseTrainingArgs(BytesOf("\x80\x02K\x05."), "f").refused,
              HasSubstr("no object with fields"));
}

}  // namespace
}  // namespace plumbline::audit
