// One record of a data file: text with its reference summaries, or token ids that bypass the
// tokenizer. Made by dataset.h; read by training, generation and metrics; knows nothing of
// tokenizers or tensors.
#ifndef PLUMBLINE_HARNESS_DATA_EXAMPLE_H_
#define PLUMBLINE_HARNESS_DATA_EXAMPLE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace plumbline::data {

struct Example {
  std::string fname;  // unique in its file; predictions and references are joined by it
  std::string dialogue;
  std::vector<std::string> summary;  // references; training uses the first
  std::string topic;                 // empty when the file has none

  // Rows of token ids: encoder ids and target ids (encoder-decoders), exact prompt ids and
  // continuation (decoder-only). Both are fed as they are: nothing is added, nothing is truncated
  // in silence.
  bool is_tokenized = false;
  std::vector<int64_t> input_ids;
  std::vector<int64_t> labels;

  int64_t row = 0;   // 0-based index among the file's records
  int64_t line = 0;  // 1-based line of the file where the record begins
};

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_EXAMPLE_H_
