// The best continuations of one row of scores. Called by the generator once a row and step; knows nothing of
// sequences or stopping.
//
// Legend: V vocabulary.
#ifndef PLUMBLINE_HARNESS_EVAL_TOP_CANDIDATES_H_
#define PLUMBLINE_HARNESS_EVAL_TOP_CANDIDATES_H_

#include <cstdint>
#include <span>
#include <vector>

namespace plumbline::eval {

// Token `token` appended to running beam `beam` of an item.
struct Candidate {
  float score = 0;  // sum of processed log-probabilities, this token included
  int64_t beam = 0;
  int64_t token = 0;
};

// The one order of candidates: higher score first; equal scores by beam, then by token. (torch.topk leaves the
// order of equal scores open.)
bool IsBetter(const Candidate& a, const Candidate& b);

// The best min(count, V) continuations of a beam, best first: scores_V + running_score, added in fp32.
// `best` is overwritten and keeps its capacity.
void TopOfRow(std::span<const float> scores_V, float running_score, int64_t beam, int64_t count,
              std::vector<Candidate>* best);

// Index of the largest score, the first one of equals; 0 when all are minus infinity.
int64_t ArgMax(std::span<const float> scores_V);

// Errors: kNumeric when a score is NaN; `step` and `item` are for the message.
void RequireNoNan(std::span<const float> scores_V, int64_t step, int64_t item);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_TOP_CANDIDATES_H_
