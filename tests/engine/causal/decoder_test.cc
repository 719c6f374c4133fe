// The decoder of the decoder-only body, and the loss that computes no more rows than it needs.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "harness/base/random.h"
#include "models/model_causal_decode.h"
#include "tests/parity/bart/golden.h"
#include "tests/parity/causal/golden.h"

namespace plumbline {
namespace {

using testing::CausalGolden;
using testing::Near;
using Ids = std::vector<int64_t>;

// Counts what ATen allocates while it lives.
class CountingAllocator : public c10::Allocator {
 public:
  CountingAllocator() : next_(c10::GetCPUAllocator()) { c10::SetCPUAllocator(this, 100); }
  ~CountingAllocator() override { c10::SetCPUAllocator(next_, 100); }
  c10::DataPtr allocate(size_t size) override {
    ++count;
    largest = std::max(largest, size);
    return next_->allocate(size);
  }
  c10::DeleterFnPtr raw_deleter() const override { return next_->raw_deleter(); }
  void copy_data(void* to, const void* from, size_t size) const override {
    default_copy_data(to, from, size);
  }

  size_t count = 0;
  size_t largest = 0;  // bytes

 private:
  c10::Allocator* next_;
};

std::vector<Ids> Prompts(const std::vector<int64_t>& lengths) {
  SplitMix64 random(5);
  std::vector<Ids> prompts;
  for (const int64_t length : lengths) {
    Ids& prompt = prompts.emplace_back();
    for (int64_t i = 0; i < length; ++i) {
      prompt.push_back(4 + static_cast<int64_t>(random.Below(80)));
    }
  }
  return prompts;
}

models::PackedBatch OneRow(const Ids& ids, const Ids& labels) {
  models::PackedBatch batch;
  batch.source_offsets = {0, 0};
  batch.decoder_input_ids_M = at::tensor(ids, at::kLong);
  batch.labels_M = at::tensor(labels, at::kLong);
  batch.target_offsets = {0, static_cast<int64_t>(ids.size())};
  return batch;
}

// Logits after the last token of `sequence`, from the whole-sequence pass that the parity tests of
// training hold.
at::Tensor LogitsOf(models::Model& model, const Ids& sequence) {
  return model.Logits(OneRow(sequence, Ids(sequence.size(), models::kIgnoredLabel)))[-1];
}

void Join(Ids* ids, const Ids& more) { ids->insert(ids->end(), more.begin(), more.end()); }

TEST(CausalDecoder, StepsEqualTheWholeSequenceWhateverTheReordering) {
  const c10::InferenceMode inference;
  for (const char* shape : testing::kCausalShapes) {
    const auto model = CausalGolden(shape).Load();
    std::vector<Ids> prompts = Prompts({3, 1, 17, 40});
    const int64_t beams = 3;
    const auto decoder = model->StartDecoding(prompts, beams, 10);
    SplitMix64 random(9);
    std::vector<Ids> sequences(prompts.size() * beams);
    for (int64_t step = 0; step < 10; ++step) {
      Ids tokens, parents;
      std::vector<Ids> next;
      for (size_t row = 0; row < sequences.size(); ++row) {
        parents.push_back(static_cast<int64_t>(row / beams * beams + random.Below(beams)));
        tokens.push_back(static_cast<int64_t>(random.Below(90)));
        next.push_back(sequences[step == 0 ? row : static_cast<size_t>(parents.back())]);
        if (step > 0)
          next.back().push_back(tokens.back());  // the first step reads the prompts alone
      }
      sequences = next;
      const at::Tensor logits_RV = decoder->Step(tokens, parents).clone();
      for (size_t row = 0; row < sequences.size(); ++row) {
        Ids whole = prompts[row / beams];
        Join(&whole, sequences[row]);
        EXPECT_TRUE(
            Near("logits", logits_RV[static_cast<int64_t>(row)], LogitsOf(*model, whole), 1e-5))
            << shape << " step " << step << " row " << row;
      }
      if (step != 0 && step != 3 && step != 6) continue;
      if (prompts.size() == 2) continue;
      Ids kept;  // the second item of the present ones leaves
      for (size_t i = 0; i < prompts.size(); ++i) {
        if (i != 1) kept.push_back(static_cast<int64_t>(i));
      }
      decoder->KeepItems(kept);
      prompts.erase(prompts.begin() + 1);
      sequences.erase(sequences.begin() + beams, sequences.begin() + 2 * beams);
    }
  }
}

TEST(CausalDecoder, ItemsMayLeaveBeforeTheFirstStep) {
  const c10::InferenceMode inference;
  const auto model = CausalGolden("qwen3_wide").Load();
  const std::vector<Ids> prompts = Prompts({3, 5, 2});
  const auto decoder = model->StartDecoding(prompts, 2, 3);
  decoder->KeepItems({2});
  const at::Tensor logits_RV = decoder->Step({0, 0}, {0, 0});
  EXPECT_TRUE(Near("first", logits_RV[1], LogitsOf(*model, prompts[2]), 1e-5));
}

// Half weights run, and their logits are those of fp32 to the precision of the type, with and
// without caches.
TEST(CausalDecoder, HalfWeightsGiveTheLogitsOfFp32) {
  const c10::InferenceMode inference;
  for (const char* shape : {"llama_scaled", "qwen3_wide"}) {
    const CausalGolden golden(shape);
    const auto exact = golden.Load();
    const std::vector<Ids> prompts = Prompts({7, 3});
    for (const at::ScalarType held : {at::kBFloat16, at::kHalf}) {
      const auto model = models::LoadModel(golden.directory, at::kCPU, held);
      const double tolerance = held == at::kHalf ? 0.02 : 0.1;  // 11 and 8 bits of mantissa
      const auto decoder = model->StartDecoding(prompts, 1, 4),
                 wanted = exact->StartDecoding(prompts, 1, 4);
      Ids whole = prompts[0];
      for (const int64_t token : {0, 7, 40, 12}) {
        if (token > 0) whole.push_back(token);
        const at::Tensor logits = decoder->Step({token, token}, {0, 1});
        const at::Tensor fp32 = wanted->Step({token, token}, {0, 1});
        EXPECT_EQ(logits.scalar_type(), at::kFloat);
        const double scale = fp32.abs().max().item<double>();
        EXPECT_TRUE(Near("steps", logits, fp32, tolerance * scale)) << shape;
        EXPECT_TRUE(Near("whole", LogitsOf(*model, whole), fp32[0], tolerance * scale)) << shape;
        EXPECT_FALSE(at::equal(logits, fp32));
      }
    }
  }
}

// What each step but the first allocates when rows continue themselves, or when beams swap at
// random.
std::vector<size_t> CostOfSteps(models::Model& model, bool reorder) {
  const int64_t beams = 4;
  const auto decoder = model.StartDecoding(Prompts({6, 11}), beams, 12);
  decoder->Step(Ids(2 * beams, 5), Ids(2 * beams, 0));
  CountingAllocator allocator;
  SplitMix64 random(1);
  std::vector<size_t> costs;
  for (int64_t step = 1; step < 12; ++step) {
    Ids parents;
    for (int64_t row = 0; row < 2 * beams; ++row) {
      const auto other = static_cast<int64_t>(random.Below(beams));
      parents.push_back(reorder ? row / beams * beams + other : row);
    }
    allocator.count = allocator.largest = 0;
    decoder->Step(Ids(parents.size(), 5), parents);
    costs.push_back(allocator.count);
    costs.push_back(allocator.largest);
  }
  return costs;
}

TEST(CausalDecoder, ReorderingBeamsAllocatesAndCopiesNothing) {
  const auto model = CausalGolden("llama_scaled").Load();
  const std::vector<size_t> kept = CostOfSteps(*model, false);
  EXPECT_EQ(kept, CostOfSteps(*model, true));
  for (size_t i = 2; i < kept.size(); ++i) {
    EXPECT_EQ(kept[i], kept[i - 2]) << "the cost of a step grows with history";
  }
  EXPECT_GT(kept[0], 0U);
}

TEST(CausalDecoder, PromptsAreStoredOnceAnItemAndNothingMoves) {
  const auto model = CausalGolden("llama_scaled").Load();  // 2 layers, 1 key head of width 8
  auto& causal = dynamic_cast<models::CausalModel&>(*model);
  models::CausalDecoder one(causal, Prompts({6, 11}), 1, 8);
  models::CausalDecoder four(causal, Prompts({6, 11}), 4, 8);
  EXPECT_EQ(one.cache().prompt_bytes(), four.cache().prompt_bytes());
  // fp32: keys in lanes of 16 prompt tokens, values as they are.
  EXPECT_EQ(four.cache().prompt_bytes(), 4 * 2 * 8 * ((16 + 16) + (6 + 11)));
  // Of 8 new tokens 7 are fed back: layers, keys and values, steps, rows, width.
  EXPECT_EQ(four.cache().generated_bytes(), 4 * 2 * 2 * 7 * 8 * 8);
  const void* prompt = four.cache().prompt_data();
  const void* generated = four.cache().generated_data();
  four.Step(Ids(8, 5), Ids(8, 0));
  four.Step(Ids(8, 5), {3, 2, 1, 0, 7, 7, 7, 7});
  four.KeepItems({1});
  four.Step(Ids(4, 5), {1, 1, 0, 0});
  EXPECT_EQ(four.cache().prompt_data(), prompt);
  EXPECT_EQ(four.cache().generated_data(), generated);
}

// The trims change nothing but the work: head and last layer run on the continuation alone.
TEST(CausalLoss, EqualsCrossEntropyOverAllLogitsWithGradients) {
  for (const char* shape : {"llama_scaled", "qwen3_single"}) {
    const auto trimmed = CausalGolden(shape).Load();
    const auto whole = CausalGolden(shape).Load();
    const Ids ids = Prompts({20})[0];
    Ids labels(ids.size(), models::kIgnoredLabel);
    labels[12] = 7;
    labels[15] = 9;  // 13 and 14 carry no loss
    labels[19] = 11;
    const models::PackedBatch batch = OneRow(ids, labels);
    const models::LossSums sums = trimmed->Loss(batch, 0.0, true);
    EXPECT_EQ(sums.num_tokens, 3);
    sums.loss.backward();
    const at::Tensor wanted = at::cross_entropy_loss(whole->Logits(batch), batch.labels_M, {},
                                                     /*sum*/ 2, models::kIgnoredLabel);
    wanted.backward();
    EXPECT_NEAR(sums.loss.item<double>(), wanted.item<double>(), 1e-5 * wanted.item<double>());
    const auto found = trimmed->Parameters(), all = whole->Parameters();
    for (size_t i = 0; i < all.size(); ++i) {
      const at::Tensor grad = all[i].value.grad();
      EXPECT_TRUE(Near(all[i].name, found[i].value.grad(), grad,
                       1e-5 * std::max(1e-2, grad.abs().max().item<double>())));
    }
  }
}

TEST(CausalLoss, KeepsNoLogitsOfPromptTokens) {
  const at::NoGradGuard no_grad;
  const auto model = CausalGolden("llama_scaled").Load();  // vocabulary 101, the widest row by far
  const Ids ids = Prompts({4000})[0];
  Ids labels(ids.size(), models::kIgnoredLabel);
  labels.back() = 5;
  const models::PackedBatch batch = OneRow(ids, labels);
  CountingAllocator allocator;
  model->Loss(batch, 0.0, false);
  EXPECT_LT(allocator.largest, 4000 * 101 * sizeof(float));
  allocator.largest = 0;
  model->Logits(batch);
  EXPECT_GE(allocator.largest, 4000 * 101 * sizeof(float));
}

}  // namespace
}  // namespace plumbline
