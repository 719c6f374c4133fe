// BART's decoder, one token a row and step. Made by BartModel::StartDecoding; tests look at its memory.
//
// Legend: R rows (items x beams), D width, V vocabulary.
#ifndef PLUMBLINE_MODELS_MODEL_BART_DECODE_H_
#define PLUMBLINE_MODELS_MODEL_BART_DECODE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/model_bart.h"
#include "models/nn/decode_cache.h"

namespace plumbline::models {

class BartDecoder : public Decoder {
 public:
  // Encodes the sources (packed) and fills the cross-attention cache. The model must outlive the decoder.
  // Errors: kData as BartModel::Encode, kUsage for more steps than positions.
  BartDecoder(const BartModel& model, const std::vector<std::vector<int64_t>>& sources,
              int64_t beams, int64_t max_length);

  at::Tensor Step(const std::vector<int64_t>& token_ids,
                  const std::vector<int64_t>& parents) override;
  void KeepItems(const std::vector<int64_t>& items) override;

  const nn::SelfCache& self_cache() const { return self_; }
  const nn::CrossCache& cross_cache() const { return cross_; }

 private:
  at::Tensor Embed(const std::vector<int64_t>& token_ids) const;
  at::Tensor Attend(int64_t layer, const at::Tensor& x_RD);
  at::Tensor FeedForward(const BartFeedForward& ffn, const at::Tensor& x_RD) const;

  const BartModel& model_;
  int64_t beams_;
  nn::SelfCache self_;
  nn::CrossCache cross_;
  at::Tensor context_RD_;  // what attention writes into; its first rows are in use
};

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_MODEL_BART_DECODE_H_
