// The data of a run as the loop and the evaluation read it: examples, token ids, packed batches.
#ifndef PLUMBLINE_HARNESS_RUN_ROWS_H_
#define PLUMBLINE_HARNESS_RUN_ROWS_H_

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/config/resolved.h"
#include "harness/data/batch.h"
#include "harness/data/dataset.h"
#include "harness/data/tokenized.h"
#include "harness/data/tokenizer.h"
#include "harness/run/prompting.h"
#include "harness/train/gradient_window.h"
#include "models/model.h"

namespace plumbline::run {

// One data file, read and tokenized.
struct Split {
  data::Dataset dataset;
  data::TokenizedRows tokens;
};

// The tokenizer of tokenizer.path, else of the model's directory; nullptr when that holds none.
std::unique_ptr<data::Tokenizer> TokenizerOf(const config::Resolved& config,
                                             const std::filesystem::path& model_directory);

// The rows that `key` (data.train, data.validation, data.test) names. Errors: as LoadDataset and TokenizeExamples.
Split LoadSplit(const config::Resolved& config, std::string_view key, const data::Tokenizer* tokenizer,
                Prompting& prompting, bool require_summary = true);

// The first evaluation.subset ones.
template <typename T>
std::span<const T> EvaluatedPart(const std::vector<T>& items, const config::Resolved& config) {
  size_t count = items.size();
  if (config.Has("evaluation.subset")) {
    count = std::min(count, static_cast<size_t>(config.Int("evaluation.subset")));
  }
  return std::span(items).first(count);
}

// Tells stderr what is odd about the rows: notes of the reader, sources and targets that were cut.
void SayNotes(std::string_view key, const Split& split);

// A batch for `model`, in the order of `indices`.
data::Batch BatchFor(const models::Model& model, std::span<const data::TokenizedRow> rows,
                     std::span<const int64_t> indices);

// What the training loop reads. `rows` and `model` must outlive it.
train::TrainingRows TrainingRowsOf(const models::Model& model, const std::vector<data::TokenizedRow>& rows);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_ROWS_H_
