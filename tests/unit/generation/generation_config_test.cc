#include "harness/eval/generation_config.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/testing/error_matcher.h"

namespace plumbline::eval {
namespace {

GenerationConfig Valid() {
  GenerationConfig config;
  config.num_beams = 4;
  config.max_new_tokens = 8;
  config.eos_token_id = {1};
  config.decoder_start_token_id = 0;
  return config;
}

const ModelLimits kLimits = {10, true, 32};

TEST(GenerationConfig, AcceptsWhatTransformersAccepts) {
  Validate(Valid(), kLimits);
  GenerationConfig without_start = Valid();
  without_start.decoder_start_token_id.reset();
  without_start.bos_token_id = 3;
  Validate(without_start, kLimits);
  EXPECT_EQ(DecoderStartToken(without_start), 3);
}

struct Wrong {
  const char* message;
  void (*spoil)(GenerationConfig&);
};

class WrongConfig : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongConfig, IsRefusedByKey) {
  GenerationConfig config = Valid();
  GetParam().spoil(config);
  EXPECT_ERROR(Validate(config, kLimits), ErrorKind::kUsage, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    GenerationConfig, WrongConfig,
    ::testing::Values(
        Wrong{"generation.num_beams'", [](GenerationConfig& c) { c.num_beams = 0; }},
        Wrong{"at most num_beams = 4", [](GenerationConfig& c) { c.num_return_sequences = 5; }},
        Wrong{"sampling within a beam search", [](GenerationConfig& c) { c.do_sample = true; }},
        Wrong{"temperature",
              [](GenerationConfig& c) {
                c.do_sample = true;
                c.num_beams = 1;
                c.temperature = 0;
              }},
        Wrong{"top_p",
              [](GenerationConfig& c) {
                c.do_sample = true;
                c.num_beams = 1;
                c.top_p = 1.5;
              }},
        Wrong{"num_return_sequences", [](GenerationConfig& c) { c.num_return_sequences = 0; }},
        Wrong{"max_new_tokens", [](GenerationConfig& c) { c.max_new_tokens = 0; }},
        Wrong{"at most max_new_tokens = 8", [](GenerationConfig& c) { c.min_new_tokens = 9; }},
        Wrong{"min_length", [](GenerationConfig& c) { c.min_length = 10; }},
        Wrong{"max_position_embeddings", [](GenerationConfig& c) { c.max_new_tokens = 33; }},
        Wrong{"max_length",
              [](GenerationConfig& c) {
                c.max_new_tokens.reset();
                c.max_length = 1;
              }},
        Wrong{"no_repeat_ngram_size", [](GenerationConfig& c) { c.no_repeat_ngram_size = -1; }},
        Wrong{"repetition_penalty", [](GenerationConfig& c) { c.repetition_penalty = 0; }},
        Wrong{"length_penalty",
              [](GenerationConfig& c) {
                c.length_penalty = std::numeric_limits<double>::infinity();
              }},
        Wrong{"eos_token_id", [](GenerationConfig& c) { c.eos_token_id = {10}; }},
        Wrong{"id 1 twice", [](GenerationConfig& c) { c.eos_token_id = {1, 1}; }},
        Wrong{"forced_eos_token_id", [](GenerationConfig& c) { c.forced_eos_token_id = {-1}; }},
        Wrong{"forced_bos_token_id", [](GenerationConfig& c) { c.forced_bos_token_id = 11; }},
        Wrong{"decoder_start_token_id",
              [](GenerationConfig& c) { c.decoder_start_token_id.reset(); }}));

TEST(GenerationConfig, LengthsCountTheStartTokenOnlyWhereTheReferenceDoes) {
  GenerationConfig config = Valid();
  config.min_new_tokens = 3;
  config.min_length = 7;  // without effect beside min_new_tokens
  config.max_length = 5;  // without effect beside max_new_tokens
  const SequenceLengths by_new = LengthsOf(config, kLimits, 4);
  EXPECT_EQ(by_new.max, 12);
  EXPECT_EQ(by_new.min, 7);
  EXPECT_EQ(by_new.new_tokens(), 8);
  config.max_new_tokens.reset();
  config.min_new_tokens.reset();
  config.max_length = 9;
  EXPECT_EQ(LengthsOf(config, kLimits, 4).max, 9);
  EXPECT_EQ(LengthsOf(config, kLimits, 4).new_tokens(), 5);
}

TEST(GenerationConfig, NobodysLengthIsTwentyNewTokensWithinThePositions) {
  GenerationConfig config = Valid();
  config.max_new_tokens.reset();
  EXPECT_EQ(LengthsOf(config, kLimits, 1).max, 21);
  EXPECT_EQ(LengthsOf(config, {10, true, 16}, 1).max, 16);
}

TEST(GenerationConfig, ThePositionOfTheLastTokenIsNeverNeeded) {
  GenerationConfig config = Valid();
  config.max_new_tokens = 32;
  EXPECT_EQ(LengthsOf(config, kLimits, 1).max, 33);
}

// transformers caps its fall-back by max_position_embeddings, but a rotary model runs past it when asked to.
TEST(GenerationConfig, RotaryPositionsHaveNoLastOne) {
  ModelLimits rotary = {10, false, 32};
  rotary.has_position_table = false;
  GenerationConfig config = Valid();
  config.max_new_tokens = 40;
  EXPECT_EQ(LengthsOf(config, rotary, 20).max, 60);
  EXPECT_ERROR(LengthsOf(config, {10, false, 32}, 20), ErrorKind::kUsage, "max_position_embeddings");
  config.max_new_tokens.reset();
  config.min_new_tokens.reset();
  EXPECT_EQ(LengthsOf(config, rotary, 20).max, 32);
}

TEST(GenerationConfigJson, ReadsIdsAsNumberOrListAndSkipsNull) {
  std::vector<std::string> ignored;
  const GenerationConfig config = GenerationConfigFromJson(
      ParseJson(R"({"eos_token_id":[1,2],"forced_eos_token_id":1,"early_stopping":"never",
                    "num_beams":4,"length_penalty":2,"max_length":142,"min_length":56,
                    "forced_bos_token_id":null,"transformers_version":"5.23.0"})", "test"),
      "generation_config.json", &ignored);
  EXPECT_EQ(config.eos_token_id, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(config.forced_eos_token_id, std::vector<int64_t>{1});
  EXPECT_EQ(config.early_stopping, EarlyStopping::kNever);
  EXPECT_EQ(config.length_penalty, 2.0);
  EXPECT_EQ(config.max_length, 142);
  EXPECT_EQ(config.min_length, 56);
  EXPECT_FALSE(config.forced_bos_token_id.has_value());
  EXPECT_EQ(ignored, std::vector<std::string>{"transformers_version"});
}

TEST(GenerationConfigJson, RefusesWhatWouldBeIgnored) {
  const auto read = [](const char* text) {
    return GenerationConfigFromJson(ParseJson(text, "test"), "generation_config.json", nullptr);
  };
  read(R"({"do_sample":false,"bad_words_ids":null,"guidance_scale":1})");
  EXPECT_ERROR(read(R"({"typical_p":0.9})"), ErrorKind::kModel, "'typical_p'");
  EXPECT_TRUE(read(R"({"do_sample":true,"typical_p":1.0})").do_sample);
  EXPECT_ERROR(read(R"({"suppress_tokens":[5]})"), ErrorKind::kModel, "'suppress_tokens'");
  EXPECT_ERROR(read(R"({"num_beams":"4"})"), ErrorKind::kModel, "an integer");
  EXPECT_ERROR(read(R"({"early_stopping":"always"})"), ErrorKind::kModel, "never");
  EXPECT_ERROR(read("[1]"), ErrorKind::kModel, "an object");
}

TEST(EarlyStopping, TextIsReadBack) {
  for (const EarlyStopping value :
       {EarlyStopping::kTrue, EarlyStopping::kFalse, EarlyStopping::kNever}) {
    EXPECT_EQ(ParseEarlyStopping(ToString(value)), value);
  }
  EXPECT_ERROR(ParseEarlyStopping("True"), ErrorKind::kUsage, "true, false or never");
}

}  // namespace
}  // namespace plumbline::eval
