#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/tensor.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/random.h"
#include "harness/eval/generator.h"
#include "harness/eval/search_oracle.h"
#include "models/model_bart_decode.h"
#include "tests/parity/generation/lifted.h"
#include "tests/testing/error_matcher.h"

namespace plumbline {
namespace {

using Ids = std::vector<int64_t>;

// Counts what ATen allocates while it lives.
class CountingAllocator : public c10::Allocator {
 public:
  CountingAllocator() : next_(c10::GetCPUAllocator()) { c10::SetCPUAllocator(this, 100); }
  ~CountingAllocator() override { c10::SetCPUAllocator(next_, 100); }
  c10::DataPtr allocate(size_t size) override {
    ++count;
    bytes += size;
    return next_->allocate(size);
  }
  c10::DeleterFnPtr raw_deleter() const override { return next_->raw_deleter(); }
  void copy_data(void* to, const void* from, size_t size) const override {
    default_copy_data(to, from, size);
  }

  size_t count = 0;
  size_t bytes = 0;

 private:
  c10::Allocator* next_;
};

std::vector<Ids> Sources(const std::vector<int64_t>& lengths) {
  SplitMix64 random(5);
  std::vector<Ids> sources;
  for (const int64_t length : lengths) {
    Ids& source = sources.emplace_back();
    for (int64_t i = 0; i < length; ++i) source.push_back(4 + static_cast<int64_t>(random.Below(90)));
  }
  return sources;
}

// Logits after the last token of `sequence`, from the whole-sequence pass that the parity tests of training hold.
at::Tensor LogitsOf(models::Model& model, const Ids& source, const Ids& sequence) {
  models::PackedBatch batch;
  batch.source_ids_N = at::tensor(source, at::kLong);
  batch.source_offsets = {0, static_cast<int64_t>(source.size())};
  batch.decoder_input_ids_M = at::tensor(sequence, at::kLong);
  batch.labels_M = at::full_like(batch.decoder_input_ids_M, models::kIgnoredLabel);
  batch.target_offsets = {0, static_cast<int64_t>(sequence.size())};
  return model.Logits(batch)[-1];
}

TEST(BartDecoder, StepsEqualTheWholeSequenceWhateverTheReordering) {
  const c10::InferenceMode inference;
  for (const char* shape : {"uneven", "single", "biased"}) {
    const auto model = testing::LoadLifted(shape, {}, 0);
    std::vector<Ids> sources = Sources({3, 1, 17, 8});
    const int64_t beams = 3;
    const auto decoder = model->StartDecoding(sources, beams, 10);
    SplitMix64 random(9);
    std::vector<Ids> sequences(sources.size() * beams);
    for (int64_t step = 0; step < 10; ++step) {
      Ids tokens;
      Ids parents;
      std::vector<Ids> next;
      for (size_t row = 0; row < sequences.size(); ++row) {
        parents.push_back(static_cast<int64_t>(row / beams * beams + random.Below(beams)));
        tokens.push_back(static_cast<int64_t>(random.Below(90)));
        next.push_back(sequences[step == 0 ? row : parents.back()]);
        next.back().push_back(tokens.back());
      }
      sequences = next;
      const at::Tensor logits_RV = decoder->Step(tokens, parents).clone();
      for (size_t row = 0; row < sequences.size(); ++row) {
        const at::Tensor whole_V = LogitsOf(*model, sources[row / beams], sequences[row]);
        const double difference = (logits_RV[row] - whole_V).abs().max().item<double>();
        EXPECT_LT(difference, 1e-5) << shape << " step " << step << " row " << row;
      }
      if (step == 3 || step == 6) {  // the second item of the present ones leaves
        Ids kept;
        for (size_t i = 0; i < sources.size(); ++i) {
          if (i != 1) kept.push_back(static_cast<int64_t>(i));
        }
        decoder->KeepItems(kept);
        sources.erase(sources.begin() + 1);
        sequences.erase(sequences.begin() + beams, sequences.begin() + 2 * beams);
      }
    }
  }
}

struct StepCost {
  size_t count;
  size_t bytes;
  bool operator==(const StepCost&) const = default;
};

// What each step allocates when rows continue themselves, or when beams swap at random.
std::vector<StepCost> CostOfSteps(models::Model& model, bool reorder) {
  const int64_t beams = 4;
  const auto decoder = model.StartDecoding(Sources({6, 11}), beams, 12);
  CountingAllocator allocator;
  SplitMix64 random(1);
  std::vector<StepCost> costs;
  for (int64_t step = 0; step < 12; ++step) {
    Ids parents;
    for (int64_t row = 0; row < 2 * beams; ++row) {
      const auto other = static_cast<int64_t>(random.Below(beams));
      parents.push_back(reorder ? row / beams * beams + other : row);
    }
    allocator.count = 0;
    allocator.bytes = 0;
    decoder->Step(Ids(parents.size(), 5), parents);
    costs.push_back({allocator.count, allocator.bytes});
  }
  return costs;
}

TEST(BartDecoder, ReorderingBeamsAllocatesAndCopiesNothing) {
  const auto model = testing::LoadLifted("uneven", {}, 0);
  const std::vector<StepCost> kept = CostOfSteps(*model, false);
  const std::vector<StepCost> reordered = CostOfSteps(*model, true);
  EXPECT_EQ(kept, reordered);
  for (size_t step = 1; step < kept.size(); ++step) {
    EXPECT_EQ(kept[step], kept[0]) << "step " << step << ": the cost of a step grows with history";
  }
  EXPECT_GT(kept[0].count, 0U);
}

TEST(BartDecoder, CachesStayWhereTheyAreAndCrossMemoryIsPerItem) {
  const auto model = testing::LoadLifted("uneven", {}, 0);
  auto& bart = dynamic_cast<models::BartModel&>(*model);
  models::BartDecoder one(bart, Sources({6, 11}), 1, 8);
  models::BartDecoder four(bart, Sources({6, 11}), 4, 8);
  EXPECT_EQ(one.cross_cache().bytes(), four.cross_cache().bytes());
  // 1 decoder layer, width 12, fp32: keys in lanes of 16 source tokens, values as they are.
  EXPECT_EQ(four.cross_cache().bytes(), 4 * 12 * ((16 + 16) + (6 + 11)));
  // 1 layer, keys and values, 8 steps, 8 rows, width 12, fp32.
  EXPECT_EQ(four.self_cache().bytes(), 4 * 2 * 8 * 8 * 12);
  const void* self = four.self_cache().data();
  const void* cross = four.cross_cache().data();
  four.Step(Ids(8, 5), Ids(8, 0));
  four.Step(Ids(8, 5), {3, 2, 1, 0, 7, 7, 7, 7});
  four.KeepItems({1});
  four.Step(Ids(4, 5), {1, 1, 0, 0});
  EXPECT_EQ(four.self_cache().data(), self);
  EXPECT_EQ(four.cross_cache().data(), cross);
}

TEST(BartDecoder, MoreStepsThanPositionsAreRefused) {
  const auto model = testing::LoadLifted("uneven", {}, 0);
  EXPECT_ERROR(model->StartDecoding(Sources({3}), 1, 41), ErrorKind::kUsage,
               "at most max_position_embeddings = 40");
  EXPECT_NE(model->StartDecoding(Sources({3}), 1, 40), nullptr);
}

TEST(BartDecoder, SearchEqualsTheSlowPort) {
  const auto model = testing::LoadLifted("biased", {1}, 3.0);
  const std::vector<Ids> sources = Sources({4, 9, 1, 14});
  for (const int64_t beams : {1, 3}) {
    eval::GenerationConfig config;
    config.num_beams = beams;
    config.num_return_sequences = beams;
    config.max_new_tokens = 10;
    config.eos_token_id = {1};
    config.decoder_start_token_id = 1;
    config.no_repeat_ngram_size = 2;
    const auto fast = eval::Generate(*model, sources, config);
    const auto slow = eval::GenerateSlowly(*model, sources, config);
    for (size_t i = 0; i < sources.size(); ++i) {
      EXPECT_EQ(fast[i].ids, slow[i].ids);
      EXPECT_EQ(fast[i].score.has_value(), beams > 1);
      if (beams > 1) {
        EXPECT_NEAR(*fast[i].score, *slow[i].score, 1e-5);
      }
    }
  }
}

TEST(BartDecoder, OneItemAtATimeGivesTheSameAsABatch) {
  const auto model = testing::LoadLifted("uneven", {2}, 2.0);
  const std::vector<Ids> sources = Sources({4, 9, 1, 14, 9, 30});
  eval::GenerationConfig config;
  config.num_beams = 4;
  config.max_new_tokens = 12;
  config.eos_token_id = {2};
  config.decoder_start_token_id = 2;
  const auto alone = eval::Generate(*model, sources, config, {1, nullptr});
  const auto together = eval::Generate(*model, sources, config, {6, nullptr});
  for (size_t i = 0; i < sources.size(); ++i) {
    EXPECT_EQ(alone[i].ids, together[i].ids);
    EXPECT_NEAR(*alone[i].score, *together[i].score, 1e-5);
  }
}

}  // namespace
}  // namespace plumbline
