#include "harness/eval/search_oracle.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "harness/base/error.h"

// The names are those of the reference, in snake case, so that the two can be read side by side.

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;
using Floats = std::vector<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A row of the reference's (batch, beams, ...) tensors.
struct Row {
  Ids sequence;
  float score = 0;
  bool is_sent_finished = false;
};

struct Item {
  Ids source;
  std::vector<Row> running;
  std::vector<Row> finished;
  bool is_early_stop_heuristic_unsatisfied = true;
};

// ---- the model, from the first token each time ----

void Append(const Ids& ids, Ids* all, std::vector<int64_t>* offsets) {
  all->insert(all->end(), ids.begin(), ids.end());
  offsets->push_back(static_cast<int64_t>(all->size()));
}

// Logits after the last token of `sequence`.
Floats LastLogits(models::Model& model, const Ids& source, const Ids& sequence) {
  models::PackedBatch batch;
  Ids source_ids;
  Ids target_ids;
  batch.source_offsets = {0};
  batch.target_offsets = {0};
  Append(model.is_encoder_decoder() ? source : Ids{}, &source_ids, &batch.source_offsets);
  Append(sequence, &target_ids, &batch.target_offsets);
  batch.source_ids_N = at::tensor(source_ids, at::kLong);
  batch.decoder_input_ids_M = at::tensor(target_ids, at::kLong);
  batch.labels_M = at::full_like(batch.decoder_input_ids_M, models::kIgnoredLabel);
  const at::Tensor last = model.Logits(batch)[-1].to(at::kCPU).contiguous();
  return {last.data_ptr<float>(), last.data_ptr<float>() + last.numel()};
}

Floats LogSoftmax(const Floats& logits) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  Floats log_probs;
  for (const float logit : logits) {
    log_probs.push_back(static_cast<float>(static_cast<double>(logit) - largest - std::log(sum)));
  }
  return log_probs;
}

// ---- logits_process.py ----

void RepetitionPenalty(double penalty, const Ids& input_ids, Floats* scores) {
  const Floats before = *scores;
  for (const int64_t id : input_ids) {
    const float score = before.at(id);
    const float factor = static_cast<float>(penalty);
    scores->at(id) = score < 0 ? score * factor : score / factor;
  }
}

void NoRepeatNGram(int64_t ngram_size, const Ids& input_ids, Floats* scores) {
  const int64_t cur_len = static_cast<int64_t>(input_ids.size());
  if (cur_len < ngram_size) return;
  std::set<Ids> ngrams;
  for (int64_t i = 0; i + ngram_size <= cur_len; ++i) {
    ngrams.emplace(input_ids.begin() + i, input_ids.begin() + i + ngram_size);
  }
  for (size_t token = 0; token < scores->size(); ++token) {
    Ids completed(input_ids.end() - (ngram_size - 1), input_ids.end());
    completed.push_back(static_cast<int64_t>(token));
    if (ngrams.count(completed) != 0) scores->at(token) = -kInfinity;
  }
}

void OnlyThese(const Ids& ids, Floats* scores) {
  scores->assign(scores->size(), -kInfinity);
  for (const int64_t id : ids) scores->at(id) = 0;
}

// ---- the search ----

class Oracle {
 public:
  Oracle(models::Model& model, const std::vector<Ids>& sources, const GenerationConfig& config)
      : model_(model), config_(config), limits_(LimitsOf(model)) {
    Validate(config, limits_);
    for (const Ids& source : sources) {
      Row row;
      row.sequence = limits_.is_encoder_decoder ? Ids{DecoderStartToken(config)} : source;
      items_.push_back({source, std::vector<Row>(config.num_beams, row), {}, true});
      cur_len_ = static_cast<int64_t>(row.sequence.size());
      PLUMBLINE_CHECK(cur_len_ == static_cast<int64_t>(items_[0].running[0].sequence.size()));
    }
    decoder_prompt_len_ = cur_len_;
    if (!sources.empty()) lengths_ = LengthsOf(config, limits_, cur_len_);
  }

  std::vector<GenerationOutput> Sample() {
    while (std::any_of(items_.begin(), items_.end(),
                       [](const Item& item) { return !item.running[0].is_sent_finished; })) {
      for (Item& item : items_) SampleNext(&item.running[0], item.source);
      ++cur_len_;
    }
    std::vector<GenerationOutput> outputs;
    for (const Item& item : items_) {
      outputs.push_back({Generated(item.running[0].sequence), std::nullopt, {}});
    }
    return outputs;
  }

