// Trains a byte-pair encoding over counted words. Called by train_tokenizer for the small
// decoder-only checkpoints; knows nothing of files, regexes or HuggingFace's JSON.
//
// Ordered as tokenizers does: the most frequent pair is merged first, ties go to the pair
// with the smaller ids, ids are given in the order of merging.
#ifndef PLUMBLINE_HARNESS_DATA_TRAIN_BPE_H_
#define PLUMBLINE_HARNESS_DATA_TRAIN_BPE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace plumbline::data {

// Words with the times they occur; a word is a string of bytes.
using WordCounts = std::map<std::string, int64_t>;

struct BpeVocabulary {
  std::vector<std::string> pieces;  // bytes of each id; the first 256 are single bytes in `alphabet`'s order
  std::vector<std::pair<int32_t, int32_t>> merges;  // ids, in order; merge i makes id 256 + i
};

// Learns merges until there are `vocab_size` pieces or no pair occurs twice.
// `alphabet`: all 256 bytes in the order of their ids. Errors: kUsage for a vocab_size below 256.
BpeVocabulary TrainBpe(const WordCounts& words, const std::vector<uint8_t>& alphabet,
                       int64_t vocab_size);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TRAIN_BPE_H_
