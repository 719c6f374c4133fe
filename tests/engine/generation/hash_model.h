// A model whose logits are a seeded hash of source and prefix: exact, and the same by the decoder's rows as by a whole
// prefix. For tests of the search alone.
#ifndef PLUMBLINE_TESTS_ENGINE_GENERATION_HASH_MODEL_H_
#define PLUMBLINE_TESTS_ENGINE_GENERATION_HASH_MODEL_H_

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "models/model.h"
#include "models/named_linear.h"

namespace plumbline::testing {

struct HashModelOptions {
  uint64_t seed = 0;
  int64_t vocab_size = 12;
  bool is_encoder_decoder = true;
  double spread = 2.0;              // logits are uniform in [-spread, spread)
  std::vector<int64_t> lifted = {};  // ids (eos) whose logit is raised
  double lift = 0;
  int64_t max_position_embeddings = 1024;
  bool is_nan = false;  // NaN everywhere
};

class HashModel : public models::Model {
 public:
  explicit HashModel(const HashModelOptions& options);
  const Json& config() const override { return config_; }
  int64_t vocab_size() const override { return options_.vocab_size; }
  bool is_encoder_decoder() const override { return options_.is_encoder_decoder; }
  at::Device device() const override { return at::kCPU; }
  std::vector<models::NamedTensor> Parameters() const override { return {}; }
  std::vector<models::NamedTensor> Buffers() const override { return {}; }
  std::vector<models::NamedLinear> Linears() const override { return {}; }
  void SetGradientCheckpointing(bool) override {}
  at::Tensor Logits(const models::PackedBatch& batch) override;
  models::LossSums Loss(const models::PackedBatch& batch, double label_smoothing_factor,
                        bool training) override;
  std::unique_ptr<models::Decoder> StartDecoding(
      const std::vector<std::vector<int64_t>>& sources, int64_t beams, int64_t max_length) override;

  // Writes vocab_size logits for what follows `prefix`.
  void WriteLogits(const std::vector<int64_t>& source, const std::vector<int64_t>& prefix,
                   float* logits_V) const;

  // Rows given to decoder steps so far, over all calls.
  int64_t num_row_steps() const { return num_row_steps_; }
  int64_t num_batches() const { return num_batches_; }

 private:
  friend class HashDecoder;

  HashModelOptions options_;
  Json config_;
  int64_t num_row_steps_ = 0;
  int64_t num_batches_ = 0;
};

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_ENGINE_GENERATION_HASH_MODEL_H_
