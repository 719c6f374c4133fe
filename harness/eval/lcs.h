// Longest common subsequences of token ids, as ROUGE needs them. Called by rouge.cc; knows nothing
// of text.
#ifndef PLUMBLINE_HARNESS_EVAL_LCS_H_
#define PLUMBLINE_HARNESS_EVAL_LCS_H_

#include <cstdint>
#include <span>
#include <vector>

namespace plumbline::eval {

using TokenId = uint32_t;

// Length by bit vectors, 64 columns a machine word (Hyyro 2004). Keeps its tables between calls.
class LcsLength {
 public:
  int64_t operator()(std::span<const TokenId> a, std::span<const TokenId> b);

 private:
  void IndexPositions(std::span<const TokenId> a, size_t num_words);

  std::vector<uint32_t>
      slot_of_id_;               // index into masks_ in units of num_words; kNoSlot when not in `a`
  std::vector<uint64_t> masks_;  // positions of each distinct token of `a`
  std::vector<uint64_t> columns_;
};

// Indices into `reference` of the one longest common subsequence that rouge_score 0.1.2 reads back:
// from the end, towards earlier candidate tokens only where that is strictly longer. Ascending.
std::vector<int64_t> LcsIndices(std::span<const TokenId> reference,
                                std::span<const TokenId> candidate);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_LCS_H_
