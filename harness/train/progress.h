// Progress of a long loop on stderr: a bar with rate and time left on a terminal, plain lines at a bounded rate
// elsewhere. Called by the loops of training, generation and scoring; never touches stdout.
#ifndef PLUMBLINE_HARNESS_TRAIN_PROGRESS_H_
#define PLUMBLINE_HARNESS_TRAIN_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace plumbline::train {

// Where progress goes. Tests replace all four.
struct ProgressOutput {
  bool is_terminal = false;
  std::function<int()> width;                   // columns of the terminal
  std::function<void(std::string_view)> write;  // whole pieces, already with their line ends
  std::function<double()> now_s;                // monotonic
};

// stderr of this process; a terminal only when isatty says so and TERM is not "dumb".
ProgressOutput StderrOutput();

// What one drawing shows.
struct ProgressView {
  std::string label;  // "train"
  std::string unit;   // "steps"
  std::string note;   // "loss 2.31", may be empty
  int64_t done = 0;
  int64_t total = 0;       // 0: not known
  double rate_per_s = 0;   // 0: not known
  double elapsed_s = 0;
};

// "1:05", "2:03:04"; "?" when it is not known (negative or not finite).
std::string FormatDuration(double seconds);

// `train [=====>    ] 120/500  24%  3.20 steps/s  ETA 1:59  loss 2.31`, at most `width` columns: first the bar
// shrinks and goes, then the note, then the text is cut between characters.
std::string FormatBar(const ProgressView& view, int width);

// The same facts in one plain line without a bar and without a width.
std::string FormatLine(const ProgressView& view);

class Progress {
 public:
  // `done` may start above 0 (a resumed run): the rate counts only what is done since.
  Progress(std::string label, std::string unit, int64_t total, ProgressOutput output, int64_t done = 0);
  // Leaves the terminal on a fresh line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Draws when the last drawing is old enough, and always when done reaches the total.
  void Update(int64_t done, std::string_view note = {});
  // Ends the line (a bar) once; a later Update starts anew.
  void Finish();

 private:
  void Draw(double now_s);

  ProgressView view_;
  ProgressOutput output_;
  int64_t first_done_;
  double start_s_;
  double last_drawn_s_ = -1;  // -1: never
  int drawn_width_ = 0;       // columns of the bar on the screen
};

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_PROGRESS_H_
