// Which rows each micro-batch trains on: a seeded order per epoch, cut into batches. Called by the trainer.
// A pure function of its settings and the epoch, so a position is resumed by its number alone.
#ifndef PLUMBLINE_HARNESS_TRAIN_SAMPLER_H_
#define PLUMBLINE_HARNESS_TRAIN_SAMPLER_H_

#include <cstdint>
#include <vector>

namespace plumbline::train {

struct SamplerSettings {
  int64_t num_rows = 0;
  int64_t batch_size = 1;                   // rows of one micro-batch
  int64_t gradient_accumulation_steps = 1;  // only sizes the groups of group_by_length, as in transformers
  bool shuffle = true;                      // false: file order in every epoch
  bool group_by_length = false;             // needs lengths; shuffles whatever `shuffle` says, as in transformers
  std::vector<int64_t> lengths = {};        // source tokens of each row
  uint64_t seed = 42;
};

// Row numbers in the order epoch `epoch` (from 0) trains on them; each row once. The draws come from the stream
// `train/order/EPOCH` of the seed. group_by_length sorts mega-batches of min(num_rows / (4 G), 50) (at least 1)
// groups of G = batch_size * accumulation rows by falling length and moves the longest row to the front.
// Source: transformers 5.23, trainer_pt_utils.get_length_grouped_indices.
std::vector<int64_t> EpochOrder(const SamplerSettings& settings, int64_t epoch);

// EpochOrder cut into micro-batches; the last one may be smaller and is kept.
std::vector<std::vector<int64_t>> EpochBatches(const SamplerSettings& settings, int64_t epoch);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_SAMPLER_H_
