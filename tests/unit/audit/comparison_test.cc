// Declared, observed, claimed: a refuted claim is named, a true one is not; numbers by hand from the
// trace of trace_fixture.h (2500 rows, batch 10, 2 epochs, warm-up 50 of 500, peak 2e-5).
#include "harness/audit/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/audit/output.h"
#include "harness/audit/read.h"
#include "tests/unit/audit/tier1_cases.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

RunAudit AuditOf(const Evidence& run) { return AuditStudy({"study", {run}}).front(); }

const ComparedRow* Find(const RunAudit& audit, const std::string& id) {
  const auto found = std::ranges::find(audit.comparison, id, &ComparedRow::id);
  return found == audit.comparison.end() ? nullptr : &*found;
}

// "refuted", "agrees" or "open" of the first claim of a row; "" without the row.
std::string ClaimOf(const RunAudit& audit, const std::string& id) {
  const ComparedRow* row = Find(audit, id);
  if (row == nullptr || row->claimed.empty()) return "";
  return JudgementWord(row->claimed.front().judgement);
}

std::string Declared(const RunAudit& audit, const std::string& id, Layer layer) {
  const ComparedRow* row = Find(audit, id);
  if (row == nullptr) return "";
  for (const ComparedCell& cell : row->declared) {
    if (cell.layer == layer) return JudgementWord(cell.judgement);
  }
  return "";
}

struct Claimable {
  const char* id;
  const char* quantity;
  const char* right;
  const char* wrong;
};

// The trace's own figures: train_runtime 500 * 0.2 + 2 * 4 = 108 s, 5000 / 108 = 46.296 samples/s.
constexpr Claimable kClaimables[] = {
    {"effective_batch", "effective_batch", "10", "40"},
    {"optimizer_steps", "steps_total", "500", "1250"},
    {"train_runtime", "runtime_s", "108", "180"},
    {"samples_per_second", "samples_per_second", "46.3", "50.4"},
    {"rouge1", "score_rouge1", "0.43", "0.53"},
    {"rougeL", "score_rougeL", "0.43", "0.33"},
};

TEST(Comparison, ARefutedClaimIsNamedATrueOneIsNot) {
  for (const Claimable& one : kClaimables) {
    Evidence honest = MakeTrace({});
    Claimed(honest, one.quantity, one.right);
    EXPECT_EQ(ClaimOf(AuditOf(honest), one.id), "agrees") << one.id;
    Evidence wrong = MakeTrace({});
    Claimed(wrong, one.quantity, one.wrong);
    EXPECT_EQ(ClaimOf(AuditOf(wrong), one.id), "refuted") << one.id;
    EXPECT_EQ(NumRefuted(AuditOf(wrong).comparison), 1u) << one.id;
  }
}

TEST(Comparison, LossesAreHeldAgainstTheLog) {
  Evidence run = MakeTrace({});
  const Reading first = *run.log.front().Find("loss");
  const Reading last = *run.log.back().Find("loss");
  Claimed(run, "loss_initial", first.value.text.c_str());
  Claimed(run, "loss_final", "0.5");
  Claimed(run, "reduction_percent", "99.0");
  const RunAudit audit = AuditOf(run);
  EXPECT_EQ(ClaimOf(audit, "loss_first"), "agrees");
  EXPECT_EQ(ClaimOf(audit, "loss_last"), "refuted");
  EXPECT_EQ(Find(audit, "loss_last")->observed.front().text.value, last.value.text);
  EXPECT_EQ(ClaimOf(audit, "loss_reduction"), "refuted");
}

// "fell from 3.1 to 1.55" is of a part, or of another loss: no row of the whole run.
TEST(Comparison, AReductionOfTwoFiguresIsNotTheRuns) {
  Evidence run = MakeTrace({});
  Claimed(run, "reduction_percent", "50", "3.10 1.55");
  EXPECT_EQ(Find(AuditOf(run), "loss_reduction"), nullptr);
}

TEST(Comparison, LayersThatTheTraceContradictsAreNotInForce) {
  Evidence run = MakeTrace({});
  Set(run, "training.per_device_train_batch_size", "8", Layer::kFile);
  Set(run, "training.gradient_accumulation_steps", "4", Layer::kFile);
  const RunAudit audit = AuditOf(run);
  EXPECT_EQ(Declared(audit, "effective_batch", Layer::kFile), "refuted");
  EXPECT_EQ(Declared(audit, "effective_batch", Layer::kResolved), "agrees");
  EXPECT_EQ(Declared(audit, "gradient_accumulation", Layer::kFile), "refuted");  // 10 mod 4 = 2
  EXPECT_EQ(Declared(audit, "gradient_accumulation", Layer::kResolved), "open");
  EXPECT_EQ(Declared(audit, "optimizer_steps", Layer::kFile), "refuted");  // ceil(2500/32) * 2 = 158
  EXPECT_EQ(Declared(audit, "optimizer_steps", Layer::kResolved), "agrees");
}

