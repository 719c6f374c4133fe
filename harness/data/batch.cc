#include "harness/data/batch.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "harness/base/error.h"

namespace plumbline::data {
namespace {

// The lists that become tensors when every row is in.
struct Lists {
  std::vector<int64_t> source_ids;
  std::vector<int64_t> decoder_input_ids;
  std::vector<int64_t> labels;
  int64_t longest_source = 0;
  int64_t longest_target = 0;
};

const TokenizedRow& RowAt(std::span<const TokenizedRow> rows, int64_t index) {
  PLUMBLINE_CHECK(index >= 0 && index < std::ssize(rows));
  const TokenizedRow& row = rows[static_cast<size_t>(index)];
  if (row.input_ids.empty() || row.labels.empty()) {
    Fail(ErrorKind::kData, "batching row " + Quoted(row.fname),
         row.input_ids.empty() ? "no source tokens" : "no labels", "both", "leaving out the row");
  }
  return row;
}

void Append(std::vector<int64_t>& list, std::span<const int64_t> ids) {
  list.insert(list.end(), ids.begin(), ids.end());
}

// Closes an item after its ids were appended.
void CloseItem(const TokenizedRow& row, Lists& lists, Batch& batch) {
  auto& packed = batch.packed;
  const int64_t source = std::ssize(lists.source_ids) - packed.source_offsets.back();
  const int64_t target = std::ssize(lists.labels) - packed.target_offsets.back();
  lists.longest_source = std::max(lists.longest_source, source);
  lists.longest_target = std::max(lists.longest_target, target);
  packed.source_offsets.push_back(std::ssize(lists.source_ids));
  packed.target_offsets.push_back(std::ssize(lists.labels));
  batch.rows.push_back(row.row);
}

Batch Finish(const Lists& lists, Batch batch) {
  batch.packed.source_ids_N = at::tensor(lists.source_ids, at::kLong);
  batch.packed.decoder_input_ids_M = at::tensor(lists.decoder_input_ids, at::kLong);
  batch.packed.labels_M = at::tensor(lists.labels, at::kLong);
  const int64_t num_items = batch.packed.num_items();
  const int64_t ignored =
      std::count(lists.labels.begin(), lists.labels.end(), models::kIgnoredLabel);
  batch.counts.source = std::ssize(lists.source_ids);
  batch.counts.target = std::ssize(lists.labels) - ignored;
  batch.counts.source_padding = num_items * lists.longest_source - std::ssize(lists.source_ids);
  batch.counts.target_padding = num_items * lists.longest_target - std::ssize(lists.labels);
  return batch;
}

Batch EmptyBatch() {
  Batch batch;
  batch.packed.source_offsets = {0};
  batch.packed.target_offsets = {0};
  return batch;
}

}  // namespace

TokenCounts& TokenCounts::operator+=(const TokenCounts& other) {
  source += other.source;
  target += other.target;
  source_padding += other.source_padding;
  target_padding += other.target_padding;
  return *this;
}

Batch MakeBatch(std::span<const TokenizedRow> rows, std::span<const int64_t> indices,
                int64_t decoder_start_token_id, int64_t pad_token_id) {
  Batch batch = EmptyBatch();
  Lists lists;
  for (const int64_t index : indices) {
    const TokenizedRow& row = RowAt(rows, index);
    Append(lists.source_ids, row.input_ids);
    Append(lists.labels, row.labels);
    lists.decoder_input_ids.push_back(decoder_start_token_id);
    for (size_t i = 0; i + 1 < row.labels.size(); ++i) {
      const int64_t label = row.labels[i];
      lists.decoder_input_ids.push_back(label == models::kIgnoredLabel ? pad_token_id : label);
    }
    CloseItem(row, lists, batch);
  }
  return Finish(lists, std::move(batch));
}

Batch MakeCausalBatch(std::span<const TokenizedRow> rows, std::span<const int64_t> indices) {
  Batch batch = EmptyBatch();
  Lists lists;
  for (const int64_t index : indices) {
    const TokenizedRow& row = RowAt(rows, index);
    const auto first_ignored =
        std::find(row.labels.begin(), row.labels.end(), models::kIgnoredLabel);
    if (first_ignored != row.labels.end()) {
      Fail(ErrorKind::kData, "batching row " + Quoted(row.fname),
           "an ignored label in the continuation", "ids that the model can read back",
           "moving the part without loss into input_ids");
    }
    Append(lists.decoder_input_ids, row.input_ids);
    Append(lists.decoder_input_ids, std::span(row.labels).first(row.labels.size() - 1));
    lists.labels.resize(lists.labels.size() + row.input_ids.size() - 1, models::kIgnoredLabel);
    Append(lists.labels, row.labels);
    CloseItem(row, lists, batch);
  }
  batch = Finish(lists, std::move(batch));
  // One sequence a row: its part without loss is the source, as the ledger counts it.
  batch.counts.source = std::ssize(lists.labels) - batch.counts.target;
  return batch;
}

std::vector<std::span<const int64_t>> BatchesOf(std::span<const int64_t> order,
                                                int64_t batch_size) {
  PLUMBLINE_CHECK(batch_size > 0);
  std::vector<std::span<const int64_t>> batches;
  while (!order.empty()) {
    batches.push_back(order.first(std::min(order.size(), static_cast<size_t>(batch_size))));
    order = order.subspan(batches.back().size());
  }
  return batches;
}

}  // namespace plumbline::data
