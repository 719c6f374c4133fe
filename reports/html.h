// The page: one file, no script, no request, readable without styles, on paper and in the dark.
#ifndef PLUMBLINE_REPORTS_HTML_H_
#define PLUMBLINE_REPORTS_HTML_H_

#include <string>
#include <vector>

#include "reports/block.h"
#include "reports/facts.h"

namespace plumbline::report {

// A whole page: its title, the line above everything, its sections. Links lead to the page itself
// or to pages beside it.
std::string HtmlPage(const std::string& title, const std::string& line,
                     const std::vector<Section>& sections);

// The page of one judged run.
std::string Html(const Facts& facts, const std::vector<Section>& sections);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_HTML_H_
