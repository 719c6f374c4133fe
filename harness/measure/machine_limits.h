// What this machine can do at most, measured in the run that quotes it: matrix products and reading memory.
// Stands beside every throughput figure. Knows nothing of models.
#ifndef PLUMBLINE_HARNESS_MEASURE_MACHINE_LIMITS_H_
#define PLUMBLINE_HARNESS_MEASURE_MACHINE_LIMITS_H_

#include <vector>

namespace plumbline::measure {

struct MachineLimits {
  std::vector<double> sgemm_gflop_per_s;  // at::mm of two 1024 x 1024 fp32 matrices, one value a repetition
  std::vector<double> read_gb_per_s;      // summing 256 MiB of fp32, 10^9 bytes a second, one value a repetition
};

// `repetitions` timed passes of each after one warm-up pass, on LibTorch's current number of threads.
MachineLimits MeasureMachineLimits(int repetitions);

}  // namespace plumbline::measure

#endif  // PLUMBLINE_HARNESS_MEASURE_MACHINE_LIMITS_H_
