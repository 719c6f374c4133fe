// Training an adapter: checkpoints hold it alone, and a run that was stopped goes on bitwise.
#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/train/trainer.h"
#include "models/adapt/adapter.h"
#include "tests/engine/train/tiny.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::train {
namespace {

using ::plumbline::testing::QuickArguments;
using ::plumbline::testing::RowsOf;
using ::plumbline::testing::SeededRows;
using ::plumbline::testing::TemporaryDirectory;
using ::plumbline::testing::TinyBart;
using ::testing::ElementsAre;

struct Outcome {
  TrainResult result;
  std::vector<models::NamedTensor> adapter;
  std::unique_ptr<models::Model> model;
};

Outcome RunTraining(const TrainingArguments& arguments, const Callbacks& callbacks = {}) {
  Outcome outcome;
  outcome.model = TinyBart(0.1);
  models::LoraConfig config;
  config.r = 2;
  config.dropout = 0.2;
  config.target_modules = "all-linear";
  config.modules_to_save = {"layernorm_embedding"};
  models::AttachAdapter(*outcome.model, config, 9, "tiny");
  outcome.result = Train(*outcome.model, RowsOf(SeededRows(14)), arguments, callbacks, {});
  outcome.adapter = models::AdapterTensors(*outcome.model);
  return outcome;
}

TrainingArguments ThreeEpochs(const std::filesystem::path& output) {
  TrainingArguments arguments = QuickArguments();
  arguments.gradient_accumulation_steps = 2;
  arguments.num_train_epochs = 3;
  arguments.learning_rate = 1e-2;
  arguments.output_dir = output;
  return arguments;
}

void ExpectSameBits(const Outcome& a, const Outcome& b) {
  EXPECT_EQ(a.result.step_losses, b.result.step_losses);
  ASSERT_EQ(a.adapter.size(), b.adapter.size());
  for (size_t i = 0; i < a.adapter.size(); ++i)
    EXPECT_TRUE(at::equal(a.adapter[i].value, b.adapter[i].value)) << a.adapter[i].name;
  EXPECT_EQ(ledger::ToJson(a.result.observed), ledger::ToJson(b.result.observed));
}

TEST(AdapterTraining, ACheckpointHoldsTheAdapterAloneAndGoesOnBitwise) {
  const TemporaryDirectory output;
  TrainingArguments arguments = ThreeEpochs(output.path());
  const Outcome straight = RunTraining(arguments);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(output / "checkpoint-8"))
    files.push_back(entry.path().filename().string());
  std::sort(files.begin(), files.end());
  EXPECT_THAT(files, ElementsAre("adapter_config.json", "adapter_model.safetensors", "ledger.json",
                                 "loop_state.json", "manifest.json", "optimizer.safetensors",
                                 "trainer_state.json"));
  arguments.resume_from = output / "checkpoint-8";
  ExpectSameBits(straight, RunTraining(arguments));
}

TEST(AdapterTraining, TheBaseStaysAndTheLedgerCountsWhatMoved) {
  const TemporaryDirectory output;
  const Outcome outcome = RunTraining(ThreeEpochs(output.path()));
  const auto fresh = TinyBart(0.1);
  const auto before = fresh->Parameters(), after = outcome.model->Parameters();
  int64_t trainable = 0, moved = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    const bool is_saved = before[i].name.find("layernorm_embedding") != std::string::npos;
    EXPECT_EQ(at::equal(before[i].value, after[i].value), !is_saved) << before[i].name;
  }
  for (const models::NamedTensor& tensor : outcome.adapter) {
    trainable += tensor.value.numel();
    if (tensor.name.ends_with("lora_B.weight"))
      moved += tensor.value.abs().max().item<double>() > 0;
  }
  const ledger::Observed& observed = outcome.result.observed;
  EXPECT_EQ(observed.trainable_parameters, trainable);
  EXPECT_EQ(moved, 32);  // 2 x 6 encoder maps, 2 x 10 decoder maps
  EXPECT_EQ(observed.adapter_modules.size(), 32u);
  int64_t total = trainable;
  for (const models::NamedTensor& parameter : before) {
    if (parameter.name.find("layernorm_embedding") == std::string::npos)
      total += parameter.value.numel();
  }
  EXPECT_EQ(observed.total_parameters, total);
}

TEST(AdapterTraining, TheBestAdapterComesBack) {
  const TemporaryDirectory output;
  TrainingArguments arguments = ThreeEpochs(output.path());
  arguments.load_best_model_at_end = true;
  at::Tensor best;
  const Callbacks callbacks{.evaluate = [&best](models::Model& model, int64_t step) {
    if (step == 4) best = models::AdapterTensors(model)[1].value.detach().clone();
    return Json{{"eval_loss", step == 4 ? 1.0 : 2.0}};
  }};
  EXPECT_TRUE(at::equal(RunTraining(arguments, callbacks).adapter[1].value, best));
}

TEST(AdapterTraining, RecomputedActivationsGiveTheSameBits) {
  const TemporaryDirectory plain_output, output;
  TrainingArguments arguments = ThreeEpochs(plain_output.path());
  const Outcome plain = RunTraining(arguments);
  arguments.output_dir = output.path();
  arguments.gradient_checkpointing = true;
  arguments.count_work = false;
  const Outcome recomputed = RunTraining(arguments);
  EXPECT_EQ(plain.result.step_losses, recomputed.result.step_losses);
}

}  // namespace
}  // namespace plumbline::train
