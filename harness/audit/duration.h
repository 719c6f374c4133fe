// Durations as people write them, in English and Korean: "1 h 49 min", "27 minutes", "99초",
// "1시간 49분". Used by the reader of reports.
#ifndef PLUMBLINE_HARNESS_AUDIT_DURATION_H_
#define PLUMBLINE_HARNESS_AUDIT_DURATION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "harness/audit/interval.h"

namespace plumbline::audit {

struct Duration {
  double seconds = 0;
  double unit_s = 1;  // of the smallest unit that was written
  size_t begin = 0;   // in the text
  size_t end = 0;
  std::string text;

  // What the words may mean: people round and cut alike.
  Interval Meant() const { return MakeInterval(seconds - unit_s / 2, seconds + unit_s); }
};

// The first duration at or after `from`.
std::optional<Duration> FindDuration(std::string_view text, size_t from);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_DURATION_H_
