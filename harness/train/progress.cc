#include "harness/train/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "harness/base/clock.h"
#include "harness/base/columns.h"
#include "harness/base/number.h"

namespace plumbline::train {
namespace {

constexpr double kBarInterval_s = 0.1;
constexpr double kLineInterval_s = 10.0;
constexpr int kDefaultWidth = 80;
constexpr int kMinBar = 8;
constexpr int kMaxBar = 40;

int StderrWidth() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

// A failed write of progress is no failure of the run: the terminal may be gone.
void WriteToStderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(STDERR_FILENO, text.data(), text.size());
    if (put <= 0) return;
    text.remove_prefix(static_cast<size_t>(put));
  }
}

double FractionOf(const ProgressView& view) {
  if (view.total <= 0) return 0;
  return std::clamp(static_cast<double>(view.done) / static_cast<double>(view.total), 0.0, 1.0);
}

std::string CountsOf(const ProgressView& view) {
  if (view.total <= 0) return std::to_string(view.done) + " " + view.unit;
  return std::to_string(view.done) + "/" + std::to_string(view.total) + "  " +
         std::to_string(static_cast<int>(100 * FractionOf(view))) + "%";
}

std::string RateOf(const ProgressView& view) {
  if (view.rate_per_s <= 0) return "";
  return "  " + Fixed(view.rate_per_s, view.rate_per_s < 100 ? 2 : 0) + " " + view.unit + "/s";
}

// Time left while running, time taken at the end.
std::string TimeOf(const ProgressView& view) {
  if (view.total > 0 && view.done >= view.total) return "  in " + FormatDuration(view.elapsed_s);
  if (view.total <= 0) return "  " + FormatDuration(view.elapsed_s);
  const double left_s =
      view.rate_per_s > 0 ? static_cast<double>(view.total - view.done) / view.rate_per_s : -1;
  return "  ETA " + FormatDuration(left_s);
}

std::string FactsOf(const ProgressView& view) { return CountsOf(view) + RateOf(view) + TimeOf(view); }

std::string NoteOf(const ProgressView& view) { return view.note.empty() ? "" : "  " + view.note; }

std::string BarOf(double fraction, int columns) {
  const int inner = columns - 2;
  const int filled = static_cast<int>(fraction * inner);
  std::string bar(static_cast<size_t>(inner), ' ');
  std::fill_n(bar.begin(), filled, '=');
  if (filled < inner) bar[static_cast<size_t>(filled)] = '>';
  return "[" + bar + "] ";
}

}  // namespace

ProgressOutput StderrOutput() {
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
  return {::isatty(STDERR_FILENO) == 1 && !is_dumb, StderrWidth, WriteToStderr, MonotonicSeconds};
}

std::string FormatDuration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "?";
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  const auto two = [](int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  if (whole < 3600) return std::to_string(whole / 60) + ":" + two(whole % 60);
  return std::to_string(whole / 3600) + ":" + two(whole / 60 % 60) + ":" + two(whole % 60);
}

std::string FormatBar(const ProgressView& view, int width) {
  const std::string head = view.label + " ";
  const std::string facts = FactsOf(view);
  const std::string note = NoteOf(view);
  const int bare = DisplayWidth(head) + DisplayWidth(facts);
  const int room = width - bare - DisplayWidth(note) - 1;  // 1: the space behind the bar
  if (view.total > 0 && room >= kMinBar) {
    return head + BarOf(FractionOf(view), std::min(room, kMaxBar)) + facts + note;
  }
  if (bare + DisplayWidth(note) <= width) return head + facts + note;
  return CutColumns(head + facts, width);
}

std::string FormatLine(const ProgressView& view) { return view.label + " " + FactsOf(view) + NoteOf(view); }

Progress::Progress(std::string label, std::string unit, int64_t total, ProgressOutput output, int64_t done)
    : output_(std::move(output)), first_done_(done), start_s_(output_.now_s()) {
  view_.label = std::move(label);
  view_.unit = std::move(unit);
  view_.total = total;
  view_.done = done;
}

Progress::~Progress() { Finish(); }

void Progress::Update(int64_t done, std::string_view note) {
  view_.done = done;
  view_.note = note;
  const double now_s = output_.now_s();
  const double interval_s = output_.is_terminal ? kBarInterval_s : kLineInterval_s;
  const bool is_last = view_.total > 0 && done >= view_.total;
  if (is_last || last_drawn_s_ < 0 || now_s - last_drawn_s_ >= interval_s) Draw(now_s);
}

void Progress::Draw(double now_s) {
  last_drawn_s_ = now_s;
  view_.elapsed_s = now_s - start_s_;
  view_.rate_per_s =
      view_.elapsed_s > 0 ? static_cast<double>(view_.done - first_done_) / view_.elapsed_s : 0;
  if (!output_.is_terminal) {
    output_.write(FormatLine(view_) + "\n");
    return;
  }
  const std::string bar = FormatBar(view_, output_.width() - 1);  // a full last column would wrap
  const int columns = DisplayWidth(bar);
  const int stale = std::max(0, drawn_width_ - columns);
  drawn_width_ = columns;
  output_.write("\r" + bar + std::string(static_cast<size_t>(stale), ' '));
}

void Progress::Finish() {
  if (drawn_width_ > 0) output_.write("\n");
  drawn_width_ = 0;
}

}  // namespace plumbline::train
