// The processes that train one model together, as the training loop sees them: who am I, and the sums and texts all
// of them share. One process is the usual world. The transport is behind this interface: MPI on processors
// (mpi_world.h); one that sums device memory (NCCL) fits, because gradients are handed over as tensors.
// Every member must make the same calls in the same order; results are bitwise the same on all of them.
#ifndef PLUMBLINE_HARNESS_WORLD_WORLD_H_
#define PLUMBLINE_HARNESS_WORLD_WORLD_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/base/error.h"

namespace plumbline::world {

// Another process of this world is gone: what was being summed is lost, the caller's own state is not.
class PeerLost : public Error {
 public:
  explicit PeerLost(const std::string& message) : Error(ErrorKind::kEnvironment, message) {}
};

class World {
 public:
  World() = default;
  virtual ~World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  virtual int64_t rank() const = 0;  // 0 to size() - 1; rank 0 writes the files
  virtual int64_t size() const = 0;
  bool is_writer() const { return rank() == 0; }

  // In place, over all ranks. `tensor` is contiguous, fp32 or fp64, of one shape everywhere.
  // Errors, here and below: PeerLost.
  virtual void Sum(at::Tensor& tensor) = 0;
  virtual void Sum(std::span<double> values) = 0;
  virtual void Sum(std::span<int64_t> values) = 0;
  // Everybody's text, in the order of ranks.
  virtual std::vector<std::string> Gather(const std::string& text) = 0;
  // Rank 0's text; what the others pass is ignored.
  virtual std::string FromWriter(const std::string& text) = 0;

  // All ranks are here and end well, whatever each of them ends with. No call may follow. A rank that ends without it
  // makes the launcher end the others.
  virtual void Finish() {}

  // Asked while waiting for others: true once a signal asks this process to end. A wait goes on for a moment after
  // that, so that ranks that are merely slower arrive, then ends with PeerLost. Default: never.
  void set_is_ending(std::function<bool()> is_ending) { is_ending_ = std::move(is_ending); }

 protected:
  bool IsEnding() const { return is_ending_ && is_ending_(); }

 private:
  std::function<bool()> is_ending_;
};

// This process alone: every sum is what was given.
class SoloWorld final : public World {
 public:
  int64_t rank() const override { return 0; }
  int64_t size() const override { return 1; }
  void Sum(at::Tensor&) override {}
  void Sum(std::span<double>) override {}
  void Sum(std::span<int64_t>) override {}
  std::vector<std::string> Gather(const std::string& text) override { return {text}; }
  std::string FromWriter(const std::string& text) override { return text; }
};

// Whether a launcher's environment (OMPI_COMM_WORLD_SIZE or PMI_SIZE above 1) says that this process is one of several.
bool IsStartedWithOthers();

// Rank r's share of n rows: [n r / N, n (r + 1) / N). With n = N B every rank has B; a remainder is spread.
struct Share {
  size_t begin = 0, end = 0;
};
Share ShareOf(size_t num_rows, const World& world);

// Errors: kUsage naming the first rank whose text is not rank 0's; `what` says what the texts describe.
void RequireSameEverywhere(World& world, const std::string& what, const std::string& text);

}  // namespace plumbline::world

#endif  // PLUMBLINE_HARNESS_WORLD_WORLD_H_
