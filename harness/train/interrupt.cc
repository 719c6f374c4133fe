#include "harness/train/interrupt.h"

#include <ctime>

#include "harness/base/error.h"

namespace plumbline::train {
namespace {

constexpr time_t kOneWish_s = 1;

// The only state a signal handler may touch.
volatile std::sig_atomic_t arrived_signal = 0;
struct timespec arrival {};
bool guard_lives = false;

bool IsSameWish(const timespec& now) {
  const time_t seconds = now.tv_sec - arrival.tv_sec;
  return seconds < kOneWish_s || (seconds == kOneWish_s && now.tv_nsec < arrival.tv_nsec);
}

// Only async-signal-safe calls: clock_gettime, signal, raise.
extern "C" void RaiseFlag(int signal) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  if (arrived_signal == 0) {
    arrival = now;
    arrived_signal = signal;
  } else if (!IsSameWish(now)) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

}  // namespace

InterruptGuard::InterruptGuard() {
  PLUMBLINE_CHECK(!guard_lives);
  guard_lives = true;
  arrived_signal = 0;
  struct sigaction action {};
  action.sa_handler = RaiseFlag;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &former_interrupt_);
  ::sigaction(SIGTERM, &action, &former_terminate_);
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &former_interrupt_, nullptr);
  ::sigaction(SIGTERM, &former_terminate_, nullptr);
  guard_lives = false;
}

int InterruptGuard::signal() const { return arrived_signal; }

}  // namespace plumbline::train
