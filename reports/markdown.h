// The report as Markdown for a pull request or a step summary, within a budget of bytes.
#ifndef PLUMBLINE_REPORTS_MARKDOWN_H_
#define PLUMBLINE_REPORTS_MARKDOWN_H_

#include <cstddef>
#include <string>
#include <vector>

#include "reports/block.h"

namespace plumbline::report {

// Fits every place that shows Markdown; Hangul takes three bytes a syllable.
inline constexpr size_t kMarkdownBytes = 60000;

// Blocks of the largest rank leave first, each leaving a line that names report.html; then texts
// are cut shorter. The verdict, causes, work and next command always stay.
std::string Markdown(const std::vector<Section>& sections, size_t most_bytes = kMarkdownBytes);

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_MARKDOWN_H_
