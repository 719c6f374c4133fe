// The slow, literal port of transformers 5.23's greedy and beam search (generation/utils.py: _sample, _beam_search and
// their helpers), kept as the oracle of the fast generator. Called by tests alone; shares no search code with it.
//
// Literal means: whole batch in step, filled arrays of beams x max_length, every hypothesis re-run from its first
// token through Model::Logits, batch-wide stopping. One liberty: equal scores are ordered by index, which torch.topk
// leaves open.
#ifndef PLUMBLINE_HARNESS_EVAL_SEARCH_ORACLE_H_
#define PLUMBLINE_HARNESS_EVAL_SEARCH_ORACLE_H_

#include <vector>

#include "harness/eval/generator.h"

namespace plumbline::eval {

// As Generate; decoder-only prompts must have one length. A place among the returned sequences that no finished
// hypothesis took is empty.
std::vector<GenerationOutput> GenerateSlowly(models::Model& model,
                                             const std::vector<std::vector<int64_t>>& sources,
                                             const GenerationConfig& config);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_SEARCH_ORACLE_H_
