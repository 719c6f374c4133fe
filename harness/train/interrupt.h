// SIGINT and SIGTERM as a flag the training loop looks at between micro-batches.
// Process-wide by nature: at most one guard lives at a time.
#ifndef PLUMBLINE_HARNESS_TRAIN_INTERRUPT_H_
#define PLUMBLINE_HARNESS_TRAIN_INTERRUPT_H_

#include <csignal>

namespace plumbline::train {

// While it lives, the first SIGINT or SIGTERM only raises the flag; one that comes a second or more later ends the
// process as usual. Signals closer than that are one wish: `timeout` and shells send to the process and to its group.
// Afterwards the former handlers are back.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  // The signal that arrived, 0 for none.
  int signal() const;

 private:
  struct sigaction former_interrupt_ {};
  struct sigaction former_terminate_ {};
};

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_INTERRUPT_H_
