// What a checkpoint-N directory of training holds, to disk and back: weights, optimizer moments, where the loop
// stands, random generators, log, ledger, configuration. Called by the trainer.
//
//   config.json, model.safetensors   the model, fp32, readable by transformers; of a model with an adapter instead
//   adapter_config.json, adapter_model.safetensors   the adapter alone, readable by peft
//   optimizer.safetensors            AdamW::State
//   trainer_state.json               HuggingFace's
//   loop_state.json, ledger.json     ours
//   resolved_config.json             the configuration this run was started with, if it was given
//   manifest.json                    sizes and digests of all the others: the seal
#ifndef PLUMBLINE_HARNESS_TRAIN_CHECKPOINT_H_
#define PLUMBLINE_HARNESS_TRAIN_CHECKPOINT_H_

#include <filesystem>
#include <vector>

#include "harness/base/json.h"
#include "harness/ledger/ledger.h"
#include "harness/train/loop_state.h"
#include "harness/train/trainer_state.h"
#include "models/model.h"

namespace plumbline::train {

struct Checkpoint {
  std::vector<models::NamedTensor> optimizer;
  TrainerState trainer;
  LoopState loop;
  ledger::Ledger ledger;
  Json resolved_config;  // null: none
};

// Writes output_dir/checkpoint-(global_step) whole or not at all; returns its path. Errors: kEnvironment.
std::filesystem::path SaveCheckpoint(const std::filesystem::path& output_dir, const models::Model& model,
                                     const Checkpoint& checkpoint);

// Everything but the weights. Errors: kModel for an incomplete directory, kData for a file that is not its kind.
Checkpoint LoadCheckpoint(const std::filesystem::path& directory);

// Copies the weights of a checkpoint directory into `model`, bitwise. Errors: kModel for a tensor that is missing, of
// another shape or not fp32. Of a model with an adapter: those of the adapter alone.
void LoadWeights(models::Model& model, const std::filesystem::path& directory);

// States of the random generators training draws from: the CPU's, and that of `device` when it is another.
std::map<std::string, std::string> GeneratorStates(const at::Device& device);
// Errors: kModel for a state that is not one of this library, kUsage for states of other devices.
void RestoreGenerators(const std::map<std::string, std::string>& states, const at::Device& device);
// Seeds the same generators.
void SeedGenerators(const at::Device& device, uint64_t seed);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_CHECKPOINT_H_
