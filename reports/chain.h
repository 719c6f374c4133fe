// The override chain of a setting as table rows: one line a layer, the value in force first.
#ifndef PLUMBLINE_REPORTS_CHAIN_H_
#define PLUMBLINE_REPORTS_CHAIN_H_

#include "harness/check/comparison.h"
#include "reports/block.h"

namespace plumbline::report {

// Both sides of a changed setting: side, value, layer, place, state.
Table ChainTable(const check::ConfigChange& change, const std::string& id);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_CHAIN_H_
