// A run directory of ours as the audit reads it: settings layer by layer, counted updates,
// references, data joined by digest; and its record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "harness/audit/read.h"
#include "harness/audit/record.h"
#include "harness/audit/rows.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kTrain =
    R"({"fname":"t0","dialogue":"the first dialogue of all","summary":"one"}
{"fname":"t1","dialogue":"another talk about the weather","summary":"two"}
)";
constexpr const char* kSame =
    R"({"fname":"v0","dialogue":"another talk about the weather","summary":"two"}
)";

class OwnRun : public ::testing::Test {
 protected:
  OwnRun() {
    Write("trainer_state.json", R"({"global_step": 100, "max_steps": 100, "log_history": [
        {"loss": 1.5, "learning_rate": 1e-5, "grad_norm": 1.0, "epoch": 0.5, "step": 50}]})");
    Write("data-train.jsonl", kTrain);
    Write("data-validation.jsonl", kSame);
    WriteLedger(100, {"t0", "t1"});
    WriteConfig("");
  }

  void Write(const std::string& name, const std::string& text) {
    WriteFileAtomic(directory_ / name, text);
  }

  void WriteLedger(int updates, const std::vector<std::string>& taken) {
    Write("ledger.json",
          DumpJson({{"observed",
                     {{"optimizer_steps", updates},
                      {"taken_rows", taken},
                      {"data_digests",
                       {{"train", Sha256OfFile(directory_ / "data-train.jsonl")},
                        {"validation", Sha256OfFile(directory_ / "data-validation.jsonl")}}}}}}));
  }

  void WriteConfig(const std::string& more) {
    Write("resolved_config.json",
          R"({"values": {"data.train": {"value": ")" + (directory_ / "data-train.jsonl").string() +
              R"(", "origin": {"layer": "default"}, "shadowed": []},
              "data.validation": {"value": ")" + (directory_ / "data-validation.jsonl").string() +
              R"(", "origin": {"layer": "default"}, "shadowed": []})" + more + "}}");
  }

  Evidence Run() const {
    Study study = ReadStudy(directory_.path(), {});
    return study.runs.at(0);
  }

  testing::TemporaryDirectory directory_;
};

// Two runs of one audit that name one file read it once, until it changes; two audits share nothing.
TEST_F(OwnRun, RunsOfOneAuditShareTheirData) {
  ReadOptions options;
  options.shared = std::make_shared<SharedFiles>();
  const auto train = [&](const ReadOptions& how) {
    return RowsOf(ReadStudy(directory_.path(), how).runs.at(0)).joined_train;
  };
  const auto first = train(options);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(train(options), first);
  EXPECT_NE(train({}), first);
  EXPECT_EQ(train({})->identity, first->identity);
  options.shared = std::make_shared<SharedFiles>();
  EXPECT_NE(train(options), first);
  Write("data-train.jsonl", std::string(kTrain) + kSame);
  EXPECT_EQ(train(options), nullptr);  // no longer what the run was made with
  WriteLedger(100, {"t0", "t1", "v0"});
  EXPECT_EQ(train(options)->rows.size(), 3u);
}

TEST_F(OwnRun, SharedDataIsJudgedAsDataOfItsOwn) {
  ReadOptions options;
  options.shared = std::make_shared<SharedFiles>();
  const auto judged = [&](const ReadOptions& how) {
    std::string text;
    const Evidence run = ReadStudy(directory_.path(), how).runs.at(0);
    for (const char* rule : {"data-split-overlap", "data-hangul-not-nfc"}) {
      for (const Finding& finding : Judge(rule, run)) text += English(finding) + finding.formula;
    }
    return text;
  };
  const std::string alone = judged({});
  EXPECT_THAT(alone, HasSubstr("1 of 1 validation documents"));
  EXPECT_EQ(judged(options), alone);
  EXPECT_EQ(judged(options), alone);
}

