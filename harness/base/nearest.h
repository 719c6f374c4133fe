// The nearest known name, for errors about unknown ones.
#ifndef PLUMBLINE_HARNESS_BASE_NEAREST_H_
#define PLUMBLINE_HARNESS_BASE_NEAREST_H_

#include <span>
#include <string>
#include <string_view>

namespace plumbline {

// Number of single-character insertions, deletions, substitutions and swaps of neighbours between two names.
int EditDistance(std::string_view a, std::string_view b);

// The known name with the smallest distance (first of equals); '-' and '_' count as equal. Empty when none is known.
std::string NearestName(std::string_view name, std::span<const std::string> known);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_NEAREST_H_
