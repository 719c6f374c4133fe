// Linked into a GoogleTest program, fails it at its end when nothing ran on the simulated device: such a test ran
// elsewhere and proved nothing about devices. A program whose every test was skipped or filtered away fails too.
#include <gtest/gtest.h>

#include "tests/testing/device/simulated_device.h"

namespace plumbline::testing {
namespace {

class SimulatedAlone final : public ::testing::Environment {
 public:
  void TearDown() override {
    EXPECT_GT(SimulatedCalls(), 0) << "no operator ran on the simulated device: the tests ran elsewhere";
  }
};

[[maybe_unused]] const ::testing::Environment* const is_watched =
    ::testing::AddGlobalTestEnvironment(new SimulatedAlone);

}  // namespace
}  // namespace plumbline::testing
