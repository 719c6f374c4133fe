#include "harness/train/allocation_counter.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/softmax.h>
#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

TEST(AllocationCounter, CountsRequestsBytesAndPeak) {
  const AllocationCounter counter;
  {
    const at::Tensor a = at::empty({100});  // 400 bytes
    const at::Tensor b = at::empty({50});   // 200 bytes, both alive: 600
  }
  const at::Tensor c = at::empty({10}, at::kDouble);  // 80 bytes
  const at::Tensor nothing = at::empty({0});
  EXPECT_EQ(counter.counts(), (AllocationCounts{3, 680, 600}));
}

TEST(AllocationCounter, TensorsMayOutliveIt) {
  at::Tensor kept;
  {
    const AllocationCounter counter;
    kept = at::full({1000}, 3.0f);
    EXPECT_EQ(counter.counts().peak_bytes, 4000);
  }
  EXPECT_EQ(kept.sum().item<float>(), 3000.0f);
  kept.resize_({2000});
  kept.reset();
}

TEST(AllocationCounter, ForeignTensorsFreedInsideDoNotCount) {
  at::Tensor before = at::empty({1000});
  const AllocationCounter counter;
  before.reset();
  const at::Tensor inside = at::empty({1});
  EXPECT_EQ(counter.counts(), (AllocationCounts{1, 4, 4}));
}

TEST(AllocationCounter, LibrariesThatAllocateInTheirOwnWayStillWork) {
  const AllocationCounter counter;
  const at::Tensor x = at::rand({64, 64}).requires_grad_(true);
  at::gelu(at::mm(x, x)).sum().backward();  // oneDNN takes and gives back raw memory
  EXPECT_GE(counter.counts().bytes, 4 * 64 * 64 * 3);
}

AllocationCounts CountOneGraph() {
  const at::Tensor weight = at::ones({64, 64}).requires_grad_(true);
  const AllocationCounter counter;
  at::softmax(at::mm(weight, weight), 1).pow(2).sum().backward();
  return counter.counts();
}

TEST(AllocationCounter, SameWorkGivesTheSameCountsTwice) {
  CountOneGraph();  // the first graph of a process may set up libraries
  EXPECT_EQ(CountOneGraph(), CountOneGraph());
}

TEST(AllocationCounter, OnlyOneLives) {
  const AllocationCounter counter;
  EXPECT_ERROR(AllocationCounter{}, ErrorKind::kInternal, "PROFILER_STATE");
}

TEST(AllocationCounter, ScopesAddButKeepTheLargerPeak) {
  AllocationCounts sum{2, 100, 80};
  sum += AllocationCounts{3, 50, 40};
  EXPECT_EQ(sum, (AllocationCounts{5, 150, 80}));
}

}  // namespace
}  // namespace plumbline::train