  std::vector<GenerationOutput> BeamSearch() {
    for (Item& item : items_) {
      for (size_t beam = 1; beam < item.running.size(); ++beam) item.running[beam].score = -1.0e9f;
      item.finished = std::vector<Row>(config_.num_beams, {{}, -1.0e9f, false});
    }
    while (!items_.empty() && BeamStep()) {
    }
    std::vector<GenerationOutput> outputs;
    for (const Item& item : items_) outputs.push_back(OutputOf(item));
    return outputs;
  }

 private:
  struct TopK {
    Row row;
    bool hits = false;
    bool is_in_top_num_beams = false;
  };

  Floats Processed(const Ids& input_ids, Floats scores) const {
    const int64_t length = static_cast<int64_t>(input_ids.size());
    if (config_.repetition_penalty != 1.0) {
      RepetitionPenalty(config_.repetition_penalty, input_ids, &scores);
    }
    if (config_.no_repeat_ngram_size > 0) {
      NoRepeatNGram(config_.no_repeat_ngram_size, input_ids, &scores);
    }
    for (const int64_t eos : config_.eos_token_id) {
      const bool too_short =
          config_.min_new_tokens ? length - decoder_prompt_len_ < *config_.min_new_tokens
                                 : length < config_.min_length;
      if (too_short) scores.at(eos) = -kInfinity;
    }
    if (config_.forced_bos_token_id && length == 1) {
      OnlyThese({*config_.forced_bos_token_id}, &scores);
    }
    if (!config_.forced_eos_token_id.empty() && length == lengths_.max - 1) {
      OnlyThese(config_.forced_eos_token_id, &scores);
    }
    return scores;
  }

  bool HitsStoppingCriteria(const Ids& sequence) const {
    const auto& eos = config_.eos_token_id;
    return std::find(eos.begin(), eos.end(), sequence.back()) != eos.end() ||
           static_cast<int64_t>(sequence.size()) >= lengths_.max;
  }

  void SampleNext(Row* row, const Ids& source) const {
    if (row->is_sent_finished) return;
    const Floats scores = Processed(row->sequence, LastLogits(model_, source, row->sequence));
    row->sequence.push_back(std::max_element(scores.begin(), scores.end()) - scores.begin());
    row->is_sent_finished = HitsStoppingCriteria(row->sequence);
  }

