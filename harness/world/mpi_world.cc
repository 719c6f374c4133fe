#include "harness/world/mpi_world.h"

#include <ATen/core/Tensor.h>
#define OMPI_SKIP_MPICXX 1  // its C++ classes need a library of their own
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <thread>

#include "harness/base/clock.h"

namespace plumbline::world {
namespace {

// Launchers end a process a second after asking it to end; what is left of that second saves a checkpoint.
constexpr double kPatienceAfterSignal_s = 0.3;
// A wait first spins, then sleeps: ranks share processors with matrix products.
constexpr double kSpin_s = 2e-4;
constexpr auto kSleep = std::chrono::microseconds(100);
// MPI counts in int; long buffers go in pieces of this many elements.
constexpr int64_t kPiece = int64_t{1} << 27;

class MpiWorld final : public World {
 public:
  MpiWorld() {
    int provided = 0;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
      Fail(ErrorKind::kEnvironment, "starting MPI", "MPI_Init_thread failing", "a working Open MPI",
           "mpirun -np 2 true");
    }
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  }

  int64_t rank() const override { return rank_; }
  int64_t size() const override { return size_; }

  // Waits for all ranks before it lets go.
  void Finish() override {
    Gather("");
    MPI_Finalize();
  }

  void Sum(at::Tensor& tensor) override {
    PLUMBLINE_CHECK(tensor.is_contiguous() && tensor.device().is_cpu());
    const bool is_double = tensor.scalar_type() == at::kDouble;
    PLUMBLINE_CHECK(is_double || tensor.scalar_type() == at::kFloat);
    SumInPlace(tensor.data_ptr(), tensor.numel(), is_double ? MPI_DOUBLE : MPI_FLOAT, tensor.element_size());
  }
  void Sum(std::span<double> values) override {
    SumInPlace(values.data(), static_cast<int64_t>(values.size()), MPI_DOUBLE, sizeof(double));
  }
  void Sum(std::span<int64_t> values) override {
    SumInPlace(values.data(), static_cast<int64_t>(values.size()), MPI_INT64_T, sizeof(int64_t));
  }

  std::vector<std::string> Gather(const std::string& text) override {
    const auto ranks = static_cast<size_t>(size_);
    const int length = LengthOf(text);
    std::vector<int> lengths(ranks), offsets(ranks);
    MPI_Request request;
    Wait(MPI_Iallgather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, MPI_COMM_WORLD, &request), request);
    std::exclusive_scan(lengths.begin(), lengths.end(), offsets.begin(), 0);
    std::string all(static_cast<size_t>(offsets.back()) + static_cast<size_t>(lengths.back()), '\0');
    Wait(MPI_Iallgatherv(text.data(), length, MPI_CHAR, all.data(), lengths.data(), offsets.data(), MPI_CHAR,
                         MPI_COMM_WORLD, &request),
         request);
    std::vector<std::string> texts;
    for (size_t rank = 0; rank < ranks; ++rank) {
      texts.push_back(all.substr(static_cast<size_t>(offsets[rank]), static_cast<size_t>(lengths[rank])));
    }
    return texts;
  }

  std::string FromWriter(const std::string& text) override {
    int length = LengthOf(text);
    MPI_Request request;
    Wait(MPI_Ibcast(&length, 1, MPI_INT, 0, MPI_COMM_WORLD, &request), request);
    std::string shared = is_writer() ? text : std::string(static_cast<size_t>(length), '\0');
    Wait(MPI_Ibcast(shared.data(), length, MPI_CHAR, 0, MPI_COMM_WORLD, &request), request);
    return shared;
  }

 private:
  static int LengthOf(const std::string& text) {
    PLUMBLINE_CHECK(text.size() < static_cast<size_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(text.size());
  }

  // To rank 0 and back out: one rank adds, so that all hold the same bits whatever algorithm MPI picks.
  void SumInPlace(void* data, int64_t count, MPI_Datatype type, size_t element_bytes) {
    auto* bytes = static_cast<char*>(data);
    for (int64_t begin = 0; begin < count; begin += kPiece) {
      void* piece = bytes + static_cast<size_t>(begin) * element_bytes;
      const int length = static_cast<int>(std::min(kPiece, count - begin));
      MPI_Request request;
      Wait(is_writer() ? MPI_Ireduce(MPI_IN_PLACE, piece, length, type, MPI_SUM, 0, MPI_COMM_WORLD, &request)
                       : MPI_Ireduce(piece, nullptr, length, type, MPI_SUM, 0, MPI_COMM_WORLD, &request),
           request);
      Wait(MPI_Ibcast(piece, length, type, 0, MPI_COMM_WORLD, &request), request);
    }
  }

  void Wait(int started, MPI_Request& request) {
    if (started != MPI_SUCCESS) Lose("MPI error " + std::to_string(started));
    const double start_s = MonotonicSeconds();
    double signal_s = 0;
    while (true) {
      int done = 0;
      if (MPI_Test(&request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) Lose("an MPI error in mid-message");
      if (done != 0) return;
      const double now_s = MonotonicSeconds();
      if (signal_s == 0 && IsEnding()) signal_s = now_s;
      if (signal_s > 0 && now_s - signal_s > kPatienceAfterSignal_s) Lose("no answer after the signal to end");
      if (now_s - start_s > kSpin_s) std::this_thread::sleep_for(kSleep);
    }
  }

  [[noreturn]] void Lose(const std::string& found) {
    throw PeerLost("training with " + std::to_string(size_) + " processes: found " + found +
                   ", wanted an answer of every rank; try the launcher's lines above for the rank that ended, then "
                   "--resume");
  }

  int rank_ = 0;
  int size_ = 1;
};

}  // namespace

std::unique_ptr<World> StartedWorld() {
  if (!IsStartedWithOthers()) return std::make_unique<SoloWorld>();
  return std::make_unique<MpiWorld>();
}

}  // namespace plumbline::world
