// A report of the same structure as a real one, written from a simulated run: every number, the
// models' names and the order of the sections change, and the findings follow.
#include "harness/audit/report_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "harness/audit/read.h"
#include "harness/audit/reader_state.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

struct Model {
  std::string name;      // as on the command line
  std::string prose;     // as sentences call it
  std::string variable;  // as code calls it
  int file_batch;
  int file_accumulation;
  std::string r1, r2, rl;
};

struct Story {
  std::vector<Model> models;
  int rows = 1200;
  int batch = 8;
  int epochs = 3;
  double peak = 4e-5;
  int warmup = 450;  // of 450: it never ends
  int cadence = 60;
  double ratio = 0.2;
  std::vector<int> order = {0, 1, 2, 3};
};

int StepsPerEpoch(const Story& story) { return (story.rows + story.batch - 1) / story.batch; }

std::string Settings(const Story& story) {
  std::string text = "## Setup\n\n```python\nmodel_details = {\n";
  for (const Model& model : story.models) {
    text += "    '" + model.name + "': {\n        'checkpoint': 'org/" + model.name +
            "',\n        'config_batch_size': " + std::to_string(model.file_batch) +
            ",  # from the file\n        'config_gradient_accumulation': " +
            std::to_string(model.file_accumulation) + ",\n        'effective_batch_size': " +
            std::to_string(model.file_batch * model.file_accumulation) + "\n    },\n";
  }
  text += "}\nactual_training_config = {\n";
  for (const Model& model : story.models) {
    text += "    '" + model.name + "': {'batch_size': " + std::to_string(model.file_batch) +
            ", 'gradient_accumulation_steps': " + std::to_string(model.file_accumulation) + "},\n";
  }
  return text + "}\ndata_config = {'max_train_samples': " + std::to_string(story.rows) +
         ", 'val_samples': 300}\n```\n\n";
}

std::string Command(const Story& story) {
  std::string models;
  for (const Model& model : story.models) models += " " + model.name;
  return "## How it was started\n\n```bash\npython run.py \\\n  --models" + models +
         " \\\n  --epochs " + std::to_string(story.epochs) + " \\\n  --batch_size " +
         std::to_string(story.batch) + " --gradient_accumulation_steps 1 \\\n  --learning_rate " +
         Printed(story.peak, 9) + " --warmup_ratio " + Printed(story.ratio, 3) + "\n```\n\n";
}

std::string Logs(const Story& story) {
  std::string text = "## Logs\n\n";
  const int per_epoch = StepsPerEpoch(story);
  for (const Model& model : story.models) {
    text += "### " + model.prose + " log\n\n```python\n" + model.variable + "_log = [\n";
    for (int step = story.cadence; step <= per_epoch * story.epochs; step += story.cadence) {
      const double rate = story.peak * (step - 1) / story.warmup;
      text += "    {'epoch': " + Printed(static_cast<double>(step) / per_epoch, 3) +
              ", 'loss': " + Printed(2.0 - step * 0.001, 4) + ", 'grad_norm': 0.9, 'lr': " +
              Printed(rate, 9) + "},\n";
    }
    text += "]\n" + model.variable + "_eval = [{'epoch': 1.0, 'eval_loss': 1.5, 'eval_rouge1': " +
            model.r1 + ", 'eval_rouge2': " + model.r2 + ", 'eval_rougeL': " + model.rl +
            ", 'eval_runtime': 40.0}]\n```\n\n";
  }
  return text;
}

std::string Talk(const Story& story) {
  std::string text = "## What we think\n\n";
  for (const Model& model : story.models) {
    text += "- " + model.prose + ": a fine model, its learning rate works and decays in all models\n";
  }
  return text;
}

std::string ReportOf(const Story& story) {
  const std::vector<std::string> sections = {Settings(story), Command(story), Logs(story),
                                             Talk(story)};
  std::string text = "# A report\n\n";
  for (const int section : story.order) text += sections[static_cast<size_t>(section)];
  return text;
}

std::vector<RunAudit> AuditOf(const Story& story) {
  Study study = ReadReport(ReportOf(story), "r.md", "r.md");
  for (Evidence& run : study.runs) OrderPoints(run);
  return AuditStudy(study);
}

std::string TextOf(const RunAudit& audit, const std::string& rule) {
  std::string text;
  for (const Finding& finding : audit.findings) {
    if (finding.rule != rule || finding.verdict == Verdict::kNotEvaluated) continue;
    text += English(finding) + " " + finding.formula + "\n";
  }
  return text;
}

Story First() {
  Story story;
  story.models = {{"tulip-small", "Tulip", "tulip", 6, 5, "0.41", "0.20", "0.38"},
                  {"oak-2.5b-chat", "Oak", "oak", 3, 7, "0.2110", "0.1390", "0.2110"}};
  return story;
}

TEST(ReportReader, FindingsFollowTheReportsNumbers) {
  const auto audits = AuditOf(First());
  ASSERT_EQ(audits.size(), 2u);
  EXPECT_NE(audits[0].path.find("tulip-small"), std::string::npos);
  const std::string batch = TextOf(audits[0], "cfg-effective-batch-mismatch");
  EXPECT_NE(batch.find("30 is refuted"), std::string::npos) << batch;
  EXPECT_NE(batch.find("proves 8 rows"), std::string::npos) << batch;
  EXPECT_NE(batch.find("(150 steps per epoch of 1200 rows)"), std::string::npos) << batch;
  const std::string warmup = TextOf(audits[1], "cfg-warmup-steps-shadows-ratio");
  EXPECT_NE(warmup.find("450 of 450 steps, 90 were requested"), std::string::npos) << warmup;
  const std::string shadowed = TextOf(audits[1], "cfg-cli-shadowed-by-file");
  EXPECT_NE(shadowed.find("8 mod 7 = 1"), std::string::npos) << shadowed;
  EXPECT_NE(TextOf(audits[1], "met-r1-equals-rl").find("0.2110"), std::string::npos);
  EXPECT_EQ(TextOf(audits[0], "met-r1-equals-rl").find("equals"), std::string::npos);
}

