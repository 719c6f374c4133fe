#include "harness/run/rows.h"

#include <utility>

#include "harness/run/settings.h"

namespace plumbline::run {

std::unique_ptr<data::Tokenizer> TokenizerOf(const config::Resolved& config,
                                             const std::filesystem::path& model_directory) {
  const bool named = config.Has("tokenizer.path") && config.IsExplicit("tokenizer.path");
  if (named) return data::LoadTokenizer(PathOf(config, "tokenizer.path"));
  return data::HasTokenizer(model_directory) ? data::LoadTokenizer(model_directory) : nullptr;
}

Split LoadSplit(const config::Resolved& config, std::string_view key, const data::Tokenizer* tokenizer) {
  Split split;
  split.dataset = data::LoadDataset(PathOf(config, key), DatasetOptionsOf(config, key));
  split.tokens = data::TokenizeExamples(split.dataset.examples, tokenizer, LengthLimitsOf(config));
  return split;
}

data::Batch BatchFor(const models::Model& model, std::span<const data::TokenizedRow> rows,
                     std::span<const int64_t> indices) {
  if (!model.is_encoder_decoder()) return data::MakeCausalBatch(rows, indices);
  return data::MakeBatch(rows, indices, RequiredId(model, "decoder_start_token_id"),
                         RequiredId(model, "pad_token_id"));
}

train::TrainingRows TrainingRowsOf(const models::Model& model, const std::vector<data::TokenizedRow>& rows) {
  train::TrainingRows training;
  for (const data::TokenizedRow& row : rows) {
    training.ids.push_back(row.fname);
    training.source_lengths.push_back(static_cast<int64_t>(row.input_ids.size()));
  }
  training.pack = [&model, &rows](std::span<const int64_t> indices) {
    return BatchFor(model, rows, indices).packed;
  };
  return training;
}

}  // namespace plumbline::run
