// T5's decoder step by step: against whole-sequence passes under any reordering, against the slow search, and its
// memory.
#include "models/model_t5_decode.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "harness/base/random.h"
#include "harness/eval/generator.h"
#include "harness/eval/search_oracle.h"
#include "tests/parity/bart/golden.h"

namespace plumbline {
namespace {

using Ids = std::vector<int64_t>;

std::unique_ptr<models::Model> Load(const std::string& shape,
                                    at::ScalarType dtype = at::kFloat) {
  return models::LoadModel(std::filesystem::path("tests/golden/t5") / shape, at::kCPU, dtype);
}

std::vector<Ids> Sources(const std::vector<int64_t>& lengths) {
  SplitMix64 random(5);
  std::vector<Ids> sources;
  for (const int64_t length : lengths) {
    Ids& source = sources.emplace_back();
    for (int64_t i = 0; i < length; ++i)
      source.push_back(2 + static_cast<int64_t>(random.Below(90)));
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

// Beams swap at random, items leave; 26 steps pass the largest distance of most shapes.
TEST(T5Decoder, StepsEqualTheWholeSequenceWhateverTheReordering) {
  const c10::InferenceMode inference;
  const int64_t beams = 3, num_steps = 26;
  for (const char* shape : testing::kT5Shapes) {
    const auto model = Load(shape);
    std::vector<Ids> sources = Sources({3, 1, 33, 8});
    const auto decoder = model->StartDecoding(sources, beams, num_steps);
    SplitMix64 random(9);
    std::vector<Ids> sequences(sources.size() * beams);
    for (int64_t step = 0; step < num_steps; ++step) {
      Ids tokens, parents;
      std::vector<Ids> next;
      for (size_t row = 0; row < sequences.size(); ++row) {
        parents.push_back(static_cast<int64_t>(row / beams * beams + random.Below(beams)));
        tokens.push_back(static_cast<int64_t>(random.Below(90)));
        next.push_back(sequences[step == 0 ? row : static_cast<size_t>(parents.back())]);
        next.back().push_back(tokens.back());
      }
      sequences = next;
      const at::Tensor logits_RV = decoder->Step(tokens, parents).clone();
      for (size_t row = 0; row < sequences.size(); ++row) {
        const at::Tensor whole_V = LogitsOf(*model, sources[row / beams], sequences[row]);
        EXPECT_TRUE(testing::Near("logits", logits_RV[static_cast<int64_t>(row)], whole_V, 1e-5))
            << shape << " step " << step << " row " << row;
      }
      if (step != 3 && step != 6) continue;
      Ids kept;  // the second item of the present ones leaves
      for (size_t i = 0; i < sources.size(); ++i) {
        if (i != 1) kept.push_back(static_cast<int64_t>(i));
      }
      decoder->KeepItems(kept);
      sources.erase(sources.begin() + 1);
      sequences.erase(sequences.begin() + beams, sequences.begin() + 2 * beams);
    }
  }
}

TEST(T5Decoder, CachesStayWhereTheyAreAndCrossMemoryIsPerItem) {
  const auto model = Load("gated");
  auto& t5 = dynamic_cast<models::T5Model&>(*model);
  models::T5Decoder one(t5, Sources({6, 11}), 1, 8);
  models::T5Decoder four(t5, Sources({6, 11}), 4, 8);
  EXPECT_EQ(one.cross_cache().bytes(), four.cross_cache().bytes());
  // 1 decoder layer, 4 heads of 6, fp32: keys in lanes of 16 source tokens, values as they are.
  EXPECT_EQ(four.cross_cache().bytes(), 4 * 24 * ((16 + 16) + (6 + 11)));
  // 1 layer, keys and values, 8 steps, 8 rows, width 24, fp32.
  EXPECT_EQ(four.self_cache().bytes(), 4 * 2 * 8 * 8 * 24);
  const void* self = four.self_cache().data();
  const void* cross = four.cross_cache().data();
  four.Step(Ids(8, 5), Ids(8, 0));
  four.Step(Ids(8, 5), {3, 2, 1, 0, 7, 7, 7, 7});
  four.KeepItems({1});
  four.Step(Ids(4, 5), {1, 1, 0, 0});
  EXPECT_EQ(four.self_cache().data(), self);
  EXPECT_EQ(four.cross_cache().data(), cross);
}

TEST(T5Decoder, SearchEqualsTheSlowPort) {
  for (const char* shape : {"relu", "mt5"}) {
    const auto model = Load(shape);
    const std::vector<Ids> sources = Sources({4, 9, 1, 34});
    for (const int64_t beams : {1, 3}) {
      eval::GenerationConfig config;
      config.num_beams = beams;
      config.num_return_sequences = beams;
      config.max_new_tokens = 14;
      config.eos_token_id = {1};
      config.decoder_start_token_id = 0;
      const auto fast = eval::Generate(*model, sources, config);
      const auto slow = eval::GenerateSlowly(*model, sources, config);
      for (size_t i = 0; i < sources.size(); ++i) {
        EXPECT_EQ(fast[i].ids, slow[i].ids) << shape;
        if (beams > 1) {
          EXPECT_NEAR(*fast[i].score, *slow[i].score, 1e-5) << shape;
        }
      }
    }
  }
}

// bf16 weights decode, near to fp32 within the type's eight bits; float16 is refused with the reason.
TEST(T5Decoder, HoldsItsWeightsInBfloat16) {
  const c10::InferenceMode inference;
  const std::vector<Ids> sources = Sources({7, 20});
  for (const char* shape : {"relu", "gated", "mt5"}) {
    const auto half = Load(shape, at::kBFloat16), exact = Load(shape);
    const auto decoder = half->StartDecoding(sources, 2, 6), wanted = exact->StartDecoding(sources, 2, 6);
    for (int64_t step = 0; step < 6; ++step) {
      const Ids tokens(4, 3 + step);
      const at::Tensor logits = decoder->Step(tokens, {0, 1, 2, 3});
      const at::Tensor fp32 = wanted->Step(tokens, {0, 1, 2, 3});
      EXPECT_EQ(logits.scalar_type(), at::kFloat);
      EXPECT_TRUE(testing::Near("logits", logits, fp32, 0.08 * fp32.abs().max().item<double>()))
          << shape << " step " << step;
      EXPECT_FALSE(at::equal(logits, fp32));
    }
  }
}

}  // namespace
}  // namespace plumbline
