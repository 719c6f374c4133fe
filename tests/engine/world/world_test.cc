// Processes that find each other through mpirun: what they sum, tell and notice.
#include "harness/world/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/testing/command.h"
#include "tests/testing/lines.h"

namespace plumbline::world {
namespace {

using testing::CommandOutcome;

CommandOutcome Launch(int ranks, const std::string& mode) {
  return testing::RunCommand(testing::kMpirun + std::to_string(ranks) + " tests/engine/world/member " + mode + " 2>&1");
}

// Lines of the ranks, sorted: mpirun interleaves them as they come.
std::vector<std::string> RankLines(const std::string& output) {
  std::vector<std::string> lines;
  for (const std::string& line : testing::LinesOf(output)) {
    if (line.starts_with("rank ")) lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(World, SumsOverAllRanks) {
  const CommandOutcome outcome = Launch(3, "sums");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  const std::vector<std::string> wanted = {"rank 0 of 3: sum 6 everywhere", "rank 1 of 3: sum 6 everywhere",
                                           "rank 2 of 3: sum 6 everywhere"};
  EXPECT_EQ(RankLines(outcome.output), wanted);
}

TEST(World, TextsArriveInTheOrderOfRanks) {
  const CommandOutcome outcome = Launch(3, "texts");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  const std::vector<std::string> lines = RankLines(outcome.output);
  ASSERT_EQ(lines.size(), 3u) << outcome.output;
  for (const std::string& line : lines) EXPECT_EQ(line.substr(line.find(": ") + 2), "|x|xx|told by 0");
}

TEST(World, AllRanksHoldTheSameBits) {
  const std::vector<std::string> lines = RankLines(Launch(4, "bits").output);
  ASSERT_EQ(lines.size(), 4u);
  for (const std::string& line : lines) {
    EXPECT_EQ(line.substr(line.find(": ")), lines[0].substr(lines[0].find(": ")));
  }
}

TEST(World, AnotherConfigurationOnOneRankIsNamed) {
  const CommandOutcome outcome = Launch(3, "differ");
  EXPECT_NE(outcome.status, 0);
  EXPECT_NE(outcome.output.find("another configuration on rank 2 than on rank 0"), std::string::npos)
      << outcome.output;
}

TEST(World, ADeadRankIsNoticedByTheOthers) {
  const CommandOutcome outcome = Launch(3, "lost");
  EXPECT_NE(outcome.status, 0);
  const std::vector<std::string> lines = RankLines(outcome.output);
  ASSERT_EQ(lines.size(), 2u) << outcome.output;
  for (const std::string& line : lines) EXPECT_NE(line.find("peer lost"), std::string::npos) << line;
}

TEST(World, WithoutALauncherThereIsOneProcess) {
  const CommandOutcome outcome = testing::RunCommand("tests/engine/world/member sums");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "rank 0 of 1: sum 1 everywhere\n");
}

// A world of a given size without processes.
class PretendedWorld final : public World {
 public:
  PretendedWorld(int64_t rank, int64_t size) : rank_(rank), size_(size) {}
  int64_t rank() const override { return rank_; }
  int64_t size() const override { return size_; }
  void Sum(at::Tensor&) override {}
  void Sum(std::span<double>) override {}
  void Sum(std::span<int64_t>) override {}
  std::vector<std::string> Gather(const std::string& text) override { return {text}; }
  std::string FromWriter(const std::string& text) override { return text; }

 private:
  int64_t rank_, size_;
};

TEST(ShareOf, CutsEveryRowToOneRank) {
  for (const size_t rows : {0u, 1u, 2u, 5u, 7u, 8u, 100u}) {
    for (const int64_t size : {1, 2, 3, 8}) {
      size_t next = 0, smallest = rows, largest = 0;
      for (int64_t rank = 0; rank < size; ++rank) {
        const Share share = ShareOf(rows, PretendedWorld(rank, size));
        EXPECT_EQ(share.begin, next);
        next = share.end;
        smallest = std::min(smallest, share.end - share.begin);
        largest = std::max(largest, share.end - share.begin);
      }
      EXPECT_EQ(next, rows);
      EXPECT_LE(largest - smallest, 1u);
    }
  }
}

}  // namespace
}  // namespace plumbline::world
