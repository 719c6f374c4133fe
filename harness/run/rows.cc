#include "harness/run/rows.h"

#include <cstdio>
#include <utility>

#include "harness/run/settings.h"

namespace plumbline::run {

std::unique_ptr<data::Tokenizer> TokenizerOf(const config::Resolved& config,
                                             const std::filesystem::path& model_directory) {
  const bool named = config.Has("tokenizer.path") && config.IsExplicit("tokenizer.path");
  if (named) return data::LoadTokenizer(PathOf(config, "tokenizer.path"));
  return data::HasTokenizer(model_directory) ? data::LoadTokenizer(model_directory) : nullptr;
}

Split LoadSplit(const config::Resolved& config, std::string_view key, const data::Tokenizer* tokenizer,
                Prompting& prompting, bool require_summary) {
  data::DatasetOptions options = DatasetOptionsOf(config, key);
  options.require_summary = require_summary;
  Split split;
  split.dataset = data::LoadDataset(PathOf(config, key), options);
  const auto& examples = split.dataset.examples;
  const bool has_text = std::any_of(examples.begin(), examples.end(),
                                    [](const data::Example& example) { return !example.is_tokenized; });
  const data::Prompt* prompt = has_text ? prompting.Get() : nullptr;
  split.tokens = data::TokenizeExamples(examples, tokenizer, LengthLimitsOf(config), prompt);
  return split;
}

void SayNotes(std::string_view key, const Split& split) {
  const std::string name(key);
  for (const std::string& note : split.dataset.notes) {
    std::fprintf(stderr, "note: %s: %s\n", name.c_str(), note.c_str());
  }
  const auto& tokens = split.tokens;
  if (tokens.num_truncated_sources + tokens.num_truncated_targets == 0) return;
  std::fprintf(stderr, "note: %s: cut to the length limit: %s sources, %s targets\n", name.c_str(),
               std::to_string(tokens.num_truncated_sources).c_str(),
               std::to_string(tokens.num_truncated_targets).c_str());
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
    training.source_lengths.push_back(data::RowLength(row, !model.is_encoder_decoder()));
  }
  training.pack = [&model, &rows](std::span<const int64_t> indices) {
    return BatchFor(model, rows, indices).packed;
  };
  return training;
}

}  // namespace plumbline::run
