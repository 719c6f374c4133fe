#include "harness/train/interrupt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::train {
namespace {

TEST(InterruptGuard, FirstSignalOnlyRaisesTheFlag) {
  const InterruptGuard guard;
  EXPECT_EQ(guard.signal(), 0);
  std::raise(SIGTERM);
  EXPECT_EQ(guard.signal(), SIGTERM);
}

TEST(InterruptGuard, FormerHandlerIsBackAndTheNextGuardStartsClean) {
  struct sigaction before {}, after {};
  ::sigaction(SIGINT, nullptr, &before);
  {
    const InterruptGuard guard;
    std::raise(SIGINT);
    EXPECT_EQ(guard.signal(), SIGINT);
  }
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
  const InterruptGuard next;
  EXPECT_EQ(next.signal(), 0);
}

TEST(InterruptGuardDeathTest, SecondSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        const InterruptGuard guard;
        std::raise(SIGINT);
        ::usleep(1'100'000);  // longer than one wish lasts
        std::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

// A time limit signals the process and then its whole group: the checkpoint must still be written.
TEST(InterruptGuard, TheSameWishSentTwiceIsOne) {
  const InterruptGuard guard;
  std::raise(SIGINT);
  std::raise(SIGINT);
  std::raise(SIGTERM);
  EXPECT_EQ(guard.signal(), SIGINT);
}

TEST(InterruptGuard, OnlyOneLives) {
  const InterruptGuard guard;
  EXPECT_ERROR(InterruptGuard{}, ErrorKind::kInternal, "guard_lives");
}

}  // namespace
}  // namespace plumbline::train
