// The one place that reads a clock. Nothing here may enter a compared artifact.
#ifndef PLUMBLINE_HARNESS_BASE_CLOCK_H_
#define PLUMBLINE_HARNESS_BASE_CLOCK_H_

namespace plumbline {

// Seconds since an arbitrary start, never going back.
double MonotonicSeconds();

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_CLOCK_H_
