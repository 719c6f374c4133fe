// The sidecar of the fixed data: what each row's summary must say and must not say, beyond what ROUGE can see.
// STEM.meta.jsonl beside STEM.jsonl; absent for other data. No Torch.
#ifndef PLUMBLINE_HARNESS_RUN_SIDECAR_H_
#define PLUMBLINE_HARNESS_RUN_SIDECAR_H_

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/data/example.h"
#include "harness/data/korean/slot_accuracy.h"

namespace plumbline::run {

// The sidecar's object of each example, in their order; empty when there is no sidecar. Errors: kData when a row of
// `examples` is missing from it.
std::vector<Json> ReadSidecar(const std::filesystem::path& data_file, std::span<const data::Example> examples);

// One prediction a sidecar row.
data::korean::SlotAccuracy ScoreSlots(const std::vector<Json>& sidecar, std::span<const std::string> predictions);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_SIDECAR_H_
