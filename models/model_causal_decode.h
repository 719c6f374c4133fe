// The decoder of the decoder-only body: prompts in one packed pass, then one token a row and step.
// Made by CausalModel::StartDecoding; tests look at its memory.
//
// Legend: R rows (items x beams), B items, D width, V vocabulary.
#ifndef PLUMBLINE_MODELS_MODEL_CAUSAL_DECODE_H_
#define PLUMBLINE_MODELS_MODEL_CAUSAL_DECODE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/model_causal.h"
#include "models/nn/prompt_cache.h"

namespace plumbline::models {

class CausalDecoder : public Decoder {
 public:
  // Runs the prompts, of any lengths, without padding. The model must outlive the decoder. Errors:
  // kData as CausalModel::Hidden.
  CausalDecoder(const CausalModel& model, const std::vector<std::vector<int64_t>>& prompts,
                int64_t beams, int64_t max_length);

  // The first call reads no token: it returns what follows the prompts.
  at::Tensor Step(const std::vector<int64_t>& token_ids,
                  const std::vector<int64_t>& parents) override;
  void KeepItems(const std::vector<int64_t>& items) override;

  const nn::PromptCache& cache() const { return cache_; }

 private:
  at::Tensor RunLayer(int64_t layer, const at::Tensor& x_RD, const nn::RopeTable& table);
  at::Tensor LogitsOf(const at::Tensor& hidden_RD) const;

  const CausalModel& model_;
  int64_t beams_;
  nn::PromptCache cache_;
  at::Tensor last_hidden_BD_;  // of the prompts' last tokens, until the first step
  at::Tensor context_RD_;      // what attention writes into; its first rows are in use
};

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_MODEL_CAUSAL_DECODE_H_
