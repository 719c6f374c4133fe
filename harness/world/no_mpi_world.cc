// What a build without MPI (--define=mpi=off) puts in the place of mpi_world.cc.
#include "harness/base/error.h"
#include "harness/world/mpi_world.h"

namespace plumbline::world {

std::unique_ptr<World> StartedWorld() {
  if (IsStartedWithOthers()) {
    Fail(ErrorKind::kEnvironment, "training with several processes", "a build without MPI",
         "one with it, or one process", "a build without --define=mpi=off");
  }
  return std::make_unique<SoloWorld>();
}

}  // namespace plumbline::world
