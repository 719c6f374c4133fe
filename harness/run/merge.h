// A checkpoint and its adapter as one plain checkpoint. Called by the verb `merge`.
#ifndef PLUMBLINE_HARNESS_RUN_MERGE_H_
#define PLUMBLINE_HARNESS_RUN_MERGE_H_

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/config/resolved.h"

namespace plumbline::run {

struct MergeReport {
  int64_t modules = 0;  // whose weights an adapter was added to
  int64_t whole = 0;    // tensors that the adapter holds whole
  std::string dtype;    // that the weights were written in
};

// Writes model.path with model.adapter added to its weights, in model.dtype (summed in float32 and
// rounded once), and the tokenizer and settings beside it. `out` is new or empty, so that what was
// there stays. Errors: kUsage without a model or an adapter, for weights in 4 bits, for an `out`
// with something in it; kModel for files that do not fit each other; kEnvironment.
MergeReport MergeCheckpoint(const config::Resolved& config, const std::filesystem::path& out);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_MERGE_H_
