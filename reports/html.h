// The page: one file, no script, no request, readable without styles, on paper and in the dark.
#ifndef PLUMBLINE_REPORTS_HTML_H_
#define PLUMBLINE_REPORTS_HTML_H_

#include <string>
#include <vector>

#include "reports/block.h"
#include "reports/facts.h"

namespace plumbline::report {

std::string Html(const Facts& facts, const std::vector<Section>& sections);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_HTML_H_
