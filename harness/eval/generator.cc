#include "harness/eval/generator.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "harness/base/error.h"
#include "harness/eval/beam_item.h"
#include "harness/eval/processors.h"
#include "harness/eval/top_candidates.h"

// Legend: B items, R rows (items x beams), V vocabulary.

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;

// One batch of items, all that both searches share.
struct Batch {
  models::Model& model;
  const GenerationConfig& config;
  std::vector<Ids> sources;
  std::vector<int64_t> numbers;          // of the sources, for messages
  std::vector<Ids> prefixes;             // decoder start token, or prompt
  std::vector<SequenceLengths> lengths;  // one an item
  std::vector<int64_t> active;           // items whose search goes on, ascending

  int64_t num_rows() const { return static_cast<int64_t>(active.size()) * config.num_beams; }
};

// The items `numbers` of all sources.
Batch MakeBatch(models::Model& model, const GenerationConfig& config,
                const std::vector<Ids>& all_sources, std::span<const int64_t> numbers) {
  Batch batch{model, config, {}, {numbers.begin(), numbers.end()}, {}, {}, {}};
  const ModelLimits limits = LimitsOf(model);
  for (const int64_t number : numbers) {
    const Ids& source = batch.sources.emplace_back(all_sources[number]);
    batch.prefixes.push_back(limits.is_encoder_decoder ? Ids{DecoderStartToken(config)} : source);
    const int64_t prefix_length = static_cast<int64_t>(batch.prefixes.back().size());
    batch.lengths.push_back(LengthsOf(config, limits, prefix_length));
  }
  batch.active.resize(batch.sources.size());
  std::iota(batch.active.begin(), batch.active.end(), 0);
  return batch;
}

std::unique_ptr<models::Decoder> StartDecoding(const Batch& batch) {
  int64_t num_steps = 0;
  for (const SequenceLengths& length : batch.lengths) {
    num_steps = std::max(num_steps, length.new_tokens());
  }
  return batch.model.StartDecoding(batch.sources, batch.config.num_beams, num_steps);
}

// Takes finished items out of the batch and out of the decoder. `is_done`: one flag an active item.
void DropFinished(const std::vector<char>& is_done, Batch* batch, models::Decoder* decoder) {
  std::vector<int64_t> survivors;
  std::vector<int64_t> active;
  for (size_t i = 0; i < is_done.size(); ++i) {
    if (is_done[i]) continue;
    survivors.push_back(static_cast<int64_t>(i));
    active.push_back(batch->active[i]);
  }
  if (!survivors.empty() && survivors.size() < is_done.size()) decoder->KeepItems(survivors);
  batch->active = std::move(active);
}

// Rows of scores on the host, in one buffer that lives as long as the batch.
class ScoreRows {
 public:
  ScoreRows(int64_t num_rows, int64_t vocab_size) : vocab_size_(vocab_size) {
    log_probs_RV_ = at::empty({num_rows, vocab_size}, at::kFloat);
  }
  void TakeLogits(const at::Tensor& logits_RV) { Take(logits_RV); }
  void TakeLogProbs(const at::Tensor& logits_RV) {
    if (!logits_RV.is_cpu()) return Take(at::log_softmax(logits_RV, 1));
    rows_RV_ = log_probs_RV_.narrow(0, 0, logits_RV.size(0));
    at::_log_softmax_out(rows_RV_, logits_RV, 1, false);
  }
  std::span<float> Row(int64_t row) {
    return {rows_RV_.data_ptr<float>() + row * vocab_size_, static_cast<size_t>(vocab_size_)};
  }

 private:
  void Take(const at::Tensor& scores_RV) {
    PLUMBLINE_CHECK(scores_RV.scalar_type() == at::kFloat && scores_RV.size(1) == vocab_size_);
    rows_RV_ = scores_RV.to(at::kCPU).contiguous();
  }

  int64_t vocab_size_;
  at::Tensor log_probs_RV_;
  at::Tensor rows_RV_;
};

// ---- greedy ----