TEST_F(OwnRun, ThrownAwayStepsMovedNothing) {
  Write("ledger.json", R"({"declared": {}, "observed": {"optimizer_steps": 100, "skipped_steps": 3}})");
  EXPECT_EQ(Run().facts.at("optimizer_updates").value.text, "97");
}

TEST_F(OwnRun, ProcessesThatSharedTheBatchAreKnown) {
  EXPECT_EQ(Run().Number("training.world_size"), std::nullopt);
  Write("ledger.json", R"({"declared": {"world_size": 2}, "observed": {"optimizer_steps": 100}})");
  EXPECT_EQ(Run().Number("training.world_size"), 2);
}

// An encoder-decoder with accumulation 4 under one of the two normalizations, as run directories hold it.
std::string Inflating(const std::string& normalization, const std::string& smoothing = "0.0") {
  const std::string rest = R"(, "origin": {"layer": "suite", "file": "s.yaml", "line": 9}, "shadowed": []})";
  return R"(, "training.gradient_accumulation_steps": {"value": 4)" + rest +
         R"(, "training.label_smoothing_factor": {"value": )" + smoothing + rest +
         R"(, "model.type": {"value": "bart")" + rest +
         R"(, "training.loss_normalization": {"value": ")" + normalization + "\"" + rest;
}

TEST_F(OwnRun, LossesThatWereToldToInflateAreADefectWithTheLedgersCount) {
  Write("trainer_state.json", R"({"global_step": 2, "max_steps": 2, "log_history": [
      {"loss": 19.2, "learning_rate": 1e-3, "grad_norm": 5.0, "epoch": 1.0, "step": 1},
      {"eval_loss": 4.8, "epoch": 1.0, "step": 1}]})");
  Write("ledger.json", R"({"declared": {}, "observed": {"loss_weight_min": 3.0, "loss_weight_max": 4.0}})");
  WriteConfig(Inflating("hf_seq2seq_bug"));
  const auto findings = Said(Judge("opt-seq2seq-accumulation-inflated", Run()));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kDefect);
  EXPECT_THAT(English(findings[0]), HasSubstr("4 times the mean over each step's tokens"));
  EXPECT_EQ(findings[0].inputs.at(1).key, "observed.loss_weight_max");
  EXPECT_THAT(Said(Judge("opt-accum-loss-not-normalised", Run())), IsEmpty());  // one defect, one rule
  WriteConfig(Inflating("hf_seq2seq_bug", "0.1"));
  EXPECT_THAT(Judge("opt-seq2seq-accumulation-inflated", Run()), IsEmpty());
}

TEST_F(OwnRun, AMeanOverTheStepsTokensIsSilent) {
  Write("ledger.json", R"({"declared": {}, "observed": {"loss_weight_min": 1.0, "loss_weight_max": 1.0}})");
  WriteConfig(Inflating("tokens"));
  EXPECT_THAT(Judge("opt-seq2seq-accumulation-inflated", Run()), IsEmpty());
  WriteConfig(Inflating("hf_seq2seq_bug"));  // told to, and it did not happen
  EXPECT_THAT(Judge("opt-seq2seq-accumulation-inflated", Run()), IsEmpty());
}

