// How fast this model trains and generates here, apart from each other and from start-up: raw repetitions with all
// counters off, in real tokens, in the tokens a padded layout would process, and in samples a second.
#ifndef PLUMBLINE_HARNESS_RUN_THROUGHPUT_H_
#define PLUMBLINE_HARNESS_RUN_THROUGHPUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/resolved.h"
#include "harness/run/rows.h"
#include "models/model.h"

namespace plumbline::run {

// One value a repetition, in units a second.
struct Rates {
  std::vector<double> samples;
  std::vector<double> tokens;         // real: source and target
  std::vector<double> padded_tokens;  // the same work in a layout padded to the longest row of each batch
};

struct Throughput {
  Rates train;
  Rates generate;  // tokens are the generated ones
};

// Trains `repetitions` times over the same few batches and generates for the same few rows. Changes the model's
// weights: the caller has saved them.
Throughput MeasureThroughput(models::Model& model, const std::vector<data::TokenizedRow>& rows,
                             const config::Resolved& config, int64_t repetitions);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_THROUGHPUT_H_
