// The replay: the figures of two real experiment reports, as printed and with reconstructed steps,
// give the findings of an independent recomputation, no others that it forbids.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/audit/read.h"
#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {
namespace {

struct Expected {
  const char* run;
  const char* rule;
  double confidence;
  std::vector<const char*> parts;  // of the sentence and its formula
};

std::vector<RunAudit> AuditFile(const std::string& name) {
  return AuditStudy(ReadStudy("tests/unit/audit/data/" + name, {}));
}

const std::vector<Expected>& ThreeModels() {
  static const std::vector<Expected> kRows = {
      {"kobart", "cfg-warmup-steps-shadows-ratio", 0.99,
       {"500 of 500 steps", "50 were requested", "4e-08 * (step - 1)", "[499.87, 500.13]"}},
      {"llama", "cfg-warmup-steps-shadows-ratio", 0.99, {"500 of 500 steps", "[499.87, 500.13]"}},
      {"qwen", "cfg-warmup-steps-shadows-ratio", 0.99, {"500 of 500 steps", "[499.83, 500.17]"}},
      {"kobart", "cfg-warmup-steps-shadows-ratio", 0.85, {"silently wins", "0.1 x 5000"}},
      {"kobart", "cfg-warmup-steps-shadows-ratio", 0.7, {"2500 steps", "20 %", "2 times"}},
      {"kobart", "opt-lr-never-decays", 0.99, {"4 of 4", "99.8 %", "4.444e-08", "449.1 times"}},
      {"llama", "opt-lr-never-decays", 0.99, {"5 of 5", "99.8 %", "449.1 times"}},
      {"qwen", "opt-lr-never-decays", 0.99, {"7 of 7", "73.8 %", "5.822e-06", "2.535 times"}},
      {"kobart", "opt-lr-never-decays", 0.99, {"0.00499", "0.005", "-0.2 %"}},
      {"qwen", "opt-lr-never-decays", 0.99, {"0.002731", "0.004622", "-40.9 %", "not finished"}},
      {"kobart", "opt-lr-never-decays", 0.99, {"refuted", "rising line"}},
      {"kobart", "opt-lr-never-decays", 0.99, {"target of 2e-05 only at the last step"}},
      {"llama", "opt-lr-never-decays", 0.99, {"target of 1e-5", "step 250"}},
      {"qwen", "opt-lr-never-decays", 0.99, {"target of 1e-5", "step 250"}},
      {"kobart", "cfg-flag-without-trace", 0.85, {"5000.2", "5500", "55.43"}},
      {"kobart", "cfg-flag-without-trace", 0.6, {"2 folds", "1250"}},
      {"kobart", "cfg-effective-batch-mismatch", 0.99,
       {"50 is refuted", "10 rows", "command line", "[9.9871, 10.009]", "95.96 (step 20), 97.99 (step 40)"}},
      {"llama", "cfg-effective-batch-mismatch", 0.99,
       {"32 is refuted", "10 rows", "111.11 (step 3)", "156.63 (step 79)"}},
      {"qwen", "cfg-effective-batch-mismatch", 0.97, {"60 is refuted", "10 rows", "epoch 0.04 = step [1.47, 1.89] (not whole)"}},
      {"kobart", "msr-throughput-includes-eval", 0.99, {"73.7 %", "191.6", "3.8 times"}},
      {"kobart", "msr-summary-stat-wrong", 0.97, {"5.748", "midrange", "5.793"}},
      {"kobart", "msr-summary-stat-wrong", 0.99, {"1.7634", "mean of 5 intervals", "1.76338"}},
      {"kobart", "msr-summary-stat-wrong", 0.99, {"36.4 % is 36.3 %"}},
      {"kobart", "opt-clip-saturated", 0.8,
       {"5 of 5", "0.148 0.144 0.169 0.210 0.220", "default", "moot"}},
      {"llama", "opt-clip-saturated", 0.8, {"6 of 6", "median 0.51"}},
      {"qwen", "opt-clip-saturated", 0.8, {"7 of 8"}},
      {"kobart", "met-delta-within-noise", 0.8,
       {"-0.0060", "-0.0039", "+0.0043", "0.0067 to 0.0112", "6.0 %"}},
      {"kobart", "ckp-best-not-served", 0.9, {"(1.4684)", "(1.0480)", "argmin"}},
      {"kobart", "met-r1-equals-rl", 0.4, {"0.976, 0.981", "0.613, 0.633", "0.945", "0.484"}},
      {"llama", "cfg-cli-shadowed-by-file", 0.99, 
       {"accumulation 4", "10 mod 4 = 2", "10 x 1 = 10", "4 x 2 rows: 313 or 312",
        "4 x 3 rows: 209 or 208", "[494.77, 501.33] steps"}},
      {"llama", "msr-summary-stat-wrong", 0.97, {"625 x 2", "500 steps"}},
      {"llama", "msr-cost-unexplained", 0.9, {"1/4", "66.0x", "5000"}},
      {"llama", "msr-cost-unexplained", 0.99, {"1620", "2503.7", "3292"}},
      {"llama", "msr-cost-unexplained", 0.9, {"30 min", "12519", "3.48 h"}},
      {"llama", "msr-throughput-includes-eval", 0.99, {"61.8 %", "96.0 times", "55.4 times", "66.0"}},
      {"llama", "gen-eval-time-unstable", 0.97, {"9.27", "4.62 to 5.14", "-3.4 %"}},
      {"llama", "gen-runaway-length", 0.5, {"0.79 to 7.33", "gen-cache-off", "contention", "21.6"}},
      {"llama", "met-r1-equals-rl", 0.95, {"2 of 2", "0.1097, 0.1060", "499"}},
      {"llama", "gen-reference-in-input", 0.6, {"2.808, 2.806", "48.4, 50.1", "0.25", "0.15"}},
      {"llama", "gen-prompt-echo", 0.25, {"48.4"}},
      {"llama", "gen-prompt-echo", 0.4, {"12.4 or 14.1", "10 ASCII"}},
      {"llama", "met-rouge-hangul-dropped", 0.85,
       {"2.808", "13", "[2.801, 2.814], [2.799, 2.812]"}},
      {"llama", "met-loss-vs-generation", 0.3, {"-6.3 %", "does not improve", "-3.4 %"}},
      {"llama", "opt-loss-gap-wrong-sign", 0.6, {"+0.4 %", "+7.9 %"}},
      {"llama", "msr-summary-stat-wrong", 0.97, {"2.124", "midrange", "2.804"}},
      {"qwen", "cfg-cli-shadowed-by-file", 0.97,
       {"{(10, 1), (5, 2), (2, 5), (1, 10)}", "micro-batch 1"}},
      {"qwen", "msr-cost-unexplained", 0.7, {"4.05", "0.50", "8.08", "1.25", "2.39", "6.46"}},
      {"qwen", "msr-cost-unexplained", 0.9, {"3240", "4852.32", "9704.6"}},
      {"qwen", "msr-cost-unexplained", 0.9, {"28.1 h", "4.048"}},
      {"qwen", "met-r1-equals-rl", 0.9, {"1 of 1", "0.1432"}},
      {"qwen", "gen-reference-in-input", 0.6, {"2.776", "36.0", "[2.771, 2.781]"}},
      {"qwen", "gen-prompt-echo", 0.25, {"36.0"}},
      {"qwen", "met-rouge-hangul-dropped", 0.85, {"2.776", "13"}},
      {"qwen", "met-loss-vs-generation", 0.7, {"0.8999", "2.46", "36.6 %", "4.77", "36.8 %", "4.34"}},
      {"qwen", "met-cross-tokenizer-loss", 0.7, {"kobart", "qwen"}},
      {"qwen", "msr-summary-stat-wrong", 0.97, {"1.984", "not reproducible", "3.273", "1.890"}},
      {"qwen", "msr-summary-stat-wrong", 0.97, {"0.8612", "0.8357, 0.8425"}},
      {"qwen", "msr-summary-stat-wrong", 0.97, {"18:21:14", "00:28:32", "6 h 7 min 18 s", "written at 00:30"}},
      {"qwen", "msr-summary-stat-wrong", 0.97, {"90x", "326.5"}},
      {"qwen", "msr-summary-stat-wrong", 0.97, {"2x", "1.328", "12.3"}},
      {"qwen", "msr-summary-stat-wrong", 0.97, {"134x", "132.1", "133.3"}},
      {"qwen", "msr-summary-stat-wrong", 0.97, {"0.857-5.689"}},
      {"qwen", "msr-summary-stat-wrong", 0.9, {"370 of 500", "74.0 %", "32153", "8.93 h"}},
      {"qwen", "msr-summary-stat-wrong", 0.5, {"1115 s", "93.5", "unlogged final evaluation"}},
      {"llama", "msr-summary-stat-wrong", 0.5, {"42 s", "kobart", "36.41, 36.73"}},
      {"qwen", "adp-param-count-mismatch", 0.7, {"0.81 %", "1.48 %", "declared only"}},
  };
  return kRows;
}

bool Matches(const Finding& finding, const Expected& expected) {
  if (finding.rule != expected.rule || finding.verdict == Verdict::kNotEvaluated) return false;
  if (std::abs(finding.confidence - expected.confidence) > 1e-9) return false;
  const std::string text = English(finding) + " " + finding.formula;
  return std::ranges::all_of(expected.parts, [&](const char* part) {
    return text.find(part) != std::string::npos;
  });
}

const RunAudit& RunNamed(const std::vector<RunAudit>& audits, const std::string& name) {
  for (const RunAudit& audit : audits) {
    if (audit.path.find(name) != std::string::npos) return audit;
  }
  throw std::runtime_error("no run " + name);
}

void ExpectRows(const std::vector<RunAudit>& audits, const std::vector<Expected>& rows) {
  for (const Expected& row : rows) {
    const RunAudit& audit = RunNamed(audits, row.run);
    const bool found = std::ranges::any_of(
        audit.findings, [&](const Finding& finding) { return Matches(finding, row); });
    EXPECT_TRUE(found) << row.run << " " << row.rule << " " << row.parts.front();
  }
}

void ExpectNever(const std::vector<RunAudit>& audits, const std::vector<const char*>& phrases) {
  for (const RunAudit& audit : audits) {
    for (const Finding& finding : audit.findings) {
      const std::string text =
          English(finding) + " " + Render(finding.action, finding.operands, Language::kEnglish);
      for (const char* phrase : phrases) {
        EXPECT_EQ(text.find(phrase), std::string::npos) << finding.rule << ": " << text;
      }
    }
  }
}

const std::vector<const char*> kForbidden = {
    "educe gradient accumulation", "reduce accumulation", "add gradient clipping",
    "peak learning rate is 1e-5",  "over-fits",           "unsuited",
    "too little",                  "area too small"};

class ThreeModelReplay : public ::testing::TestWithParam<const char*> {};

TEST_P(ThreeModelReplay, EveryRowIsPrintedWithItsFigures) {
  const auto audits = AuditFile(GetParam());
  ASSERT_EQ(audits.size(), 3u);
  ExpectRows(audits, ThreeModels());
  ExpectNever(audits, kForbidden);
}

// Each of the other persistence, cause and "works" rows says of every model what it says of one.
TEST_P(ThreeModelReplay, WhatHoldsForAllModelsIsSaidOfEach) {
  const auto audits = AuditFile(GetParam());
  for (const char* run : {"kobart", "llama", "qwen"}) {
    ExpectRows(audits, {{run, "cfg-warmup-steps-shadows-ratio", 0.85, {"silently wins"}},
                        {run, "cfg-warmup-steps-shadows-ratio", 0.7, {"2500 steps", "20 %"}},
                        {run, "opt-lr-never-decays", 0.99, {"refuted", "rising line"}}});
  }
  for (const char* run : {"kobart", "llama"}) {  // Qwen has no throughput to see it by
    ExpectRows(audits, {{run, "cfg-flag-without-trace", 0.85, {"augmentation 0.1", "5000.2"}},
                        {run, "cfg-flag-without-trace", 0.6, {"2 folds"}}});
  }
}

// Consistent figures: sums of rounded scores, the promise for KoBART's next run (313 s against five
// minutes), the stated finish of the unfinished run, 327x and 66x of the quotients.
TEST_P(ThreeModelReplay, ConsistentFiguresAreLeftAlone) {
  for (const RunAudit& audit : AuditFile(GetParam())) {
    const bool kobart = audit.path.find("kobart") != std::string::npos;
    for (const Finding& finding : Said(audit.findings)) {
      const std::string text = English(finding);
      EXPECT_EQ(text.find("rouge_sum of"), std::string::npos) << text;
      EXPECT_EQ(text.find("\"327x\""), std::string::npos) << text;
      EXPECT_EQ(text.find("\"66.0x\""), std::string::npos) << text;
      EXPECT_TRUE(!kobart || finding.rule != "msr-cost-unexplained") << text;
    }
  }
}

TEST_P(ThreeModelReplay, WhatTheFiguresCannotSayIsNotSaid) {
  for (const RunAudit& audit : AuditFile(GetParam())) {
    for (const Finding& finding : audit.findings) {
      const bool qwen = audit.path.find("qwen") != std::string::npos;
      if (finding.rule == "opt-joint-change-point" && qwen) {
        EXPECT_EQ(finding.verdict, Verdict::kNotEvaluated);
      }
      if (finding.rule == "cfg-flag-without-trace" && qwen) {
        EXPECT_EQ(finding.verdict, Verdict::kNotEvaluated);
      }
      EXPECT_EQ(English(finding).find("02:00"), std::string::npos);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, ThreeModelReplay,
                         ::testing::Values("three_models_printed.json",
                                           "three_models_reconstructed.json"),
                         [](const auto& one) { return one.index == 0 ? "Printed" : "Steps"; });

TEST(Mt5Replay, EveryRowIsPrintedWithItsFigures) {
  const auto audits = AuditFile("mt5_printed.json");
  ASSERT_EQ(audits.size(), 1u);
  ExpectRows(audits,
             {{"mt5", "prc-t5-family-fp16", 0.95, {"mt5", "fp16"}},
              {"mt5", "prc-nan-grad-persistent", 0.97,
               {"700 to 1200", "500 steps", "41.7 %", "still moves", "success"}},
              {"mt5", "prc-nan-grad-persistent", 0.9, {"700 to 1200 are not usable", "step 300", "stands"}},
              {"mt5", "prc-nan-filter-hides-loss", 0.85, {"3.98", "1200"}},
              {"mt5", "adp-param-count-mismatch", 0.9, {"582401280", "1229581312", "2.06"}},
              {"mt5", "ckp-early-stop-units", 0.9, {"75 %", "900", "9 x 100, 6 x 150, 3 x 300", "300-600"}},
              {"mt5", "opt-loss-gap-wrong-sign", 0.5,
               {"1.15", "1.46", "16.4 %", "-8.3 %", "step 600", "700"}},
              {"mt5", "met-baseline-unverified", 0.9, {"23.67", "13.4", "25-30"}},
              {"mt5", "met-baseline-unverified", 0.7, {"0.41 %", "5507"}},
              {"mt5", "met-baseline-unverified", 0.85, {"40.48", "2.7 times"}},
              {"mt5", "met-baseline-unverified", 0.6, {"0.921", "0.237", "not comparable"}},
              {"mt5", "met-baseline-unverified", 0.9, {"11.45", "ROUGE-2"}},
              {"mt5", "met-baseline-unverified", 0.9, {"22.36", "ROUGE-L"}},
              {"mt5", "gen-config-inherited", 0.6, {"84", "4 beams"}},
              {"mt5", "opt-step-plan-mismatch", 0.7, {"779", "1.54", "0.385", "0.899"}}});
  ExpectNever(audits, {"2 x 450", "3288", "3300", "0.2207"});
}

TEST(Mt5Replay, FourQuestionsStayOpen) {
  const auto audits = AuditFile("mt5_printed.json");
  for (const char* rule : {"cfg-effective-batch-mismatch", "opt-lr-never-decays",
                           "msr-throughput-includes-eval", "gen-prompt-echo"}) {
    const auto found = std::ranges::find(audits[0].findings, std::string(rule), &Finding::rule);
    ASSERT_NE(found, audits[0].findings.end()) << rule;
    EXPECT_EQ(found->verdict, Verdict::kNotEvaluated) << rule;
  }
}

}  // namespace
}  // namespace plumbline::audit
