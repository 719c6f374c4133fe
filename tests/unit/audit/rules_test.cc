// What every rule must have, and the machinery around rules.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "harness/audit/output.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {
namespace {

TEST(Rules, EachHasAnIdBothLanguagesAndSources) {
  std::set<std::string> ids;
  for (const Rule& rule : Rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_FALSE(rule.sources.empty()) << rule.id;
    EXPECT_TRUE(rule.tier >= 1 && rule.tier <= 4) << rule.id;
    for (const Text& text : {rule.title, rule.explanation}) {
      EXPECT_NE(std::string(text.en), "") << rule.id;
      EXPECT_NE(std::string(text.ko), "") << rule.id;
      EXPECT_NE(std::string(text.ko), text.en) << rule.id;
    }
    EXPECT_NE(rule.evaluate, nullptr) << rule.id;
  }
}

TEST(Rules, AnEmptyRunHasNoFindingOnlyOpenQuestions) {
  Study study{"empty", {Evidence{}}};
  for (const RunAudit& audit : AuditStudy(study)) {
    for (const Finding& finding : audit.findings) {
      EXPECT_EQ(finding.verdict, Verdict::kNotEvaluated) << finding.rule;
      EXPECT_NE(English(finding), "") << finding.rule;
    }
  }
}

TEST(Rules, AnUnknownNameGetsTheNearest) {
  EXPECT_ERROR(FindRule("gen-forced-eos-not-eso"), ErrorKind::kUsage, "gen-forced-eos-not-eos");
}

Evidence ForcedUsr() {
  Evidence run;
  run.path = "runs/one";
  run.documents.config = {{"eos_token_id", 1}, {"forced_eos_token_id", 2}};
  return run;
}

TEST(Suppressions, ASuppressedFindingStaysVisibleAndDoesNotCount) {
  auto audits = AuditStudy({"s", {ForcedUsr()}});
  ASSERT_EQ(WorstOf(audits), Severity::kMajor);
  const testing::TemporaryDirectory directory;
  std::ofstream(directory / "s.yaml") << "- rule: gen-*\n  reason: known and harmless\n";
  Suppress(ReadSuppressions(directory / "s.yaml"), audits);
  EXPECT_NE(WorstOf(audits), Severity::kMajor);
  EXPECT_EQ(audits[0].findings[0].suppressed, "known and harmless");
  EXPECT_NE(AuditToJson(audits, Language::kEnglish).dump().find("known and harmless"),
            std::string::npos);
}

TEST(Suppressions, AnotherPathIsNotCovered) {
  auto audits = AuditStudy({"s", {ForcedUsr()}});
  Suppress({{"gen-forced-eos-not-eos", "why", "runs/two"}}, audits);
  EXPECT_EQ(WorstOf(audits), Severity::kMajor);
}

TEST(Suppressions, AReasonIsRequired) {
  const testing::TemporaryDirectory directory;
  std::ofstream(directory / "s.yaml") << "- rule: gen-forced-eos-not-eos\n";
  EXPECT_ERROR(ReadSuppressions(directory / "s.yaml"), ErrorKind::kUsage, "reason");
}

TEST(Suppressions, APatternThatNoRuleFitsIsAnError) {
  const testing::TemporaryDirectory directory;
  std::ofstream(directory / "s.yaml") << "- rule: gne-*\n  reason: a slip\n";
  EXPECT_ERROR(ReadSuppressions(directory / "s.yaml"), ErrorKind::kUsage, "gne-*");
}

TEST(Suppressions, OpenQuestionsAreNotSuppressed) {
  auto audits = AuditStudy({"s", {Evidence{}}});
  Suppress({{"gen-*", "why", ""}}, audits);
  for (const Finding& finding : audits[0].findings) EXPECT_FALSE(finding.suppressed) << finding.rule;
}

TEST(Confidence, IndependentDerivationsCombineUpToACap) {
  EXPECT_NEAR(CombineConfidence({0.5, 0.5}), 0.75, 1e-12);
  EXPECT_DOUBLE_EQ(CombineConfidence({0.97, 0.97, 0.97}), 0.99);
}

TEST(Render, AMissingOperandIsOurOwnError) {
  EXPECT_ERROR(Render({"{x}", "{x}"}, {}, Language::kEnglish), ErrorKind::kInternal, "{x}");
}

}  // namespace
}  // namespace plumbline::audit
