// The curves of a report: series of the comparison, the learning rate of the ledger, losses of
// evaluations.
#ifndef PLUMBLINE_REPORTS_CURVE_H_
#define PLUMBLINE_REPORTS_CURVE_H_

#include <vector>

#include "reports/block.h"
#include "reports/facts.h"

namespace plumbline::report {

// x is the optimizer step, from 1. Loss first, then learning rate, then by name. Values in full
// precision.
std::vector<Chart> ChartsOf(const Facts& facts);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_CURVE_H_
