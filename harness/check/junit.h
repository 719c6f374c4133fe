// JUnit XML of a comparison for XML_OUTPUT_FILE: one case a metric, identity and changed setting,
// and one for the verdict.
#ifndef PLUMBLINE_HARNESS_CHECK_JUNIT_H_
#define PLUMBLINE_HARNESS_CHECK_JUNIT_H_

#include <span>
#include <string>
#include <string_view>

#include "harness/check/comparison.h"

namespace plumbline::check {

// A whole document, valid XML 1.0 whatever the texts hold. Messages are at most
// kJunitMessageCharacters long and stand in the attribute and as the first line of the body.
std::string JunitXml(const Comparison& comparison);

// The same of several runs, one <testsuite> each, named by suite and run.
std::string JunitXml(std::span<const Comparison> comparisons);

inline constexpr size_t kJunitMessageCharacters = 200;

// Text for an attribute or a body: markup escaped, characters XML 1.0 forbids and broken UTF-8
// replaced by U+FFFD, line ends and tabs as character references.
std::string XmlEscaped(std::string_view text);

}  // namespace plumbline::check

#endif  // PLUMBLINE_HARNESS_CHECK_JUNIT_H_