TEST(Comparison, AFactorThatDividesTheBatchStaysOpen) {
  Evidence run = MakeTrace({});
  Set(run, "training.gradient_accumulation_steps", "5", Layer::kClaimed);
  EXPECT_EQ(ClaimOf(AuditOf(run), "gradient_accumulation"), "open");
  Set(run, "training.gradient_accumulation_steps", "4", Layer::kClaimed);
  EXPECT_EQ(ClaimOf(AuditOf(run), "gradient_accumulation"), "refuted");
}

TEST(Comparison, OurOwnLedgerCountsAccumulationAndSteps) {
  Evidence run = MakeTrace({});
  run.documents.ledger = {{"observed",
                           {{"micro_batches_per_step_min", 4},
                            {"micro_batches_per_step_max", 4},
                            {"optimizer_steps", 500},
                            {"examples", 5000}}}};
  const RunAudit audit = AuditOf(run);
  EXPECT_EQ(Find(audit, "gradient_accumulation")->observed.front().text.value, "4");
  EXPECT_EQ(Declared(audit, "gradient_accumulation", Layer::kResolved), "refuted");
  EXPECT_EQ(Declared(audit, "optimizer_steps", Layer::kResolved), "agrees");
  EXPECT_EQ(Find(audit, "train_rows")->observed.front().text.value, "2500");
}

TEST(Comparison, AWarmUpAndAPeakThatWereNotAskedForAreShown) {
  TraceOptions o;
  o.warmup = 300;
  o.rate_decimals = 12;
  Evidence run = MakeTrace(o);
  Set(run, "training.warmup_ratio", "0.1");
  Claimed(run, "lr_target", "1e-05");
  const RunAudit audit = AuditOf(run);
  EXPECT_EQ(Find(audit, "warmup_steps")->observed.front().text.value, "300");
  EXPECT_EQ(Declared(audit, "warmup_steps", Layer::kResolved), "refuted");
  EXPECT_EQ(ClaimOf(audit, "learning_rate"), "refuted");
  EXPECT_EQ(Declared(audit, "learning_rate", Layer::kResolved), "agrees");
}

TEST(Comparison, TheBlamedCauseIsRefutedAndOverfittingIsHeldAgainstTheEvaluations) {
  Evidence run = MakeTrace({});
  Claimed(run, "time_scales_with_accumulation", "4");
  run.claims.push_back({"overfitting", kEmptyInterval, "over-fits", "", {}, {"r.md", "", 2}});
  EXPECT_EQ(ClaimOf(AuditOf(run), "cause_accumulation"), "refuted");
  EXPECT_EQ(ClaimOf(AuditOf(run), "overfitting"), "refuted");
  run.evaluations[1].values["eval_loss"] = ReadingOf("3.0", "eval_loss");
  EXPECT_EQ(ClaimOf(AuditOf(run), "overfitting"), "open");
}

TEST(Comparison, RatiosAreHeldAgainstEveryPairOfTheBase) {
  Evidence fast = MakeTrace({});
  Evidence slow = MakeTrace({});
  fast.name = "fast";
  slow.name = "slow";
  Final(slow, "train_runtime", "1080.0");  // 10 times 108
  Claimed(slow, "time_ratio_train", "10", "fast");
  Claimed(slow, "time_ratio_train", "25", "fast");
  const auto audits = AuditStudy({"study", {fast, slow}});
  const ComparedRow* row = Find(audits[1], "run_time_ratio");
  ASSERT_NE(row, nullptr);
  ASSERT_EQ(row->claimed.size(), 2u);
  EXPECT_EQ(row->claimed[0].judgement, Judgement::kAgrees);
  EXPECT_EQ(row->claimed[1].judgement, Judgement::kRefuted);
}

