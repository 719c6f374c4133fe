// The inputs of a plan from a resolved configuration: the one place that knows which keys they are.
// Called by harness/run before training and by CONFIG_DRIFT for both sides.
#ifndef PLUMBLINE_HARNESS_LEDGER_PLAN_CONFIG_H_
#define PLUMBLINE_HARNESS_LEDGER_PLAN_CONFIG_H_

#include <cstdint>

#include "harness/config/resolved.h"
#include "harness/ledger/plan.h"

namespace plumbline::ledger {

// A key without a value keeps the default of PlanInputs. Does not mark keys as read.
PlanInputs InputsFromConfig(const config::Resolved& resolved, int64_t train_rows);

}  // namespace plumbline::ledger

#endif  // PLUMBLINE_HARNESS_LEDGER_PLAN_CONFIG_H_
