// Processes started by `mpirun -np N`. Called by the verb `run`; the only part that knows MPI.
#ifndef PLUMBLINE_HARNESS_WORLD_MPI_WORLD_H_
#define PLUMBLINE_HARNESS_WORLD_MPI_WORLD_H_

#include <memory>

#include "harness/world/world.h"

namespace plumbline::world {

// The world this process was started in: MPI's when a launcher says so in the environment, else this process alone,
// and then MPI is never started.
// Errors: kEnvironment when MPI cannot start, or is wanted of a build without it (--define=mpi=off).
std::unique_ptr<World> StartedWorld();

}  // namespace plumbline::world

#endif  // PLUMBLINE_HARNESS_WORLD_MPI_WORLD_H_
