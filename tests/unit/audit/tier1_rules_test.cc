// Every rule of the trace and the configuration, both ways: it fires, it stays silent.
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/audit/tier1_cases.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

std::vector<Case> Cases() {
  std::vector<Case> all = SettingCases();
  for (const auto& family : {CourseCases(), ResultCases()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  return all;
}

TEST(Tier1Rules, EachFiresAndStaysSilent) {
  for (const Case& one : Cases()) {
    Evidence firing = MakeTrace({});
    one.fire(firing);
    std::string said;
    for (const Finding& finding : Said(Judge(one.rule, firing))) said += English(finding) + "\n";
    EXPECT_NE(said.find(one.part), std::string::npos)
        << one.rule << " " << one.name << " should fire: " << said;
    Evidence silent = MakeTrace({});
    one.silence(silent);
    for (const Finding& finding : Said(Judge(one.rule, silent))) {
      if (finding.verdict == Verdict::kNote && std::string(one.part) != English(finding)) {
        EXPECT_EQ(English(finding).find(one.part), std::string::npos) << one.rule;
        continue;
      }
      ADD_FAILURE() << one.rule << " " << one.name << " should be silent: " << English(finding);
    }
  }
}

TEST(Tier1Rules, MetCrossTokenizerLossNeedsTwoFamilies) {
  Evidence a = MakeTrace({});
  Evidence b = MakeTrace({});
  a.model = "org/kobart";
  b.model = "org/qwen3-4b";
  a.evaluations[0].values["eval_loss"] = ReadingOf("0.5", "eval_loss");
  EXPECT_EQ(Said(Judge("met-cross-tokenizer-loss", Study{"s", {a, b}})).size(), 1u);
  b.model = "org/kobart-2";
  EXPECT_TRUE(Said(Judge("met-cross-tokenizer-loss", Study{"s", {a, b}})).empty());
}

// 0.15 / sqrt(499) = 0.0067.
TEST(Tier1Rules, ABestEvaluationThatChanceExplainsIsANote) {
  for (const auto& [best, verdict] : std::initializer_list<std::pair<const char*, Verdict>>{
           {"0.480", Verdict::kDefect}, {"0.465", Verdict::kNote}}) {
    Evidence run = MakeTrace({});  // 0.46 at the end
    Fact(run, "best_step", "100");
    Set(run, "training.metric_for_best_model", "rouge1");
    run.evaluations[0].values["eval_rouge1"] = ReadingOf(best, "eval_rouge1");
    const auto said = Said(Judge("ckp-early-stop-units", run));
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(said[0].verdict, verdict) << best;
  }
}

// One judgement for both rules: 0.15 / sqrt(499) = 0.0067 of a ROUGE, else 1 %.
TEST(Tier1Rules, WhatIsAsGoodAsTheBestIsSoForEveryRule) {
  struct Place {
    const char* metric;
    const char* best;
    const char* last;
    Verdict verdict;
    const char* reason;
  };
  for (const auto& [metric, best, last, verdict, reason] : std::initializer_list<Place>{
           {"rouge1", "0.466", "0.460", Verdict::kNote, "within its standard error"},  // 1.3 %
           {"rouge1", "0.470", "0.460", Verdict::kDefect, ""},
           {"rouge1", "46.6", "46.0", Verdict::kNote, "within its standard error"},
           {"rouge1", "0.950", "0.942", Verdict::kNote, "the same within 1 %"},
           {"rouge_sum", "1.700", "1.660", Verdict::kDefect, ""},  // a sum of three
           {"accuracy", "0.466", "0.460", Verdict::kDefect, ""},
           {"accuracy", "0.466", "0.464", Verdict::kNote, "the same within 1 %"},
           {"eval_loss", "1.300", "1.306", Verdict::kNote, "the same within 1 %"},
           {"eval_loss", "1.300", "1.320", Verdict::kDefect, ""}}) {
    Evidence run = MakeTrace({});
    Fact(run, "best_step", "100");
    Set(run, "training.metric_for_best_model", metric);
    Set(run, "training.load_best_model_at_end", "false");
    const std::string name = std::string(metric).starts_with("eval_") ? metric : std::string("eval_") + metric;
    run.evaluations[0].values[name] = ReadingOf(best, name);
    run.evaluations[1].values[name] = ReadingOf(last, name);
    for (const char* rule : {"ckp-early-stop-units", "ckp-best-not-served"}) {
      const auto said = Said(Judge(rule, run));
      ASSERT_EQ(said.size(), 1u) << rule << " " << metric;
      EXPECT_EQ(said[0].verdict, verdict) << rule << " " << metric << " " << best;
    }
    const std::string sentence = English(Said(Judge("ckp-early-stop-units", run))[0]);
    EXPECT_NE(sentence.find(reason), std::string::npos) << sentence;
    EXPECT_EQ(sentence.find("as good within its standard error") != std::string::npos,
              std::string(reason).find("error") != std::string::npos);
  }
}

// 3.10 to 1.55 is half. A sentence brings its two figures; a report's summary has them elsewhere.
TEST(Tier1Rules, AReductionIsCheckedAgainstItsOwnFiguresOrTheReports) {
  struct Reduced {
    const char* claimed;
    const char* base;
    const char* sentence;  // "": silent
    Severity severity;
  };
  for (const auto& [claimed, base, sentence, severity] : std::initializer_list<Reduced>{
           {"50", "3.10 1.55", "", Severity::kInfo},
           {"62", "3.10 1.55", "the loss reduction of 62 % from 3.10 to 1.55 is 50.0 %", Severity::kMinor},
           {"51", "3.10 1.55", "the loss reduction of 51 % from 3.10 to 1.55 is 50.0 %", Severity::kInfo},
           {"25", "", "", Severity::kInfo},
           {"62", "", "the loss reduction of 62 % is 25.0 %", Severity::kMinor},
           {"62", "3.10", "", Severity::kInfo},
           {"62", "0.0 1.55", "", Severity::kInfo}}) {
    Evidence run = MakeTrace({});
    Claimed(run, "loss_initial", "2.000");
    Claimed(run, "loss_final", "1.500");
    Claimed(run, "reduction_percent", claimed, base);
    const auto said = Said(Judge("msr-summary-stat-wrong", run));
    ASSERT_EQ(said.size(), *sentence == '\0' ? 0u : 1u) << claimed << " " << base;
    if (said.empty()) continue;
    EXPECT_EQ(English(said[0]), sentence);
    EXPECT_EQ(said[0].severity, severity) << claimed;
  }
}

// Epoch 2.0 of 105 steps each is step 205 or more: 51 % of "217" may be less than half.
TEST(Tier1Rules, StepsThatArePrintedInEpochsAloneAreNotSure) {
  TraceOptions o;
  o.rows = 4063;
  o.batch = 39;
  o.logging_steps = 2;
  o.print_steps = false;
  o.epoch_decimals = 1;
  o.rate_per_s_decimals = 1;
  for (const auto& [best, fires] :
       std::initializer_list<std::pair<const char*, bool>>{{"106", false}, {"90", true}}) {
    Evidence run = MakeTrace(o);
    Fact(run, "best_step", best);
    EXPECT_EQ(!Said(Judge("ckp-early-stop-units", run)).empty(), fires) << best;
    Fact(run, "state.global_step", "217");  // stated: 106 is below the half
    EXPECT_EQ(Said(Judge("ckp-early-stop-units", run)).size(), 1u) << best;
  }
}

// 1.3321 at the end: 0.5 % above 1.325, 2.5 % above 1.30. A loss has no ROUGE's standard error.
TEST(Tier1Rules, ABestLossThatTheLastEqualsWithinOnePercentIsANote) {
  for (const auto& [best, verdict] : std::initializer_list<std::pair<const char*, Verdict>>{
           {"1.300", Verdict::kDefect}, {"1.325", Verdict::kNote}}) {
    Evidence run = MakeTrace({});
    Fact(run, "best_step", "100");
    Set(run, "training.metric_for_best_model", "eval_loss");
    run.evaluations[0].values["eval_loss"] = ReadingOf(best, "eval_loss");
    const auto said = Said(Judge("ckp-early-stop-units", run));
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(said[0].verdict, verdict) << best;
    EXPECT_EQ(English(said[0]).find("standard error"), std::string::npos);
    EXPECT_EQ(English(said[0]).find("the same within 1 %") != std::string::npos, verdict == Verdict::kNote);
  }
}

// 0.0065 of 499 rows is below one standard error, 0.02 is not; the rows are those that were timed.
TEST(Tier1Rules, AScoreThatFallsWithinItsErrorIsNoMajorFinding) {
  for (const auto& [last, severity] : std::initializer_list<std::pair<const char*, Severity>>{
           {"0.2935", Severity::kMinor}, {"0.2800", Severity::kMajor}}) {
    Evidence run = MakeTrace({});
    std::erase_if(run.settings, [](const Setting& one) { return one.key == "data.eval_samples"; });
    run.evaluations[0].values["eval_rouge1"] = ReadingOf("0.3000", "eval_rouge1");
    run.evaluations[1].values["eval_rouge1"] = ReadingOf(last, "eval_rouge1");
    const auto said = Said(Judge("met-loss-vs-generation", run));
    ASSERT_EQ(said.size(), 1u) << last;
    EXPECT_EQ(said[0].severity, severity) << last;
  }
}

TEST(Tier1Rules, TheTableCoversEveryRuleOfTierOne) {
  std::set<std::string> covered = {"met-cross-tokenizer-loss", "gen-forced-eos-not-eos"};
  for (const Case& one : Cases()) covered.insert(one.rule);
  for (const Rule& rule : Rules()) {
    EXPECT_TRUE(rule.tier != 1 || covered.contains(rule.id)) << rule.id;
  }
}

}  // namespace
}  // namespace plumbline::audit
