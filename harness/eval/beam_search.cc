// Beam search over a batch: every item has its own BeamItem, all share the decoder's steps.
#include <algorithm>

#include "harness/eval/beam_item.h"
#include "harness/eval/processors.h"
#include "harness/eval/search_batch.h"
#include "harness/eval/top_candidates.h"
#include "third_party/libtorch/parallel.h"

namespace plumbline::eval {
namespace {

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

class Search {
 public:
  explicit Search(SearchBatch batch)
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

  SearchBatch batch_;
  int64_t num_beams_;
  int64_t num_candidates_;
  ScoreRows scores_;
  std::vector<std::vector<Candidate>> best_;  // a row's candidates, best first
  std::vector<Ids> scratch_;                  // a row's
  std::vector<BeamItem> items_;
};

}  // namespace

std::vector<GenerationOutput> BeamSearch(SearchBatch batch) {
  return Search(std::move(batch)).Run();
}

}  // namespace plumbline::eval
