#include "tests/parity/generation/lifted.h"

#include <ATen/core/Tensor.h>

#include <filesystem>

#include "tests/testing/device/test_device.h"

namespace plumbline::testing {

std::unique_ptr<models::Model> LoadLifted(const std::string& checkpoint,
                                          const std::vector<int64_t>& ids, double lift) {
  auto model = models::LoadModel(std::filesystem::path("tests/golden/bart") / checkpoint,
                                 testing::TestDevice());
  for (const models::NamedTensor& buffer : model->Buffers()) {
    if (buffer.name != "final_logits_bias") continue;
    for (const int64_t id : ids) buffer.value[0][id] += lift;
  }
  return model;
}

}  // namespace plumbline::testing
