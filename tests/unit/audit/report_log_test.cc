// Logs as they are pasted: wrapped and coloured dicts, progress bars, carriage returns, numbers that are
// texts, and what transformers' Trainer says of itself.
#include "harness/audit/report_log.h"

#include <gtest/gtest.h>

#include "harness/audit/reader_state.h"
#include "harness/audit/report_reader.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

Evidence Read(const std::string& log) {
  Study study = ReadReport(log, "run.log", "run.log");
  EXPECT_EQ(study.runs.size(), 1u);
  OrderPoints(study.runs[0]);
  return study.runs[0];
}

TEST(ReportLog, NumbersThatAreTextsAreNumbers) {  // as transformers 5 prints them
  const Evidence run = Read("{'loss': '2.501', 'learning_rate': '1e-05', 'epoch': '0.5'}\n");
  ASSERT_EQ(run.log.size(), 1u);
  EXPECT_EQ(run.log[0].Find("loss")->value.text, "2.501");
  EXPECT_DOUBLE_EQ(run.log[0].Find("learning_rate")->value.value, 1e-5);
}

TEST(ReportLog, ADictThatATerminalWrappedIsWhole) {
  for (const char* line :
       {"{'loss': 2.5, 'learn\ning_rate': 1e-05, 'epoch': 0.5}", "{'loss': 2.5, 'learning_rate': 1e-\r\n05, 'epoch': 0.5}",
        "{'loss': '2.5', 'learning_rate': '1e-05', 'epoch': '0\r\n.5'}", "{'loss': 2.5,\n 'learning_rate': 1e-05,\n 'epoch': 0.5}",
        "INFO - {\n    'loss': 2.5,\n    'learning_rate': 1e-05,\n    'epoch': 0.5\n}"}) {
    const Evidence run = Read(std::string("before\n") + line + "\nafter {'loss': 2.0, 'epoch': 1.0}\n");
    ASSERT_EQ(run.log.size(), 2u) << line;
    EXPECT_DOUBLE_EQ(run.log[0].Find("learning_rate")->value.value, 1e-5) << line;
    EXPECT_DOUBLE_EQ(run.log[0].Find("epoch")->value.value, 0.5) << line;
  }
}

TEST(ReportLog, ColoursAndProgressBarsAreNoText) {
  const Evidence run = Read(
      "\x1b[A  3%|#   | 10/250 [00:01<00:20, 1.3it/s]\r{\x1b[32m'loss'\x1b[0m: \x1b[1;36m2.5\x1b[0m, 'epoch': 0.5}\r\n"
      "\x1b]0;title\a\x1b[1m{'loss': 2.0, 'epoch': 1.0}\x1b[0m\r\n");
  ASSERT_EQ(run.log.size(), 2u);
  EXPECT_EQ(run.log[0].Find("loss")->value.text, "2.5");
}

TEST(ReportLog, LinesAreCountedAsEditorsDo) {
  const Evidence run = Read("one\r\ntwo 1%|\r 2%|\r\n{'loss': 2.5, 'epoch': 0.5}\r\n");
  ASSERT_EQ(run.log.size(), 1u);
  EXPECT_EQ(run.log[0].Find("loss")->place.line, 3);
}

constexpr const char* kBanner =
    "***** Running training *****\n  Num examples = 3,120\n  Num Epochs = 3\n"
    "  Instantaneous batch size per device = 6\n"
    "  Total train batch size (w. parallel, distributed & accumulation) = 48\n"
    "  Gradient Accumulation steps = 4\n  Total optimization steps = 195\n"
    "  Number of trainable parameters = 24,313,856\n"
    "***** Running Evaluation *****\n  Num examples = 77\n  Batch size = 8\n";

TEST(ReportLog, TrainersBannerIsTheRunsSettings) {
  const Evidence run = Read(std::string("[INFO|trainer.py:1] >> ") + kBanner + "{'loss': 2.5, 'epoch': 0.5}\n");
  EXPECT_EQ(run.Number("data.train_samples"), 3120);
  EXPECT_EQ(run.Number("training.num_train_epochs"), 3);
  EXPECT_EQ(run.Number("training.per_device_train_batch_size"), 6);
  EXPECT_EQ(run.Number("training.gradient_accumulation_steps"), 4);
  EXPECT_EQ(run.Number("training.world_size"), 2);
  EXPECT_EQ(run.Fact("state.max_steps")->value.value, 195);
  EXPECT_EQ(run.Fact("trainable_params")->value.value, 24313856);
}