std::vector<GenerationOutput> GreedySearch(Batch batch) {
  const auto& eos = batch.config.eos_token_id;
  std::vector<Ids> sequences = batch.prefixes;
  ScoreRows scores(0, batch.model.vocab_size());
  const auto decoder = StartDecoding(batch);
  std::vector<Ids> scratch(batch.active.size());
  for (int64_t step = 0; !batch.active.empty(); ++step) {
    Ids tokens;
    for (const int64_t item : batch.active) tokens.push_back(sequences[item].back());
    Ids parents(tokens.size());
    std::iota(parents.begin(), parents.end(), 0);
    scores.TakeLogits(decoder->Step(tokens, parents));
    std::vector<char> is_done(tokens.size());
    at::parallel_for(0, batch.num_rows(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t item = batch.active[row];
        Ids& sequence = sequences[item];
        RequireNoNan(scores.Row(row), step, batch.numbers[item]);
        Process(batch.config, batch.lengths[item], sequence, &scratch[row], scores.Row(row));
        sequence.push_back(ArgMax(scores.Row(row)));
        const bool is_eos = std::find(eos.begin(), eos.end(), sequence.back()) != eos.end();
        const auto length = static_cast<int64_t>(sequence.size());
        is_done[row] = is_eos || length >= batch.lengths[item].max;
      }
    });
    DropFinished(is_done, &batch, decoder.get());
  }
  std::vector<GenerationOutput> outputs(sequences.size());
  for (size_t i = 0; i < sequences.size(); ++i) {
    outputs[i].ids.assign(sequences[i].begin() + batch.lengths[i].prefix, sequences[i].end());
  }
  return outputs;
}

// ---- beams ----

Hypothesis HypothesisOf(const BeamItem::Finished& finished, int64_t prefix_length) {
  Hypothesis hypothesis;
  hypothesis.score = finished.score;
  if (finished.is_finished) {
    hypothesis.ids.assign(finished.sequence.begin() + prefix_length, finished.sequence.end());
  }
  return hypothesis;
}

GenerationOutput OutputOf(const BeamItem& item, int64_t num_return_sequences,
                          int64_t prefix_length) {
  GenerationOutput output;
  const Hypothesis best = HypothesisOf(item.finished().front(), prefix_length);
  output.ids = best.ids;
  output.score = best.score;
  for (int64_t i = 0; num_return_sequences > 1 && i < num_return_sequences; ++i) {
    output.candidates.push_back(HypothesisOf(item.finished()[i], prefix_length));
  }
  return output;
}

class BeamSearch {
 public:
  explicit BeamSearch(Batch batch)
      : batch_(std::move(batch)),
        num_beams_(batch_.config.num_beams),
        num_candidates_(CandidatesOfItem(batch_.config)),
        scores_(batch_.num_rows(), batch_.model.vocab_size()),
        best_(batch_.num_rows()),
        scratch_(batch_.num_rows()) {
    for (size_t i = 0; i < batch_.sources.size(); ++i) {
      items_.emplace_back(batch_.config, batch_.lengths[i], batch_.prefixes[i]);
    }
  }

  std::vector<GenerationOutput> Run() {
    const auto decoder = StartDecoding(batch_);
    for (int64_t step = 0; !batch_.active.empty(); ++step) {
      scores_.TakeLogProbs(Feed(decoder.get()));
      ScoreAllRows(step);
      DropFinished(AdvanceItems(), &batch_, decoder.get());
    }
    std::vector<GenerationOutput> outputs;
    for (size_t i = 0; i < items_.size(); ++i) {
      outputs.push_back(
          OutputOf(items_[i], batch_.config.num_return_sequences, batch_.lengths[i].prefix));
    }
    return outputs;
  }

 private:
  at::Tensor Feed(models::Decoder* decoder) {
    Ids tokens;
    Ids parents;
    for (size_t i = 0; i < batch_.active.size(); ++i) {
      for (const BeamItem::Beam& beam : items_[batch_.active[i]].running()) {
        tokens.push_back(beam.sequence.back());
        parents.push_back(static_cast<int64_t>(i) * num_beams_ + beam.parent);
      }
    }
    return decoder->Step(tokens, parents);
  }

