#include "harness/eval/generate_file.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"

namespace plumbline::eval {
namespace {

// Batches sorted together: enough that few rows wait for a longer neighbour.
constexpr int64_t kBatchesOfWindow = 64;

Json FieldsOf(const std::vector<int64_t>& ids, const std::optional<double>& score,
              const data::Tokenizer* tokenizer) {
  Json fields = {{"prediction", nullptr}, {"token_ids", ids}, {"score", nullptr}};
  if (tokenizer != nullptr) fields["prediction"] = TextOf(*tokenizer, ids);
  if (score) fields["score"] = *score;
  return fields;
}

// Empty sources are found before the first step of the first window.
void RequireSources(std::span<const data::TokenizedRow> rows) {
  for (const data::TokenizedRow& row : rows) {
    if (!row.input_ids.empty()) continue;
    Fail(ErrorKind::kData, "generating for row " + Quoted(row.fname), "no source tokens",
         "at least one", "leaving the row out");
  }
}

}  // namespace

std::string TextOf(const data::Tokenizer& tokenizer, std::span<const int64_t> ids) {
  std::vector<int64_t> known;
  for (const int64_t id : ids) {
    if (id < tokenizer.vocab_size()) known.push_back(id);
  }
  return tokenizer.Decode(known, /*skip_special_tokens=*/true);
}

std::string PredictionLine(std::string_view fname, const GenerationOutput& output,
                           const data::Tokenizer* tokenizer) {
  Json line = FieldsOf(output.ids, output.score, tokenizer);
  line["fname"] = fname;
  for (const Hypothesis& candidate : output.candidates) {
    line["candidates"].push_back(FieldsOf(candidate.ids, candidate.score, tokenizer));
  }
  return line.dump();
}

GeneratedFile GenerateFile(models::Model& model, std::span<const data::TokenizedRow> rows,
                           const data::Tokenizer* tokenizer, const GenerationConfig& config,
                           const GenerationOptions& options, const std::filesystem::path& out,
                           std::vector<GenerationOutput>* outputs) {
  RequireSources(rows);
  AtomicFile file(out);
  GeneratedFile result;
  const int64_t window = options.batch_size * kBatchesOfWindow;
  for (int64_t begin = 0; begin < std::ssize(rows); begin += window) {
    const auto part = rows.subspan(begin, std::min<int64_t>(window, std::ssize(rows) - begin));
    std::vector<std::vector<int64_t>> sources;
    GenerationOptions here = options;
    here.names.clear();
    for (const data::TokenizedRow& row : part) {
      sources.push_back(row.input_ids);
      here.names.push_back(row.fname);
    }
    if (options.on_progress) {
      here.on_progress = [&](int64_t done) { options.on_progress(begin + done); };
    }
    auto found = Generate(model, sources, config, here);
    for (size_t i = 0; i < found.size(); ++i) {
      file.Write(PredictionLine(part[i].fname, found[i], tokenizer) + "\n");
      result.num_tokens += std::ssize(found[i].ids);
    }
    result.num_rows += std::ssize(found);
    if (outputs != nullptr) std::move(found.begin(), found.end(), std::back_inserter(*outputs));
  }
  file.Commit();
  return result;
}

}  // namespace plumbline::eval
