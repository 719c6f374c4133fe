#include "tests/engine/generation/hash_model.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <limits>

#include "harness/base/error.h"
#include "harness/base/random.h"

namespace plumbline::testing {
namespace {

using Ids = std::vector<int64_t>;

uint64_t Mix(uint64_t state, int64_t value) {
  return SplitMix64(state ^ (static_cast<uint64_t>(value) + 0x9e3779b97f4a7c15ULL)).Next();
}

}  // namespace

// Keeps the whole prefix of each row: right only if tokens, parents and dropped items are.
class HashDecoder : public models::Decoder {
 public:
  HashDecoder(HashModel* model, std::vector<Ids> sources, int64_t beams, int64_t max_length)
      : model_(model), sources_(std::move(sources)), beams_(beams), max_length_(max_length) {
    for (const Ids& source : sources_) {
      Ids prefix = model_->is_encoder_decoder() ? Ids{} : source;
      prefixes_.insert(prefixes_.end(), beams_, prefix);
    }
  }

  at::Tensor Step(const Ids& token_ids, const Ids& parents) override {
    PLUMBLINE_CHECK(token_ids.size() == prefixes_.size() && parents.size() == prefixes_.size());
    PLUMBLINE_CHECK(step_ < max_length_);
    const bool is_prompt_step = step_ == 0 && !model_->is_encoder_decoder();
    std::vector<Ids> next;
    for (size_t row = 0; row < token_ids.size(); ++row) {
      const size_t parent = step_ == 0 ? row : static_cast<size_t>(parents[row]);
      PLUMBLINE_CHECK(parent / beams_ == row / beams_);
      next.push_back(prefixes_[parent]);
      if (!is_prompt_step) next.back().push_back(token_ids[row]);
    }
    prefixes_ = std::move(next);
    ++step_;
    model_->num_row_steps_ += static_cast<int64_t>(token_ids.size());
    at::Tensor logits_RV =
        at::empty({static_cast<int64_t>(token_ids.size()), model_->vocab_size()}, at::kFloat);
    for (size_t row = 0; row < prefixes_.size(); ++row) {
      model_->WriteLogits(sources_[row / beams_], prefixes_[row],
                          logits_RV.data_ptr<float>() + row * model_->vocab_size());
    }
    return logits_RV;
  }

  void KeepItems(const Ids& items) override {
    std::vector<Ids> sources;
    std::vector<Ids> prefixes;
    for (const int64_t item : items) {
      sources.push_back(sources_.at(item));
      for (int64_t beam = 0; beam < beams_; ++beam) {
        prefixes.push_back(prefixes_.at(item * beams_ + beam));
      }
    }
    sources_ = std::move(sources);
    prefixes_ = std::move(prefixes);
  }

 private:
  HashModel* model_;
  std::vector<Ids> sources_;
  int64_t beams_;
  int64_t max_length_;
  int64_t step_ = 0;
  std::vector<Ids> prefixes_;
};

HashModel::HashModel(const HashModelOptions& options) : options_(options) {
  config_ = {{"max_position_embeddings", options.max_position_embeddings}};
}

void HashModel::WriteLogits(const Ids& source, const Ids& prefix, float* logits_V) const {
  uint64_t state = options_.seed;
  if (options_.is_encoder_decoder) {
    for (const int64_t id : source) state = Mix(state, id);
  }
  for (const int64_t id : prefix) state = Mix(state, id + 1000);
  SplitMix64 random(state);
  for (int64_t id = 0; id < options_.vocab_size; ++id) {
    logits_V[id] = static_cast<float>((2 * random.Unit() - 1) * options_.spread);
    if (options_.is_nan) logits_V[id] = std::numeric_limits<float>::quiet_NaN();
  }
  for (const int64_t id : options_.lifted) logits_V[id] += static_cast<float>(options_.lift);
}

at::Tensor HashModel::Logits(const models::PackedBatch& batch) {
  const int64_t* source = batch.source_ids_N.data_ptr<int64_t>();
  const int64_t* target = batch.decoder_input_ids_M.data_ptr<int64_t>();
  at::Tensor logits_MV =
      at::empty({batch.decoder_input_ids_M.numel(), options_.vocab_size}, at::kFloat);
  for (int64_t item = 0; item < batch.num_items(); ++item) {
    const Ids source_ids(source + batch.source_offsets[item],
                         source + batch.source_offsets[item + 1]);
    Ids prefix;
    for (int64_t i = batch.target_offsets[item]; i < batch.target_offsets[item + 1]; ++i) {
      prefix.push_back(target[i]);
      WriteLogits(source_ids, prefix, logits_MV.data_ptr<float>() + i * options_.vocab_size);
    }
  }
  return logits_MV;
}

models::LossSums HashModel::Loss(const models::PackedBatch&, double, bool) {
  throw Error(ErrorKind::kInternal, "a hash model is not trained");
}

std::unique_ptr<models::Decoder> HashModel::StartDecoding(const std::vector<Ids>& sources,
                                                          int64_t beams, int64_t max_length) {
  ++num_batches_;
  return std::make_unique<HashDecoder>(this, sources, beams, max_length);
}

}  // namespace plumbline::testing
