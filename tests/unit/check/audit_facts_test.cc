// Findings of an audit on the surfaces that a person sees first: terminal and JUnit.
#include "harness/check/audit_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/check/divergence.h"
#include "harness/check/junit.h"
#include "harness/check/terminal.h"
#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

AuditFinding FindingOf(const std::string& rule, const std::string& verdict,
                       const std::string& severity) {
  AuditFinding finding;
  finding.rule = rule;
  finding.verdict = verdict;
  finding.severity = severity;
  finding.statement = "the numbers of " + rule + " cannot be";
  return finding;
}

Comparison Audited(std::vector<AuditFinding> findings) {
  Comparison comparison = JudgeAgainstHonest(HonestRun(), {false, "s"});
  comparison.audit.made = true;
  comparison.audit.findings = std::move(findings);
  return comparison;
}

TEST(AuditFacts, ABlockerIsSeenAndLeavesTheVerdictAlone) {
  const Comparison comparison = Audited({FindingOf("gen-prompt-echo", "symptom", "B")});
  EXPECT_EQ(comparison.exit_status(), 0);
  EXPECT_THAT(TerminalText(comparison),
              HasSubstr("AUDIT  B gen-prompt-echo: the numbers of gen-prompt-echo cannot be\n"));
  const std::string xml = JunitXml(comparison);
  EXPECT_THAT(xml, HasSubstr("classname=\"s.audit\" name=\"gen-prompt-echo\""));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"B symptom: the numbers"));
  EXPECT_THAT(xml, HasSubstr("failures=\"0\""));
}

TEST(AuditFacts, NotesAndAcceptedFindingsStayInTheReport) {
  AuditFinding accepted = FindingOf("met-x", "defect", "B");
  accepted.suppressed = "known";
  const Comparison comparison = Audited({FindingOf("opt-clip-saturated", "note", "m"), accepted});
  EXPECT_THAT(TerminalText(comparison), Not(HasSubstr("AUDIT")));
  EXPECT_THAT(JunitXml(comparison), HasSubstr("skipped=\"0\""));
  EXPECT_EQ(AuditTally(comparison.audit), "1 note, 1 accepted");
}

TEST(AuditFacts, ManyFindingsLeaveRoomForTheRest) {
  std::vector<AuditFinding> many;
  for (int i = 0; i < 9; ++i) many.push_back(FindingOf("a-rule-" + std::to_string(i), "defect", "M"));
  const std::string text = TerminalText(Audited(std::move(many)));
  EXPECT_THAT(text, HasSubstr("and 6 more"));
  EXPECT_LE(std::ranges::count(text, '\n'), kTerminalLines);
}

TEST(AuditFacts, TalliesCountBySeverity) {
  EXPECT_EQ(AuditTally({}), "not made");
  EXPECT_EQ(AuditTally(Audited({}).audit), "nothing found");
  EXPECT_EQ(AuditTally(Audited({FindingOf("a", "defect", "B"), FindingOf("b", "symptom", "M"),
                                FindingOf("c", "defect", "M"), FindingOf("d", "note", "i")})
                           .audit),
            "1 blocker, 2 major, 1 note");
}

// A sentence longer than a line goes on below it; no word is lost in dots.
TEST(TerminalText, LongCausesAreWrappedNotCut) {
  Comparison comparison = JudgeAgainstHonest(HonestRun(), {false, "s"});
  comparison.verdict = Verdict::kRegression;
  std::string sentence = "begin";
  for (int i = 0; i < 30; ++i) sentence += " word" + std::to_string(i);
  comparison.causes = {{"config", "k", sentence + " end", "because"}};
  const std::string text = TerminalText(comparison);
  EXPECT_THAT(text, HasSubstr("CAUSE  begin word0"));
  EXPECT_THAT(text, HasSubstr("word29 end\n"));
  EXPECT_THAT(text, Not(HasSubstr("...\n")));
}

// Far apart, a count of representable numbers says nothing to anybody.
TEST(Describe, FarApartIsRelativeNearIsInUnitsOfTheLastPlace) {
  EXPECT_EQ(Describe(*FindDivergence({Value(1.0)}, {Value(1.5)})), "1 -> 1.5 (5.0e-01 relative)");
  EXPECT_THAT(Describe(*FindDivergence({Value(1.0)}, {Value(1.0 + 0x1p-23)})),
              HasSubstr("(1 ULP fp32)"));
  EXPECT_EQ(Describe(*FindDivergence({Value(0.0)}, {Value(1.5)})), "0 -> 1.5");
}

}  // namespace
}  // namespace plumbline::check