TEST_F(OwnRun, ShadowedValuesStandInTheirOwnLayers) {
  WriteConfig(R"(, "training.seed": {"value": 3,
    "origin": {"layer": "command line", "argument": "--seed", "argument_index": 4},
    "shadowed": [{"value": 2, "origin": {"layer": "suite", "file": "s.yaml", "line": 7}},
                 {"value": 1, "origin": {"layer": "preset", "file": "p.yaml", "line": 5}},
                 {"value": 42, "origin": {"layer": "default"}}]},
   "training.warmup_ratio": {"value": 0.1, "active": false,
    "origin": {"layer": "preset", "file": "p.yaml", "line": 6}, "shadowed": []})");
  const Evidence run = Run();
  EXPECT_EQ(run.Find("training.seed", Layer::kResolved)->text, "3");
  EXPECT_EQ(run.Find("training.seed", Layer::kCommandLine)->text, "3");
  EXPECT_EQ(run.Find("training.seed", Layer::kCommandLine)->place.key, "--seed");
  EXPECT_EQ(run.Find("training.seed", Layer::kFile)->text, "2");  // the stronger file
  EXPECT_EQ(run.Find("training.seed", Layer::kFile)->place.file, "s.yaml");
  EXPECT_EQ(run.Find("training.seed", Layer::kFile)->place.line, 7);
  EXPECT_EQ(run.Effective("training.warmup_ratio"), nullptr);  // switched off: nobody's word
  EXPECT_THAT(Said(Judge("cfg-cli-shadowed-by-file", run)), IsEmpty());
}

TEST_F(OwnRun, ACommandLineThatLostIsFound) {
  WriteConfig(R"(, "training.seed": {"value": 2,
    "origin": {"layer": "suite", "file": "s.yaml", "line": 7},
    "shadowed": [{"value": 3, "origin": {"layer": "command line", "argument": "--seed"}}]})");
  const auto findings = Said(Judge("cfg-cli-shadowed-by-file", Run()));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(English(findings[0]), HasSubstr("training.seed: the command line says 3"));
}

TEST_F(OwnRun, UpdatesAreTheLedgersCount) {
  EXPECT_THAT(Judge("prc-skipped-steps-uncounted", Run()), IsEmpty());
  WriteLedger(90, {});
  const auto findings = Said(Judge("prc-skipped-steps-uncounted", Run()));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(English(findings[0]), HasSubstr("10 of 100 steps"));
}

TEST_F(OwnRun, DataIsJoinedByItsDigestAndByTheRowsTaken) {
  EXPECT_THAT(English(Judge("data-split-overlap", Run()).at(0)), HasSubstr("v0 = t1"));
  WriteLedger(100, {"t0"});  // the copy was not trained on
  EXPECT_THAT(Judge("data-split-overlap", Run()), IsEmpty());
}

TEST_F(OwnRun, DataOfAnotherDigestIsNotUsed) {
  Write("data-train.jsonl", std::string(kTrain) + kSame);
  EXPECT_THAT(RowsOf(Run()).train.problem, HasSubstr("another digest"));
  std::filesystem::remove(directory_ / "data-train.jsonl");
  EXPECT_TRUE(RowsOf(Run()).train.file.empty());
}

// Runs of one audit share what they were made with; what differs between them is not shared.
TEST_F(OwnRun, SharedDataIsReadAnewWhenItOrTheRowsTakenChange) {
  for (int i = 0; i < 2; ++i) {
    WriteLedger(100, {"t0", "t1"});
    EXPECT_EQ(Judge("data-split-overlap", Run()).size(), 1u);
    WriteLedger(100, {"t0"});
    EXPECT_THAT(Judge("data-split-overlap", Run()), IsEmpty());
  }
  std::string other = kTrain;  // of the same size
  other.replace(other.find("weather"), 7, "station");
  Write("data-train.jsonl", other);
  EXPECT_THAT(RowsOf(Run()).train.problem, HasSubstr("another digest"));
  WriteLedger(100, {"t0", "t1"});
  EXPECT_THAT(Judge("data-split-overlap", Run()), IsEmpty());
}

TEST_F(OwnRun, RenamedColumnsAreNotJoined) {
  WriteConfig(R"(, "data.fields.dialogue": {"value": "talk", "origin": {"layer": "suite"},
                  "shadowed": []})");
  EXPECT_TRUE(RowsOf(Run()).train.file.empty());
}

