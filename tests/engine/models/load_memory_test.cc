// The memory of loading: the weights and one chunk of a file, never the weights twice.
// PLUMBLINE_LOAD_MEGABYTES=1200 measures a checkpoint of that size instead of the small one.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "models/model.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::models {
namespace {

constexpr double kLargestShare = 1.1;  // of the checkpoint's size
constexpr int64_t kSmallMegabytes = 100;

int64_t Megabytes() {
  const char* named = std::getenv("PLUMBLINE_LOAD_MEGABYTES");
  return named == nullptr ? kSmallMegabytes : std::atoll(named);
}

// Bytes of a line of /proc/self/status: VmHWM (the peak), VmRSS (now), RssFile (mapped files' share of it).
int64_t StatusBytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kilobytes = 0;
    if (word == key + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

// The peak counts from here on.
void ResetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

// Of about the size asked for, most of it one table: the worst case of a reader that holds a tensor twice.
Json ShapeOfMegabytes(int64_t megabytes, int64_t bytes_each) {
  constexpr int64_t kWidth = 512, kLayerValues = 12'600'000;
  const int64_t values = megabytes * 1'000'000 / bytes_each;
  return {{"model_type", "mt5"}, {"d_model", kWidth}, {"d_kv", 64}, {"num_heads", 8},
          {"d_ff", 1024},        {"num_layers", 2},   {"vocab_size", (values - kLayerValues) / kWidth}};
}

// In a process of its own, so that none of its memory can be used again by the loading that is measured.
void MakeCheckpoint(const std::filesystem::path& directory, at::ScalarType type) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Json shape = ShapeOfMegabytes(Megabytes(), static_cast<int64_t>(at::elementSize(type)));
    SaveModel(*InitializeModel(shape, 1, at::kCPU), directory, type);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
}

class LoadMemory : public ::testing::TestWithParam<at::ScalarType> {
 protected:
  // One thread, so that a fork copies no pool; and the library's own pages are in memory already.
  LoadMemory() {
    at::set_num_threads(1);
    const auto tiny = LoadModel("tests/golden/t5/mt5", at::kCPU, GetParam());
    tiny->StartDecoding({{5, 9}}, 2, 2)->Step({0, 0}, {0, 0});
  }
};

TEST_P(LoadMemory, PeaksAtTheWeightsThemselves) {
  const testing::TemporaryDirectory directory;
  MakeCheckpoint(directory.path(), GetParam());
  const auto size =
      static_cast<double>(std::filesystem::file_size(directory.path() / "model.safetensors"));
  ResetPeak();
  const int64_t before = StatusBytes("VmRSS"), mapped_before = StatusBytes("RssFile");
  const auto start = std::chrono::steady_clock::now();
  const at::ScalarType type = WeightType("auto", directory.path());
  EXPECT_EQ(type, GetParam());
  const auto model = LoadModel(directory.path(), at::kCPU, type);
  const int64_t peak = StatusBytes("VmHWM"), mapped = StatusBytes("RssFile");
  model->StartDecoding({{5, 9, 17, 30, 4}}, 4, 20)->Step({0, 0, 0, 0}, {0, 0, 0, 0});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("[ measured ] %.0f MB file, peak %.0f MB of the process, %.0f MB or %.3f x above its start; "
              "first token after %.2f s, peak then %.0f MB\n",
              size / 1e6, static_cast<double>(peak) / 1e6, static_cast<double>(peak - before) / 1e6,
              static_cast<double>(peak - before) / size, seconds.count(),
              static_cast<double>(StatusBytes("VmHWM")) / 1e6);
  EXPECT_LE(static_cast<double>(peak - before), kLargestShare * size);
  // What was copied is no longer mapped in.
  EXPECT_LE(static_cast<double>(mapped - mapped_before), 0.3 * kSmallMegabytes * 1e6);
  // And the weights really are in memory.
  EXPECT_GE(static_cast<double>(peak - before), 0.95 * size);
}

INSTANTIATE_TEST_SUITE_P(Types, LoadMemory, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& type) { return std::string(at::toString(type.param)); });

}  // namespace
}  // namespace plumbline::models