  void ScoreAllRows(int64_t step) {
    at::parallel_for(0, batch_.num_rows(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t item = batch_.active[row / num_beams_];
        const BeamItem::Beam& beam = items_[item].running()[row % num_beams_];
        const std::span<float> scores_V = scores_.Row(row);
        // One NaN or +inf among the logits makes NaN of the whole row.
        RequireNoNan(scores_V.first(1), step, batch_.numbers[item]);
        Process(batch_.config, batch_.lengths[item], beam.sequence, &scratch_[row], scores_V);
        TopOfRow(scores_V, beam.score, row % num_beams_, num_candidates_, &best_[row]);
      }
    });
  }

  // One flag an active item: its search has ended.
  std::vector<char> AdvanceItems() {
    std::vector<char> is_done;
    std::vector<Candidate> merged;
    for (size_t i = 0; i < batch_.active.size(); ++i) {
      merged.clear();
      for (int64_t beam = 0; beam < num_beams_; ++beam) {
        const auto& best = best_[static_cast<int64_t>(i) * num_beams_ + beam];
        merged.insert(merged.end(), best.begin(), best.end());
      }
      std::sort(merged.begin(), merged.end(), IsBetter);
      BeamItem& item = items_[batch_.active[i]];
      item.Advance(std::span(merged).first(num_candidates_));
      is_done.push_back(item.is_done());
    }
    return is_done;
  }

  Batch batch_;
  int64_t num_beams_;
  int64_t num_candidates_;
  ScoreRows scores_;
  std::vector<std::vector<Candidate>> best_;  // a row's candidates, best first
  std::vector<Ids> scratch_;                  // a row's
  std::vector<BeamItem> items_;
};

void RequireSources(const std::vector<Ids>& sources, const ModelLimits& limits) {
  for (size_t i = 0; i < sources.size(); ++i) {
    const std::string what = "generation of item " + std::to_string(i);
    if (sources[i].empty()) {
      Fail(ErrorKind::kData, what, "no tokens", "at least one", "leaving the row out");
    }
    for (const int64_t id : sources[i]) {
      if (id >= 0 && id < limits.vocab_size) continue;
      Fail(ErrorKind::kData, what, "token id " + std::to_string(id),
           "ids from 0 to " + std::to_string(limits.vocab_size - 1), "the model's own tokenizer");
    }
  }
}

// Longest first: the first batch shows whether memory suffices. Equal lengths keep their order.
std::vector<int64_t> ByLength(const std::vector<Ids>& sources) {
  std::vector<int64_t> order(sources.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return sources[a].size() > sources[b].size();
  });
  return order;
}

std::vector<GenerationOutput> Search(Batch batch) {
  if (batch.config.num_beams == 1) return GreedySearch(std::move(batch));
  return BeamSearch(std::move(batch)).Run();
}

}  // namespace

ModelLimits LimitsOf(const models::Model& model) {
  ModelLimits limits{model.vocab_size(), model.is_encoder_decoder(), std::nullopt};
  limits.has_position_table = model.is_encoder_decoder();  // decoder-only families are rotary
  const auto positions = model.config().find("max_position_embeddings");
  if (positions != model.config().end() && positions->is_number_integer()) {
    limits.max_position_embeddings = positions->get<int64_t>();
  }
  return limits;
}

std::vector<GenerationOutput> Generate(models::Model& model, const std::vector<Ids>& sources,
                                       const GenerationConfig& config,
                                       const GenerationOptions& options) {
  PLUMBLINE_CHECK(options.batch_size > 0);
  const ModelLimits limits = LimitsOf(model);
  Validate(config, limits);
  RequireSources(sources, limits);
  const c10::InferenceMode inference;
  const std::vector<int64_t> order = ByLength(sources);
  std::vector<GenerationOutput> outputs(sources.size());
  for (size_t begin = 0; begin < order.size(); begin += options.batch_size) {
    const size_t end = std::min(order.size(), begin + options.batch_size);
    const std::span<const int64_t> numbers = std::span(order).subspan(begin, end - begin);
    auto found = Search(MakeBatch(model, config, sources, numbers));
    for (size_t i = begin; i < end; ++i) outputs[order[i]] = std::move(found[i - begin]);
    if (options.on_progress) options.on_progress(static_cast<int64_t>(end));
  }
  return outputs;
}

}  // namespace plumbline::eval
