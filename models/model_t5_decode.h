// T5's decoder, one token a row and step. Made by T5Model::StartDecoding; tests look at its memory.
//
// Legend: R rows (items x beams), D width, I width of all heads, V vocabulary.
#ifndef PLUMBLINE_MODELS_MODEL_T5_DECODE_H_
#define PLUMBLINE_MODELS_MODEL_T5_DECODE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/model_t5.h"
#include "models/nn/decode_cache.h"

namespace plumbline::models {

class T5Decoder : public Decoder {
 public:
  // Encodes the sources (packed) and fills the cross-attention cache. The model must outlive the decoder.
  // Errors: kData as T5Model::Encode.
  T5Decoder(const T5Model& model, const std::vector<std::vector<int64_t>>& sources, int64_t beams,
            int64_t max_length);

  at::Tensor Step(const std::vector<int64_t>& token_ids,
                  const std::vector<int64_t>& parents) override;
  void KeepItems(const std::vector<int64_t>& items) override;

  const nn::SelfCache& self_cache() const { return self_; }
  const nn::CrossCache& cross_cache() const { return cross_; }

 private:
  at::Tensor Attend(int64_t layer, const at::Tensor& x_RD);
  at::Tensor FeedForward(const T5FeedForward& ffn, const at::Tensor& x_RD) const;

  const T5Model& model_;
  int64_t beams_;
  nn::SelfCache self_;
  nn::CrossCache cross_;
  at::Tensor context_RI_;  // fp32, what attention writes into; its first rows are in use
};

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_MODEL_T5_DECODE_H_
