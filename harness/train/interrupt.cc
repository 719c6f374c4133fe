#include "harness/train/interrupt.h"

#include "harness/base/error.h"

namespace plumbline::train {
namespace {

// The only state a signal handler may touch.
volatile std::sig_atomic_t arrived_signal = 0;
bool guard_lives = false;

extern "C" void RaiseFlag(int signal) { arrived_signal = signal; }

}  // namespace

InterruptGuard::InterruptGuard() {
  PLUMBLINE_CHECK(!guard_lives);
  guard_lives = true;
  arrived_signal = 0;
  struct sigaction action {};
  action.sa_handler = RaiseFlag;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;  // the second signal acts as usual
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
