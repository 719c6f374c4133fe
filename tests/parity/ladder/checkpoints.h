// The checkpoints that every test of the ladder runs on, and how their rows are packed.
#ifndef PLUMBLINE_TESTS_PARITY_LADDER_CHECKPOINTS_H_
#define PLUMBLINE_TESTS_PARITY_LADDER_CHECKPOINTS_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/parity/bart/golden.h"
#include "tests/parity/causal/golden.h"

namespace plumbline::testing {

// Folder of tests/golden, shape.
using Checkpoint = std::pair<std::string, std::string>;

inline std::vector<Checkpoint> Checkpoints() {
  std::vector<Checkpoint> all;
  for (const char* shape : kBartShapes) all.emplace_back("bart", shape);
  for (const char* shape : kT5Shapes) all.emplace_back("t5", shape);
  for (const char* shape : kCausalShapes) all.emplace_back("causal", shape);
  return all;
}

inline std::string NameOf(const ::testing::TestParamInfo<Checkpoint>& checkpoint) {
  return checkpoint.param.first + "_" + checkpoint.param.second;
}

inline models::PackedBatch Pack(const Checkpoint& checkpoint, const Json& items) {
  return checkpoint.first == "causal" ? PackCausalItems(items) : PackItems(items);
}

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_PARITY_LADDER_CHECKPOINTS_H_
