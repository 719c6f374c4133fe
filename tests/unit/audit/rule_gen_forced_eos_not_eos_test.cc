#include <gtest/gtest.h>

#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {
namespace {

constexpr const char* kRule = "gen-forced-eos-not-eos";

Evidence Korean() {  // as the KoBART family ships it
  Evidence run;
  run.documents.config = {{"eos_token_id", 1}, {"bos_token_id", 0}, {"pad_token_id", 3},
                          {"forced_eos_token_id", 2}, {"decoder_start_token_id", 2}};
  run.documents.generation_config = {{"eos_token_id", Json::array({1})},
                                     {"forced_eos_token_id", 2}, {"decoder_start_token_id", 2}};
  run.documents.tokenizer_config = {
      {"added_tokens_decoder", {{"1", {{"content", "</s>"}}}, {"2", {{"content", "<usr>"}}}}}};
  run.documents.special_tokens_map = {{"eos_token", {{"content", "</s>"}}}};
  return run;
}

TEST(GenForcedEosNotEos, BothForeignIdsAreNamedWithTheirPiece) {
  const auto findings = Judge(kRule, Korean());
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_NE(English(findings[0]).find("2 (`<usr>`)"), std::string::npos);
  EXPECT_NE(English(findings[1]).find("decoder_start_token_id is 2"), std::string::npos);
  EXPECT_EQ(findings[0].severity, Severity::kMajor);
}

TEST(GenForcedEosNotEos, TheEndTokenItselfIsFine) {
  Evidence run = Korean();
  run.documents.generation_config["forced_eos_token_id"] = 1;
  run.documents.generation_config["decoder_start_token_id"] = 0;
  EXPECT_TRUE(Judge(kRule, run).empty());
}

TEST(GenForcedEosNotEos, WithoutFilesItSaysWhatItNeeds) {
  const auto findings = Judge(kRule, Evidence{});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kNotEvaluated);
}

}  // namespace
}  // namespace plumbline::audit
