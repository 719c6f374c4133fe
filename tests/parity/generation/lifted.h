// A tiny BART of tests/golden/bart whose EOS is likelier: random models never end a text by themselves.
#ifndef PLUMBLINE_TESTS_PARITY_GENERATION_LIFTED_H_
#define PLUMBLINE_TESTS_PARITY_GENERATION_LIFTED_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/model.h"

namespace plumbline::testing {

// Adds `lift` to the entries `ids` of final_logits_bias.
std::unique_ptr<models::Model> LoadLifted(const std::string& checkpoint,
                                          const std::vector<int64_t>& ids, double lift);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_PARITY_GENERATION_LIFTED_H_