  // Places of `rows` by score, largest first; equal scores by place.
  template <typename Rows, typename Score>
  static std::vector<size_t> Order(const Rows& rows, Score score) {
    std::vector<size_t> order(rows.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return score(rows[a]) > score(rows[b]); });
    return order;
  }

  // _get_top_k_continuations
  std::vector<TopK> TopKContinuations(const Item& item) const {
    std::vector<Row> all;
    for (const Row& beam : item.running) {
      const Floats log_probs =
          Processed(beam.sequence, LogSoftmax(LastLogits(model_, item.source, beam.sequence)));
      for (const float log_prob : log_probs) all.push_back({{}, log_prob + beam.score, false});
    }
    const size_t num_eos = config_.eos_token_id.size();
    const size_t beams_to_keep = std::max<size_t>(2, 1 + num_eos) * config_.num_beams;
    const size_t vocab_size = all.size() / item.running.size();
    const std::vector<size_t> order = Order(all, [](const Row& row) { return row.score; });
    std::vector<TopK> top;
    for (size_t k = 0; k < beams_to_keep; ++k) {
      TopK next{all[order[k]], false, k < static_cast<size_t>(config_.num_beams)};
      next.row.sequence = item.running[order[k] / vocab_size].sequence;
      next.row.sequence.push_back(static_cast<int64_t>(order[k] % vocab_size));
      next.hits = HitsStoppingCriteria(next.row.sequence);
      top.push_back(next);
    }
    return top;
  }

  // _get_running_beams_for_next_iteration
  std::vector<Row> RunningBeams(const std::vector<TopK>& top) const {
    const auto score = [](const TopK& k) { return k.row.score + (k.hits ? 1.0f : 0.0f) * -1.0e9f; };
    const std::vector<size_t> order = Order(top, score);
    std::vector<Row> running;
    for (int64_t i = 0; i < config_.num_beams; ++i) {
      running.push_back(top[order[i]].row);
      running.back().score = score(top[order[i]]);
    }
    return running;
  }

  // _update_finished_beams
  std::vector<Row> UpdateFinished(const Item& item, const std::vector<TopK>& top) const {
    std::vector<Row> merged = item.finished;
    const bool is_full = AllFinished(item) && config_.early_stopping == EarlyStopping::kTrue;
    for (const TopK& k : top) {
      const bool just_finished = k.hits && k.is_in_top_num_beams;
      Row row = k.row;
      row.score /= LengthPower(cur_len_ + 1 - decoder_prompt_len_);
      row.score += (is_full ? 1.0f : 0.0f) * -1.0e9f;
      row.score += (item.is_early_stop_heuristic_unsatisfied ? 0.0f : 1.0f) * -1.0e9f;
      row.score += (just_finished ? 0.0f : 1.0f) * -1.0e9f;
      row.is_sent_finished = just_finished;
      merged.push_back(row);
    }
    const std::vector<size_t> order = Order(merged, [](const Row& row) { return row.score; });
    std::vector<Row> finished;
    for (int64_t i = 0; i < config_.num_beams; ++i) finished.push_back(merged[order[i]]);
    return finished;
  }

  float LengthPower(int64_t length) const {
    return static_cast<float>(std::pow(static_cast<double>(length), config_.length_penalty));
  }

  static bool AllFinished(const Item& item) {
    return std::all_of(item.finished.begin(), item.finished.end(),
                       [](const Row& row) { return row.is_sent_finished; });
  }

  // _check_early_stop_heuristic
  bool IsHeuristicUnsatisfied(const Item& item) const {
    const bool reaches =
        config_.early_stopping == EarlyStopping::kNever && config_.length_penalty > 0;
    const int64_t length = (reaches ? lengths_.max : cur_len_) - decoder_prompt_len_;
    const float best_possible = item.running[0].score / LengthPower(length);
    float least = kInfinity;
    for (const Row& row : item.finished) least = std::min(least, row.score);
    bool any = false;
    for (const Row& row : item.finished) {
      any = any || best_possible > (row.is_sent_finished ? least : -1.0e9f);
    }
    return item.is_early_stop_heuristic_unsatisfied && any;
  }

  // One turn of the loop of _beam_search; whether there is another one.
  bool BeamStep() {
    bool all_hit = true;
    for (Item& item : items_) {
      const std::vector<TopK> top = TopKContinuations(item);
      for (const TopK& k : top) all_hit = all_hit && k.hits;
      item.running = RunningBeams(top);
      item.finished = UpdateFinished(item, top);
    }
    ++cur_len_;
    bool improvement_possible = false;
    bool all_finished = true;
    for (Item& item : items_) {
      item.is_early_stop_heuristic_unsatisfied = IsHeuristicUnsatisfied(item);
      improvement_possible = improvement_possible || item.is_early_stop_heuristic_unsatisfied;
      all_finished = all_finished && AllFinished(item);
    }
    const bool exists_open_beam =
        !(all_finished && config_.early_stopping == EarlyStopping::kTrue);
    return improvement_possible && exists_open_beam && !all_hit;
  }

  Ids Generated(const Ids& sequence) const {
    return {sequence.begin() + decoder_prompt_len_, sequence.end()};
  }

  GenerationOutput OutputOf(const Item& item) const {
    std::vector<Hypothesis> best;
    for (int64_t i = 0; i < config_.num_return_sequences; ++i) {
      const Row& row = item.finished[i];
      best.push_back({row.is_sent_finished ? Generated(row.sequence) : Ids{}, row.score});
    }
    GenerationOutput output{best[0].ids, best[0].score, {}};
    if (config_.num_return_sequences > 1) output.candidates = best;
    return output;
  }

  models::Model& model_;
  const GenerationConfig& config_;
  ModelLimits limits_;
  SequenceLengths lengths_;
  std::vector<Item> items_;
  int64_t cur_len_ = 0;
  int64_t decoder_prompt_len_ = 0;
};

}  // namespace

std::vector<GenerationOutput> GenerateSlowly(models::Model& model, const std::vector<Ids>& sources,
                                             const GenerationConfig& config) {
  const c10::InferenceMode inference;
  Oracle oracle(model, sources, config);
  return config.num_beams == 1 ? oracle.Sample() : oracle.BeamSearch();
}

}  // namespace plumbline::eval
