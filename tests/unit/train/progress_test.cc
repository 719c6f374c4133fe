#include "harness/train/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/columns.h"

namespace plumbline::train {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct FakeScreen {
  double now_s = 0;
  std::vector<std::string> pieces;

  ProgressOutput Output(bool is_terminal, int width = 80) {
    return {is_terminal, [width] { return width; }, [this](std::string_view text) { pieces.emplace_back(text); },
            [this] { return now_s; }};
  }
};

ProgressView Half() {
  return {.label = "train", .unit = "steps", .note = "loss 2.31", .done = 60, .total = 120, .rate_per_s = 2,
          .elapsed_s = 30};
}

TEST(Progress, BarShowsCountsRateAndTimeLeft) {
  EXPECT_EQ(FormatBar(Half(), 68), "train [======>      ] 60/120  50%  2.00 steps/s  ETA 0:30  loss 2.31");
}

TEST(Progress, BarNeverPassesTheWidth) {
  for (int width = 1; width < 120; ++width) EXPECT_LE(DisplayWidth(FormatBar(Half(), width)), width) << width;
}

TEST(Progress, KoreanIsTwoColumnsWideAndNeverCutInside) {
  ProgressView view = Half();
  view.label = "학습";
  view.note = "";
  EXPECT_EQ(FormatBar(view, 3), "학");
  EXPECT_EQ(FormatBar(view, 4), "학습");
  for (int width = 1; width < 80; ++width) EXPECT_LE(DisplayWidth(FormatBar(view, width)), width) << width;
}

TEST(Progress, DurationsReadAsClocks) {
  EXPECT_EQ(FormatDuration(5), "0:05");
  EXPECT_EQ(FormatDuration(65.4), "1:05");
  EXPECT_EQ(FormatDuration(7384), "2:03:04");
  EXPECT_EQ(FormatDuration(-1), "?");
}

TEST(Progress, UnknownTotalShowsTimeTaken) {
  ProgressView view = Half();
  view.total = 0;
  EXPECT_EQ(FormatLine(view), "train 60 steps  2.00 steps/s  0:30  loss 2.31");
}

TEST(Progress, TerminalRedrawsInPlaceAtMostTenTimesASecond) {
  FakeScreen screen;
  Progress progress("train", "steps", 1000, screen.Output(true));
  for (int step = 1; step <= 100; ++step) {
    screen.now_s += 0.01;
    progress.Update(step);
  }
  EXPECT_LE(screen.pieces.size(), 11u);
  for (const std::string& piece : screen.pieces) {
    EXPECT_THAT(piece, StartsWith("\r"));
    EXPECT_THAT(piece, Not(HasSubstr("\n")));
  }
}

TEST(Progress, ElsewhereWholeLinesAtMostEveryTenSeconds) {
  FakeScreen screen;
  Progress progress("train", "steps", 100, screen.Output(false));
  for (int step = 1; step <= 100; ++step) {
    screen.now_s += 0.5;
    progress.Update(step, "loss 1");
  }
  EXPECT_EQ(screen.pieces.size(), 6u);  // the first, four in 50 s, the last
  for (const std::string& piece : screen.pieces) {
    EXPECT_THAT(piece, EndsWith("\n"));
    EXPECT_THAT(piece, Not(HasSubstr("\r")));
  }
  EXPECT_THAT(screen.pieces.back(), HasSubstr("100/100  100%"));
  EXPECT_THAT(screen.pieces.back(), HasSubstr("in 0:50"));
}

TEST(Progress, ShorterBarErasesTheLongerOne) {
  FakeScreen screen;
  Progress progress("train", "steps", 100, screen.Output(true, 60));
  progress.Update(1, "a long note here");
  screen.now_s += 1;
  progress.Update(2, "");
  EXPECT_GE(screen.pieces[1].size(), screen.pieces[0].size());
  progress.Finish();
  EXPECT_EQ(screen.pieces.back(), "\n");
}

TEST(Progress, ResumedRunCountsItsOwnWorkOnly) {
  FakeScreen screen;
  Progress progress("train", "steps", 100, screen.Output(false), 50);
  screen.now_s = 10;
  progress.Update(60);
  EXPECT_THAT(screen.pieces.back(), HasSubstr("1.00 steps/s  ETA 0:40"));
}

}  // namespace
}  // namespace plumbline::train
