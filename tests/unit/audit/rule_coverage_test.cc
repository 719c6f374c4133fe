// Walks rules.def: every rule has a case that makes it fire and one that it judges and leaves alone;
// an ARITHMETIC_RULE has a figure moved by two units of its last digit, and true runs rounded.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/audit/later_cases.h"
#include "tests/unit/audit/mutation_cases.h"

namespace plumbline::audit {
namespace {

enum class Heard { kFires, kSilent, kNotJudged };

Heard Listen(const Case& one, const Change& change) {
  Evidence run = MakeTrace({});
  change(run);
  bool judged = true;
  for (const Finding& finding : Judge(one.rule, run)) {
    judged = judged && finding.verdict != Verdict::kNotEvaluated;
    if (finding.verdict == Verdict::kNotEvaluated) continue;
    if (English(finding).find(one.part) != std::string::npos) return Heard::kFires;
  }
  return judged ? Heard::kSilent : Heard::kNotJudged;
}

// met-cross-tokenizer-loss needs two runs.
Study TwoModels(const char* second) {
  Study study = TwoRuns();
  study.runs[0].model = "org/kobart";
  study.runs[1].model = second;
  study.runs[1].evaluations[0].values["eval_loss"] = ReadingOf("0.5", "eval_loss");
  return study;
}

struct Coverage {
  std::set<std::string> fire, silent, mutated, rounded;
};

Coverage Covered() {
  Coverage found;
  for (const Case& one : AllCases()) {
    if (Listen(one, one.fire) == Heard::kFires) found.fire.insert(one.rule);
    if (Listen(one, one.silence) == Heard::kSilent) found.silent.insert(one.rule);
  }
  constexpr const char* kCross = "met-cross-tokenizer-loss";
  if (!Said(Judge(kCross, TwoModels("org/qwen3-4b"), 1)).empty()) found.fire.insert(kCross);
  if (Said(Judge(kCross, TwoModels("org/kobart-2"), 1)).empty()) found.silent.insert(kCross);
  for (const Mutation& mutation : AllMutations()) found.mutated.insert(mutation.rule);
  for (const RoundingCase& one : RoundingCases()) found.rounded.insert(one.rule);
  return found;
}

TEST(RuleCoverage, EveryRuleFiresAndIsSilentInACase) {
  const Coverage found = Covered();
  for (const Rule& rule : Rules()) {
    EXPECT_TRUE(found.fire.contains(rule.id)) << rule.id << " has no case that makes it fire";
    EXPECT_TRUE(found.silent.contains(rule.id)) << rule.id << " has no case that it judges and leaves";
  }
}

TEST(RuleCoverage, EveryArithmeticRuleIsMutatedAndRounded) {
  const Coverage found = Covered();
  size_t arithmetic = 0;
  for (const Rule& rule : Rules()) {
    arithmetic += rule.arithmetic ? 1 : 0;
    EXPECT_EQ(found.mutated.contains(rule.id), rule.arithmetic) << rule.id;
    EXPECT_EQ(found.rounded.contains(rule.id), rule.arithmetic) << rule.id;
  }
  EXPECT_GE(arithmetic, 30u);
}

TEST(RuleCoverage, CasesNameRulesThatAreThere) {
  for (const Case& one : AllCases()) EXPECT_NO_THROW(FindRule(one.rule)) << one.rule;
  for (const Mutation& mutation : AllMutations()) EXPECT_NO_THROW(FindRule(mutation.rule));
  for (const RoundingCase& one : RoundingCases()) EXPECT_NO_THROW(FindRule(one.rule));
}

TEST(RuleCoverage, EveryCaseHoldsBothWays) {
  for (const Case& one : AllCases()) {
    EXPECT_EQ(Listen(one, one.fire), Heard::kFires) << one.rule << " " << one.name;
    EXPECT_NE(Listen(one, one.silence), Heard::kFires) << one.rule << " " << one.name;
  }
}

}  // namespace
}  // namespace plumbline::audit