TEST(ReportReader, OtherNumbersNamesAndOrderGiveOtherFindings) {
  Story story = First();
  story.models = {{"granite-12", "Granite", "granite", 9, 4, "0.31", "0.10", "0.27"},
                  {"basalt", "Basalt", "basalt", 2, 6, "0.1550", "0.1010", "0.1550"}};
  story.rows = 3000;
  story.batch = 12;
  story.epochs = 2;
  story.peak = 1e-4;
  story.warmup = 400;
  story.cadence = 100;
  story.ratio = 0.05;
  std::vector<std::vector<int>> orders = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};
  for (const auto& order : orders) {
    story.order = order;
    const auto audits = AuditOf(story);
    ASSERT_EQ(audits.size(), 2u);
    const size_t basalt = audits[0].path.find("basalt") != std::string::npos ? 0 : 1;
    const std::string batch = TextOf(audits[1 - basalt], "cfg-effective-batch-mismatch");
    EXPECT_NE(batch.find("36 is refuted"), std::string::npos) << batch;
    EXPECT_NE(batch.find("proves 12 rows"), std::string::npos) << batch;
    const std::string warmup = TextOf(audits[basalt], "cfg-warmup-steps-shadows-ratio");
    EXPECT_NE(warmup.find("400 of 500 steps, 25 were requested"), std::string::npos) << warmup;
    // 6 divides 12: the claim is possible only with another micro-batch, 2 x 6 itself is in force.
    EXPECT_EQ(TextOf(audits[basalt], "cfg-effective-batch-mismatch"), "");
    EXPECT_NE(TextOf(audits[basalt], "met-r1-equals-rl").find("0.1550"), std::string::npos);
  }
}

TEST(ReportReader, AnHonestReportIsLeftAlone) {
  Story story = First();
  for (Model& model : story.models) {
    model.file_batch = story.batch;
    model.file_accumulation = 1;
    model.r1 = "0.41";
    model.r2 = "0.20";
    model.rl = "0.38";
  }
  story.ratio = 1.0;  // the warm-up that ran is the one that was asked for
  for (const RunAudit& audit : AuditOf(story)) {
    EXPECT_EQ(TextOf(audit, "cfg-effective-batch-mismatch"), "");
    EXPECT_EQ(TextOf(audit, "cfg-cli-shadowed-by-file"), "");
    EXPECT_EQ(TextOf(audit, "cfg-warmup-steps-shadows-ratio"), "");
    EXPECT_EQ(TextOf(audit, "met-r1-equals-rl"), "");
  }
}

TEST(ReportReader, APlainLogOfDictLinesIsOneRun) {
  const std::string log =
      "Loading...\r 3%|#   | 10/250\n{'loss': 2.5, 'grad_norm': nan, 'learning_rate': 1e-05, "
      "'epoch': 0.04}\nnoise {'broken': \n{'eval_loss': 1.9, 'eval_runtime': 3.2, 'epoch': 1.0}\n"
      "{'train_runtime': 10.0, 'train_loss': 2.0, 'epoch': 1.0}\n";
  const Study study = ReadReport(log, "run.log", "run.log");
  ASSERT_EQ(study.runs.size(), 1u);
  EXPECT_EQ(study.runs[0].log.size(), 1u);
  EXPECT_FALSE(study.runs[0].log[0].Find("grad_norm")->value.Finite());
  EXPECT_EQ(study.runs[0].evaluations.size(), 1u);
  EXPECT_EQ(study.runs[0].final.at("train_runtime").value.text, "10.0");
}

// Runs ReadStudy("-") on a text.
Study Piped(const std::string& text) {
  std::istringstream input(text);
  std::streambuf* before = std::cin.rdbuf(input.rdbuf());
  std::cin.clear();
  try {
    Study study = ReadStudy("-", {});
    std::cin.rdbuf(before);
    return study;
  } catch (...) {
    std::cin.rdbuf(before);
    throw;
  }
}

TEST(ReportReader, APipedLogOrStateIsReadAsItsFileWouldBe) {
  const Study log = Piped("{'loss': 2.5, 'epoch': 0.5}\n{'loss': 2.0, 'epoch': 1.0}\n");
  ASSERT_EQ(log.runs.size(), 1u);
  EXPECT_EQ(log.runs[0].log.size(), 2u);
  const Study state = Piped(" {\"log_history\": [{\"loss\": 1.5, \"step\": 10}], \"max_steps\": 20}");
  EXPECT_EQ(state.runs[0].log.size(), 1u);
  EXPECT_EQ(state.runs[0].log[0].place.file, "standard input");
  EXPECT_THROW(Piped(""), Error);
  EXPECT_THROW(Piped(std::string("\0\1\2", 3)), Error);
  EXPECT_THROW(Piped("nothing about training here\n"), Error);
}

}  // namespace
}  // namespace plumbline::audit
