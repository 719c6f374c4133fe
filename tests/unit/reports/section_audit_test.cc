// Audit and reading aids on the page: each fires, and each says why it is silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/html.h"
#include "reports/markdown.h"
#include "tests/unit/reports/report_fixture.h"

namespace plumbline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Facts AuditedFacts() {
  Facts facts = PassingFacts();
  facts.comparison.audit.made = true;
  facts.comparison.audit.not_evaluated = {{"tok-double-bos", "needs encoded rows"}};
  return facts;
}

Facts AlarmedFacts() {
  Facts facts = AuditedFacts();
  check::AuditFinding finding;
  finding.rule = "cfg-warmup-steps-shadows-ratio";
  finding.verdict = "contradiction";
  finding.severity = "B";
  finding.confidence = 0.97;
  finding.statement = "warm-up lasts 500 of 500 steps <b>";
  finding.formula = "2e-5 / 4e-8 = 500";
  finding.inputs = {"trainer_state.json:14 log_history[0].learning_rate"};
  finding.action = "set warmup_steps to 50";
  facts.comparison.audit.findings = {finding};
  finding.rule = "opt-clip-saturated";
  finding.verdict = "note";
  finding.severity = "i";
  facts.comparison.audit.findings.push_back(finding);
  return facts;
}

TEST(AuditSection, ABlockerIsOnThePageAndInTheVerdict) {
  const Facts facts = AlarmedFacts();
  const std::string words = WordsOf(AuditSection(facts));
  EXPECT_THAT(words, HasSubstr("Silent defects: 1 blocker, 1 note. They leave the verdict alone."));
  EXPECT_THAT(words, HasSubstr("cfg-warmup-steps-shadows-ratio | \xE2\x96\xBC B | contradiction, "
                               "0.97 | warm-up lasts 500 of 500 steps <b> | set warmup_steps"));
  EXPECT_THAT(words, HasSubstr("2e-5 / 4e-8 = 500 | trainer_state.json:14"));
  EXPECT_THAT(words, HasSubstr("tok-double-bos | needs encoded rows"));
  EXPECT_THAT(WordsOf(VerdictSection(facts)),
              HasSubstr("The audit of this run found 1 blocker, 1 note, worst: cfg-warmup"));
  const auto sections = AllSections(facts);
  EXPECT_THAT(Html(facts, sections), HasSubstr("500 of 500 steps &lt;b&gt;"));
  EXPECT_THAT(Markdown(sections), HasSubstr("warm-up lasts 500 of 500 steps"));
}

TEST(AuditSection, SaysWhyItIsSilent) {
  EXPECT_THAT(WordsOf(AuditSection(EmptyFacts())), HasSubstr("Not audited: nothing was run."));
  Facts broken = PassingFacts();
  broken.comparison.audit.problem = "nothing there";
  EXPECT_THAT(WordsOf(AuditSection(broken)), HasSubstr("Not audited: nothing there"));
  const std::string words = WordsOf(AuditSection(AuditedFacts()));
  EXPECT_THAT(words, HasSubstr("Silent defects: nothing found."));
  EXPECT_THAT(words, Not(HasSubstr("Findings")));
  EXPECT_THAT(WordsOf(VerdictSection(AuditedFacts())), Not(HasSubstr("audit")));
}

TEST(ReadingSection, ShowsBandsAndEachLimitOnce) {
  Facts facts = AuditedFacts();
  facts.comparison.audit.aids = {{"ROUGE-1", "0.4", "0.3 to 0.5", "a basic level", "depends"},
                                 {"ROUGE-2", "0.2", "below 0.3", "low", "depends"}};
  const std::string words = WordsOf(ReadingSection(facts));
  EXPECT_THAT(words, HasSubstr("ROUGE-1 | 0.4 | 0.3 to 0.5 | a basic level\n"));
  EXPECT_EQ(words.find("Limit: depends."), words.rfind("Limit: depends."));
  EXPECT_THAT(words, HasSubstr("Limit: depends."));
  EXPECT_THAT(WordsOf(ReadingSection(AuditedFacts())), HasSubstr("No figures"));
}

// The order of the page: verdict, cause, then what is wrong inside the run, then evidence.
TEST(AuditSection, StandsBehindTheCauseAndBeforeTheEvidence) {
  std::vector<std::string> ids;
  for (const Section& section : AllSections(AlarmedFacts())) ids.push_back(section.id);
  ASSERT_GE(ids.size(), 4u);
  EXPECT_EQ(std::vector(ids.begin(), ids.begin() + 3),
            (std::vector<std::string>{"verdict", "cause", "audit"}));
}

TEST(QualitySection, UnjudgedScoresAreNotCalledStored) {
  EXPECT_THAT(WordsOf(QualitySection(UnjudgedFacts())), Not(HasSubstr("Stored scores")));
  EXPECT_THAT(WordsOf(QualitySection(PassingFacts())), HasSubstr("Stored scores"));
}

}  // namespace
}  // namespace plumbline::report