TEST(Comparison, SettingsWhoseLayersDifferAreListedEqualOnesAreNot) {
  Evidence run = MakeTrace({});
  Set(run, "training.weight_decay", "0.1", Layer::kFile);
  Set(run, "training.weight_decay", "0.0");
  Set(run, "training.seed", "42", Layer::kFile);
  Set(run, "training.seed", "42.0");
  const RunAudit audit = AuditOf(run);
  EXPECT_EQ(Declared(audit, "training.weight_decay", Layer::kFile), "refuted");
  EXPECT_EQ(Declared(audit, "training.weight_decay", Layer::kResolved), "agrees");
  EXPECT_EQ(Find(audit, "training.seed"), nullptr);
}

TEST(Comparison, OneColumnAloneIsNoRow) {
  Evidence run;
  Claimed(run, "effective_batch", "32");
  EXPECT_EQ(Find(AuditOf(run), "effective_batch"), nullptr);
}

TEST(Comparison, TheThreeFormsHoldTheSameRows) {
  Evidence run = MakeTrace({});
  Claimed(run, "effective_batch", "40");
  const auto audits = AuditStudy({"study", {run}});
  const std::string text = AuditToText(audits, Language::kEnglish);
  EXPECT_NE(text.find("DECLARED, OBSERVED, CLAIMED"), std::string::npos);
  EXPECT_NE(text.find("40: REFUTED"), std::string::npos) << text;
  EXPECT_NE(text.find("1 claim refuted"), std::string::npos);
  const std::string html = AuditToHtml(audits, Language::kEnglish);
  EXPECT_NE(html.find("<div class=\"refuted\">40 <b>REFUTED</b></div>"), std::string::npos);
  const Json json = AuditToJson(audits, Language::kEnglish);
  const Json& row = json["runs"][0]["comparison"][0];
  EXPECT_EQ(row["quantity"], "effective_batch");
  EXPECT_EQ(row["observed"]["text"], "10");
  EXPECT_EQ(row["claimed"][0]["judgement"], "refuted");
  EXPECT_EQ(row["declared"][0]["layer"], "resolved");
  EXPECT_NE(AuditToText(audits, Language::kKorean).find("40: 반증됨"), std::string::npos);
}

// Its column begins at 4 + (22 + 2) + (26 + 2) = 56, whatever stands before it.
TEST(Comparison, ColumnsStandWhereATerminalPutsThem) {
  for (const auto& [text, columns] : std::initializer_list<std::pair<std::string, size_t>>{
           {"ab", 2}, {"1 \xE2\x86\x92 2", 5}, {"1 \xE2\x80\x94 2", 5}, {"1\xE2\x80\xA6", 2}, {"각각", 4},
           {"\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", 2}}) {  // U+1100 U+1161 U+11A8: one syllable
    ComparedRow row;
    row.id = "row";
    row.declared = {{{"", text, ""}, kEmptyInterval, Layer::kFile, Judgement::kOpen, {}}};
    row.observed = {{{"", "seen", ""}, kEmptyInterval, Layer::kFile, Judgement::kOpen, {}}};
    const std::string table = ComparisonToText({row}, Language::kEnglish);
    const size_t line = table.rfind('\n', table.find("seen")) + 1;
    EXPECT_EQ(table.find("seen") - line, 56 + text.size() - columns) << table;
  }
}

// A run directory of Trainer with a declared batch that did not run, and a clean one.
TEST(Comparison, ARunDirectoryIsComparedWithWhatWasDeclared) {
  const std::string folder = "tests/golden/trainer_runs/";
  const auto differs = AuditStudy(ReadStudy(folder + "qwen3_batch_differs", {}));
  EXPECT_EQ(Declared(differs[0], "effective_batch", Layer::kFile), "refuted");
  // --declared F: F's 4 x 4 is the 16 that ran, but not by its accumulation.
  ReadOptions options;
  options.declared = {folder + "bart_accumulation/config.yaml"};
  const auto other = AuditStudy(ReadStudy(folder + "clean_bart", options));
  EXPECT_EQ(Declared(other[0], "effective_batch", Layer::kFile), "agrees");
  EXPECT_EQ(Declared(other[0], "gradient_accumulation", Layer::kFile), "refuted");
  EXPECT_EQ(Declared(other[0], "micro_batch", Layer::kFile), "refuted");
  const auto clean = AuditStudy(ReadStudy(folder + "clean_bart", {}));
  EXPECT_EQ(Declared(clean[0], "effective_batch", Layer::kFile), "agrees");
  for (const ComparedRow& row : clean[0].comparison) {
    for (const ComparedCell& cell : row.declared) {
      EXPECT_NE(cell.judgement, Judgement::kRefuted) << row.id << " " << cell.text.value;
    }
  }
}

}  // namespace
}  // namespace plumbline::audit
