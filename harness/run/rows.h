// The data of a run as the loop and the evaluation read it: examples, token ids, packed batches.
#ifndef PLUMBLINE_HARNESS_RUN_ROWS_H_
#define PLUMBLINE_HARNESS_RUN_ROWS_H_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/config/resolved.h"
#include "harness/data/batch.h"
#include "harness/data/dataset.h"
#include "harness/data/tokenized.h"
#include "harness/data/tokenizer.h"
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
Split LoadSplit(const config::Resolved& config, std::string_view key, const data::Tokenizer* tokenizer);

// A batch for `model`, in the order of `indices`.
data::Batch BatchFor(const models::Model& model, std::span<const data::TokenizedRow> rows,
                     std::span<const int64_t> indices);

// What the training loop reads. `rows` and `model` must outlive it.
train::TrainingRows TrainingRowsOf(const models::Model& model, const std::vector<data::TokenizedRow>& rows);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_ROWS_H_