TEST_F(OwnRun, ReferencesMeetPredictionsById) {
  Write("predictions.jsonl", R"({"fname":"v0","prediction":"two","token_ids":[5,1]})");
  Write("references.jsonl",
        R"({"fname":"v0","summary":["two"],"dialogue":"d","label_ids":[5,-100,1]})");
  const Evidence run = Run();
  const ScoredRow& row = RowsOf(run).scored.rows.at(0);
  EXPECT_EQ(row.references, std::vector<std::string>{"two"});
  EXPECT_EQ(row.source, "d");
  EXPECT_EQ(row.label_ids, (std::vector<int64_t>{5, 1}));
}

TEST_F(OwnRun, TheRecordSaysTheSameAndNamesNoPlaceOfTheDirectory) {
  WriteLedger(90, {"t0"});
  Write("config.json", "{broken");
  const check::AuditFacts written = RecordAudit(directory_.path());
  ASSERT_TRUE(written.made);
  EXPECT_THAT(check::AuditTally(written), HasSubstr("1 major"));
  ASSERT_EQ(written.notes.size(), 1u);
  const std::string record = ReadFile(directory_ / kAuditFile);
  EXPECT_THAT(record, Not(HasSubstr(directory_.path().string() + "/trainer")));
  const check::AuditFacts read = ReadAudit(directory_.path());
  EXPECT_EQ(check::ToJson(read), check::ToJson(written));
  EXPECT_THAT(read.aids, Not(IsEmpty()));
  EXPECT_EQ(check::ToJson(RecordAudit(directory_.path())), check::ToJson(written));  // itself no input
  Write(kAuditFile, "{}");  // broken: looked at anew
  EXPECT_EQ(check::ToJson(ReadAudit(directory_.path())), check::ToJson(written));
}

TEST_F(OwnRun, RowsTrainedUnevenlyAreFound) {
  EXPECT_EQ(Judge("ckp-resume-replays-data", Run()).at(0).verdict, Verdict::kNotEvaluated);
  Write("seen.jsonl", "{\"times\":2,\"rows\":2,\"fname\":\"t0\"}\n");
  EXPECT_THAT(Judge("ckp-resume-replays-data", Run()), IsEmpty());
  Write("seen.jsonl", R"({"times":1,"rows":1,"fname":"t1"}
{"times":3,"rows":1,"fname":"t0"}
)");
  const auto findings = Judge("ckp-resume-replays-data", Run());
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kBlocker);
  EXPECT_THAT(English(findings[0]), HasSubstr("1 rows 3 times (t0), 1 rows 1 times (t1)"));
}

// Their difference fits no integer, and no run trains a row so often.
TEST_F(OwnRun, CountsThatNoRunReachesAreRefused) {
  for (const char* times : {"-1", "-9223372036854775808", "1000000000000000", "9223372036854775807",
                            "18446744073709551615"}) {
    Write("seen.jsonl", std::string(R"({"times":1,"rows":1,"fname":"t1"}
{"times":)") + times + R"(,"rows":1,"fname":"t0"}
)");
    size_t said = 0;
    const auto audits = AuditStudy({"study", {Run()}});
    for (const Finding& finding : audits.at(0).findings) {
      if (finding.rule != "ckp-resume-replays-data") continue;
      ++said;
      EXPECT_EQ(finding.verdict, Verdict::kNotEvaluated) << times;
      EXPECT_THAT(English(finding), HasSubstr(times));
    }
    EXPECT_EQ(said, 1u) << times;
  }
}

TEST_F(OwnRun, ADirectoryThatCannotBeAuditedIsToldAndLeavesNoFile) {
  testing::TemporaryDirectory empty;
  const check::AuditFacts facts = RecordAudit(empty.path());
  EXPECT_FALSE(facts.made);
  EXPECT_THAT(facts.problem, HasSubstr("no training log"));
  EXPECT_FALSE(std::filesystem::exists(empty / kAuditFile));
  EXPECT_EQ(ReadAudit(empty / "absent").problem, "");
}

}  // namespace
}  // namespace plumbline::audit
