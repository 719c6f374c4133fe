// One process of a world: `mpirun -np N member MODE`. Each mode prints what it found, one line a rank.
#include <ATen/ops/full.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "harness/train/interrupt.h"
#include "harness/world/mpi_world.h"

namespace {

using plumbline::world::World;

void Say(const World& world, const std::string& text) {
  std::printf("rank %d of %d: %s\n", static_cast<int>(world.rank()), static_cast<int>(world.size()), text.c_str());
  std::fflush(stdout);
}

// Rank r gives r + 1 everywhere: N ranks find N (N + 1) / 2.
void Sums(World& world) {
  const auto mine = static_cast<double>(world.rank() + 1);
  at::Tensor single = at::full({3, 2}, mine, at::kFloat), twice = at::full({5}, mine, at::kDouble);
  std::array<double, 2> values = {mine, -mine};
  std::array<int64_t, 1> counts = {world.rank() + 1};
  world.Sum(single);
  world.Sum(twice);
  world.Sum(values);
  world.Sum(counts);
  const bool agree = single.sum().item<double>() == 6 * values[0] && twice.sum().item<double>() == 5 * values[0] &&
                     values[1] == -values[0] && static_cast<double>(counts[0]) == values[0];
  Say(world, "sum " + std::to_string(counts[0]) + (agree ? " everywhere" : " in places"));
}

// Texts of different lengths, one of them empty.
void Texts(World& world) {
  std::string all;
  for (const std::string& text : world.Gather(std::string(static_cast<size_t>(world.rank()), 'x'))) all += text + "|";
  Say(world, all + world.FromWriter(world.is_writer() ? "told by 0" : "not heard"));
}

// Sums of terms that depend on the order of addition: every rank must hold the same bits.
void Bits(World& world) {
  std::array<double, 4> values = {0.1 * static_cast<double>(world.rank() + 1), 1e16, -1e16 + 3, 1e-9};
  if (world.rank() == 1) values = {1e8, 1.0, 1e-8, -1.0};
  world.Sum(values);
  char text[128];
  std::snprintf(text, sizeof text, "%a %a %a %a", values[0], values[1], values[2], values[3]);
  Say(world, text);
}

void Differ(World& world) {
  plumbline::world::RequireSameEverywhere(world, "configuration", world.rank() == 2 ? "b" : "a");
}

// The last rank dies without a word; the others are waiting for it.
void Lost(World& world) {
  plumbline::train::InterruptGuard guard;
  world.set_is_ending([&guard] { return guard.signal() != 0; });
  std::array<double, 1> values = {1};
  world.Sum(values);
  if (world.rank() == world.size() - 1) ::kill(::getpid(), SIGKILL);
  world.Sum(values);
}

int Run(World& world, const std::string& mode) {
  try {
    if (mode == "sums") Sums(world);
    if (mode == "texts") Texts(world);
    if (mode == "bits") Bits(world);
    if (mode == "differ") Differ(world);
    if (mode == "lost") Lost(world);
  } catch (const plumbline::world::PeerLost& error) {
    Say(world, std::string("peer lost: ") + error.what());
    return 4;
  } catch (const plumbline::Error& error) {
    Say(world, error.what());
    world.Finish();
    return 2;
  }
  world.Finish();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto world = plumbline::world::StartedWorld();
  return Run(*world, argc > 1 ? argv[1] : "");
}
