// Miniatures for the tests of the training loop: a one-vector model, a tiny BART, seeded rows.
#ifndef PLUMBLINE_TESTS_ENGINE_TRAIN_TINY_H_
#define PLUMBLINE_TESTS_ENGINE_TRAIN_TINY_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/data/tokenized.h"
#include "harness/train/trainer.h"
#include "models/model.h"
#include "models/named_linear.h"

namespace plumbline::testing {

// Predicts the same distribution everywhere: one bias per vocabulary entry. A source that holds kPoison gives an
// infinite loss.
class BiasModel : public models::Model {
 public:
  static constexpr int64_t kVocabulary = 12;
  static constexpr int64_t kPoison = 11;

  explicit BiasModel(bool is_encoder_decoder = true);

  const Json& config() const override { return config_; }
  int64_t vocab_size() const override { return kVocabulary; }
  bool is_encoder_decoder() const override { return is_encoder_decoder_; }
  at::Device device() const override { return at::kCPU; }
  std::vector<models::NamedTensor> Parameters() const override { return {{"bias_table.weight", logits_V}}; }
  std::vector<models::NamedTensor> Buffers() const override { return {}; }
  std::vector<models::NamedLinear> Linears() const override { return {}; }
  void SetGradientCheckpointing(bool) override {}
  at::Tensor Logits(const models::PackedBatch& batch) override;
  models::LossSums Loss(const models::PackedBatch& batch, double label_smoothing_factor, bool training) override;
  std::unique_ptr<models::Decoder> StartDecoding(const std::vector<std::vector<int64_t>>& sources, int64_t beams,
                                                 int64_t max_length) override;

  at::Tensor logits_V;

 private:
  Json config_;
  bool is_encoder_decoder_;
};

// Two layers a side, width 8, vocabulary 12, fresh weights of seed 3.
std::unique_ptr<models::Model> TinyBart(double dropout);

// Seeded rows of ids 4 to 10 ending in EOS 1, sources of 1 to 9 tokens. `target_length` > 0 fixes the label counts.
std::vector<data::TokenizedRow> SeededRows(int64_t count, int64_t target_length = 0);

// Rows as the trainer reads them. They are kept alive by the result.
train::TrainingRows RowsOf(std::vector<data::TokenizedRow> rows);

// Batches of 2, one epoch, learning rate 0.1 without schedule, a log row a step, no checkpoint, one thread (barriers
// of two crawl on a busy machine).
train::TrainingArguments QuickArguments();

// All weights one after another.
at::Tensor FlatWeights(const models::Model& model);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_ENGINE_TRAIN_TINY_H_
