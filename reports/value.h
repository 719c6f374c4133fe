// Values as people read them: few digits, but always enough to see a difference; the exact text
// goes along.
#ifndef PLUMBLINE_REPORTS_VALUE_H_
#define PLUMBLINE_REPORTS_VALUE_H_

#include <string>

#include "harness/check/comparison.h"
#include "reports/block.h"

namespace plumbline::report {

// Four significant digits, whole numbers grouped ("12,457"), digests cut to twelve digits, "N
// values, last X" with X shortened, anything else as it is; empty becomes "-".
Text ValueText(const std::string& value);

struct Sides {
  Text baseline;
  Text candidate;
};

// Both sides with as many digits as it takes for different values to look different.
Sides SidesText(const std::string& baseline, const std::string& candidate);

// "-0.115 (-21.6 %)" with a minus sign, "0" for equal numbers, empty where a side is no single
// number.
Text ChangeText(const std::string& baseline, const std::string& candidate);

// Mark and word; the colour repeats them.
Text StatusText(const check::RowDecision& decision);

// A finite number with `digits` significant digits, grouped from 1,000 on.
std::string BriefNumber(double value, int digits);

// 1234567 -> "1,234,567"; text that is no whole number as it is.
std::string Grouped(const std::string& whole);

// How many times: "10" for 100 against 10, "1/10" the other way, "0.75" between; empty without two
// positive numbers.
std::string RatioText(const std::string& baseline, const std::string& candidate);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_VALUE_H_