TEST(ReportLog, PrintedArgumentsAreTheRunsSettings) {
  const Evidence run = Read(
      "TrainingArguments(\n_n_gpu=0,\nbf16=False,\neval_strategy=IntervalStrategy.STEPS,\n"
      "gradient_accumulation_steps=2,\nlearning_rate=5e-05,\nlr_scheduler_type=SchedulerType.COSINE,\n"
      "max_grad_norm=1.0,\noptim_args=None,\noutput_dir='a, b)',\nwarmup_ratio=0.1,\n)\n"
      "{'loss': 2.5, 'epoch': 0.5}\n");
  EXPECT_EQ(run.Number("training.gradient_accumulation_steps"), 2);
  EXPECT_EQ(run.Effective("training.lr_scheduler_type")->text, "cosine");
  EXPECT_EQ(run.Effective("training.eval_strategy")->text, "steps");
  EXPECT_EQ(run.Number("training.warmup_ratio"), 0.1);
  EXPECT_EQ(run.Effective("training.warmup_ratio")->layer, Layer::kResolved);
  EXPECT_EQ(run.Effective("training.learning_rate")->layer, Layer::kResolved);
}

const Setting* Resolved(const std::string& log, const char* key) {
  static Evidence run;
  run = Read(log + "\n{'loss': 2.5, 'epoch': 0.5}\n");
  return run.Find(key, Layer::kResolved);
}

TEST(ReportLog, ArgumentsAreReadWhereTheyArePrinted) {
  const char* key = "training.learning_rate";
  for (const char* before : {"", "Seq2Seq", "08/01/2026 - INFO - Training/evaluation parameters Seq2Seq"}) {
    const std::string printed = "TrainingArguments(\n_n_gpu=1,\nlearning_rate=5e-05,\n)";
    const Setting* rate = Resolved(before + printed, key);
    ASSERT_NE(rate, nullptr) << before;
    EXPECT_EQ(rate->text, "5e-05");
  }
  for (const char* source :
       {"args = TrainingArguments(learning_rate=5e-05)", "```python\nTrainingArguments(learning_rate=5e-05)\n```",
        "return TrainingArguments(learning_rate=5e-05)", "TrainingArguments(learning_rate=args.rate)",
        "TrainingArguments(learning_rate=rate)", "TrainingArguments(learning_rate=Config.rate)",
        "TrainingArguments(learning_rate=2 * base)"}) {
    EXPECT_EQ(Resolved(source, key), nullptr) << source;
  }
}

TEST(ReportLog, PrintedWordsHaveNoQuotes) {
  const char* key = "training.lr_scheduler_type";
  const char* bare = "TrainingArguments(\n_n_gpu=1,\noutput_dir=./bob's (1),\nlr_scheduler_type=cosine,\n)";
  EXPECT_EQ(Resolved(bare, key)->text, "cosine");
  EXPECT_EQ(Resolved("TrainingArguments(lr_scheduler_type='cosine')", key)->text, "cosine");
  EXPECT_EQ(Resolved("TrainingArguments(lr_scheduler_type=<SchedulerType.COSINE: 'cosine'>)", key)->text, "cosine");
  EXPECT_EQ(Resolved("TrainingArguments(lr_scheduler_type=schedule)", key), nullptr);
}

TEST(ReportLog, ArgumentsWithoutAnEndAreNone) {
  const std::string open = "TrainingArguments(\n_n_gpu=1,\nlearning_rate=5e-05,\n";
  EXPECT_EQ(Resolved(open + std::string(50'000, 'x') + ")", "training.learning_rate"), nullptr);
}

// A count of nothing divides, one of 1e300 fits no integer.
TEST(ReportLog, ABannerOfImpossibleCountsSaysNothing) {
  for (const char* value : {"0", "0.4", "1e300", "1e15"}) {
    const std::string count = std::string(" = ") + value + "\n";
    const Evidence run = Read("***** Running training *****\n  Num examples" + count +
                              "  Instantaneous batch size per device" + count + "  Total train batch size = 48\n" +
                              "  Gradient Accumulation steps" + count + "  Total optimization steps" + count +
                              "  Number of trainable parameters" + count + "{'loss': 2.5, 'epoch': 0.5}\n");
    EXPECT_TRUE(run.settings.empty()) << value;
    EXPECT_EQ(run.Fact("state.max_steps"), nullptr) << value;
    EXPECT_EQ(run.Fact("trainable_params"), nullptr) << value;
  }
}

// 4 micro-batches' losses summed, as an encoder-decoder's are under accumulation.
std::string Mt5Log(double factor) {
  std::string log = "loading google/mt5-small\n" + std::string(kBanner);
  for (int step = 5; step <= 195; step += 5) {
    log += "{'loss': '" + Printed(factor * (1.2 + std::exp(-step / 60.0)), 3) + "', 'grad_norm': '0.9', 'epoch': '" +
           Printed(step / 65.0, 4) + "'}\n";
  }
  return log + "{'eval_loss': '1.21', 'eval_runtime': '9.1', 'epoch': '3'}\n";
}

TEST(ReportLog, AnInflatedLossIsFoundInALogAlone) {
  EXPECT_EQ(Said(Judge("opt-seq2seq-accumulation-inflated", Read(Mt5Log(4)))).size(), 1u);
  EXPECT_TRUE(Said(Judge("opt-seq2seq-accumulation-inflated", Read(Mt5Log(1)))).empty());
}

}  // namespace
}  // namespace plumbline::audit
