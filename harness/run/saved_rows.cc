#include "harness/run/saved_rows.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/run/rows.h"

namespace plumbline::run {
namespace {

std::vector<int64_t> IdsOf(const at::Tensor& ids_N) {
  const at::Tensor cpu_N = ids_N.cpu().contiguous();
  const int64_t* first = cpu_N.const_data_ptr<int64_t>();
  return {first, first + cpu_N.numel()};
}

std::string Lines(std::span<const data::Example> examples, std::span<const data::TokenizedRow> rows,
                  bool with_documents, bool with_ids) {
  std::string lines;
  for (size_t i = 0; i < examples.size(); ++i) {
    Json line = {{"fname", examples[i].fname}};
    if (!examples[i].summary.empty()) line["summary"] = examples[i].summary;
    if (with_documents && !examples[i].dialogue.empty()) line["dialogue"] = examples[i].dialogue;
    if (with_ids && !rows[i].labels.empty()) line["label_ids"] = rows[i].labels;
    lines += line.dump() + "\n";
  }
  return lines;
}

// One packed row in HuggingFace's form.
Json EncodedRow(const models::PackedBatch& packed, bool encoder_decoder) {
  std::vector<int64_t> inputs = IdsOf(packed.decoder_input_ids_M);
  std::vector<int64_t> labels = IdsOf(packed.labels_M);
  if (encoder_decoder) {
    return {{"input_ids", IdsOf(packed.source_ids_N)},
            {"labels", std::move(labels)},
            {"decoder_input_ids", std::move(inputs)}};
  }
  inputs.push_back(labels.back());  // packed inputs end before the last target
  labels.insert(labels.begin(), models::kIgnoredLabel);
  return {{"input_ids", std::move(inputs)}, {"labels", std::move(labels)}};
}

}  // namespace

std::string ReferenceLines(std::span<const data::Example> examples,
                           std::span<const data::TokenizedRow> rows, size_t most_bytes) {
  PLUMBLINE_CHECK(examples.size() == rows.size());
  for (const auto& [with_documents, with_ids] :
       {std::pair{true, true}, std::pair{false, true}, std::pair{false, false}}) {
    std::string lines = Lines(examples, rows, with_documents, with_ids);
    if (lines.size() <= most_bytes) return lines;
  }
  return "";
}

std::string EncodedLines(const models::Model& model, std::span<const data::TokenizedRow> rows,
                         size_t most_bytes) {
  std::string lines;
  for (int64_t i = 0; i < std::min(kEncodedRows, std::ssize(rows)); ++i) {
    const data::Batch batch = BatchFor(model, rows, {&i, 1});
    Json line = EncodedRow(batch.packed, model.is_encoder_decoder());
    line["fname"] = rows[static_cast<size_t>(i)].fname;
    const std::string text = line.dump() + "\n";
    if (lines.size() + text.size() > most_bytes) break;
    lines += text;
  }
  return lines;
}

std::string PromptLines(std::span<const data::TokenizedRow> rows, size_t most_bytes) {
  std::string lines;
  for (const data::TokenizedRow& row : rows.first(std::min(rows.size(), size_t{kEncodedRows}))) {
    const std::vector<int64_t> mask(row.input_ids.size(), 1);
    const Json line = {{"fname", row.fname}, {"input_ids", row.input_ids}, {"attention_mask", mask}};
    const std::string text = line.dump() + "\n";
    if (lines.size() + text.size() > most_bytes) break;
    lines += text;
  }
  return lines;
}

std::string SeenLines(std::span<const std::string> ids, std::span<const int64_t> times) {
  PLUMBLINE_CHECK(ids.size() == times.size());
  std::map<int64_t, std::pair<int64_t, size_t>> rows;  // how many, and the first
  for (size_t i = 0; i < times.size(); ++i) ++rows.try_emplace(times[i], 0, i).first->second.first;
  std::string lines;
  for (const auto& [count, found] : rows) {
    lines += Json{{"times", count}, {"rows", found.first}, {"fname", ids[found.second]}}.dump() + "\n";
  }
  return lines;
}

}  // namespace plumbline::run
