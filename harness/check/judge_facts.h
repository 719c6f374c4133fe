// The facts beside the verdict: inventory of differences, work table, curves, planned steps.
// Internal to the judge; everything here is taken from what was read, nothing is decided.
#ifndef PLUMBLINE_HARNESS_CHECK_JUDGE_FACTS_H_
#define PLUMBLINE_HARNESS_CHECK_JUDGE_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "harness/check/baseline.h"
#include "harness/check/comparison.h"
#include "harness/check/run_record.h"

namespace plumbline::check {

// "0.25", or "500 values, last 0.25".
std::string SummaryOf(const Observation& observation);

// All seven planes, state "unknown".
std::vector<Cell> UnknownInventory();

// Inventory, work table, curves and planned steps of a comparison whose rows and config are filled.
// Either baseline may be null.
void AddFacts(const RunRecord& run, const Baseline* exact, const Baseline* numeric,
              Comparison& comparison);

// Optimizer steps the baseline planned and this configuration plans. `planned` wins over working it
// out from the stored row count.
void AddPlannedSteps(const Baseline& exact, const config::Resolved& resolved,
                     const std::optional<ledger::Declared>& planned, Comparison& comparison);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_JUDGE_FACTS_H_
