// The sections of a report: one line in sections.def, one file each.
// A section turns facts into blocks; where its facts are missing it says what is missing and why,
// never nothing.
#ifndef PLUMBLINE_REPORTS_SECTION_H_
#define PLUMBLINE_REPORTS_SECTION_H_

#include <vector>

#include "reports/block.h"
#include "reports/facts.h"

namespace plumbline::report {

#define SECTION(Name) Section Name##Section(const Facts& facts);
#include "reports/sections.def"
#undef SECTION

// All of sections.def, in page order.
std::vector<Section> AllSections(const Facts& facts);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_SECTION_H_
