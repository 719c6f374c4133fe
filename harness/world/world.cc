#include "harness/world/world.h"

#include <cstdlib>

#include "harness/base/sha256.h"

namespace plumbline::world {
namespace {

bool SaysMany(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && std::atoi(value) > 1;
}

}  // namespace

bool IsStartedWithOthers() { return SaysMany("OMPI_COMM_WORLD_SIZE") || SaysMany("PMI_SIZE"); }

Share ShareOf(size_t num_rows, const World& world) {
  const auto rank = static_cast<size_t>(world.rank()), size = static_cast<size_t>(world.size());
  return {num_rows * rank / size, num_rows * (rank + 1) / size};
}

void RequireSameEverywhere(World& world, const std::string& what, const std::string& text) {
  if (world.size() == 1) return;
  const std::vector<std::string> digests = world.Gather(Sha256Hex(text));
  for (size_t rank = 1; rank < digests.size(); ++rank) {
    if (digests[rank] == digests[0]) continue;
    Fail(ErrorKind::kUsage, "starting " + std::to_string(world.size()) + " processes",
         "another " + what + " on rank " + std::to_string(rank) + " than on rank 0", "one for all",
         "the same files, variables and arguments on every rank");
  }
}

}  // namespace plumbline::world
