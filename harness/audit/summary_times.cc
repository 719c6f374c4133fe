#include "harness/audit/summary_times.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "harness/audit/phrase.h"

namespace plumbline::audit {
namespace {

constexpr Text kElapsed = {
    "the elapsed time {claimed} exceeds the last log line: {start} to {last} is {actual}{document}",
    "경과 시간 {claimed}은(는) 마지막 로그를 넘음: {start}부터 {last}까지는 {actual}{document}"};
constexpr Text kGap = {
    "{gap} s lie between the end of {before} and this start: fits an unlogged final evaluation of it "
    "(its evaluations took {times} s)",
    "{before}의 끝과 이 시작 사이 {gap}초: 그 실행의 기록되지 않은 마지막 평가와 맞음 (평가 시간 {times}초)"};
constexpr Text kRatio = {
    "\"{claimed}\" {base} in {kind} time is {actual}{other}", "{kind} 시간 {base} 대비 \"{claimed}\"은(는) {actual}{other}"};
constexpr Text kIncomplete = {
    "ranked among finished runs at {steps} of {planned} steps ({share}): it projects to {seconds} s "
    "({hours} h) at {rate} s a step with one more evaluation",
    "{planned}스텝 중 {steps}스텝({share})에서 완료된 실행들과 함께 순위가 매겨짐: 스텝당 {rate}초와 평가 한 번을 더하면 "
    "{seconds}초 ({hours}시간) 예상"};
constexpr Text kStartUp = {
    "start-up is counted as training: {gap} s lie between the run before and this start, and the "
    "first {steps} steps took {rate} s each; the gap fits an unlogged final evaluation, the cause "
    "of the slow first steps is not identifiable",
    "시작 준비가 학습으로 계산됨: 앞 실행과 이 시작 사이 {gap}초, 처음 {steps}스텝은 스텝당 {rate}초; 간격은 기록되지 "
    "않은 마지막 평가와 맞으며, 느린 첫 스텝의 원인은 식별 불가"};
constexpr Text kDo = {"compute summaries from the log by a script, and name the statistic",
                      "요약값은 로그에서 스크립트로 계산하고 통계량의 이름을 적을 것"};

std::string ClockText(double seconds) {
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min " +
         std::to_string(whole % 60) + " s";
}

// Seconds of "HH:MM:SS".
std::optional<double> Seconds(const Evidence& run, const char* word) {
  const auto found = run.words.find(word);
  if (found == run.words.end() || found->second.size() < 8) return std::nullopt;
  const std::string& text = found->second;
  const auto two = [&](size_t i) { return 10.0 * (text[i] - '0') + (text[i + 1] - '0'); };
  return two(0) * 3600 + two(3) * 60 + two(6);
}

const Point* LastTimed(const Evidence& run) {
  const Point* last = nullptr;
  for (const std::vector<Point>* points : {&run.log, &run.evaluations}) {
    for (const Point& point : *points) {
      if (point.clock_s && (last == nullptr || *point.clock_s > *last->clock_s)) last = &point;
    }
  }
  return last;
}

// "HH:MM" that a report says it was written at, in seconds after `last`; nullopt: not stated.
std::optional<double> DocumentTime(const Evidence& run, double last, std::string* shown) {
  constexpr double kDay_s = 86400;
  const auto found = run.words.find("document_time");
  if (found == run.words.end()) return std::nullopt;
  const std::string& text = found->second;
  const auto digit = [&](size_t i) {
    return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0;
  };
  for (size_t i = 0; i + 4 < text.size(); ++i) {
    const bool clock = digit(i) && digit(i + 1) && text[i + 2] == ':' && digit(i + 3) && digit(i + 4);
    if (!clock || digit(i + 5) || (i > 0 && (digit(i - 1) || text[i - 1] == ':'))) continue;
    *shown = text.substr(i, 5);
    double at = 36000.0 * (text[i] - '0') + 3600.0 * (text[i + 1] - '0') +
                600.0 * (text[i + 3] - '0') + 60.0 * (text[i + 4] - '0');
    while (at < last) at += kDay_s;
    return at;
  }
  return std::nullopt;
}

void Elapsed(const Context& context, Sink& sink) {
  const auto start = Seconds(context.run, "start");
  const Point* last = LastTimed(context.run);
  if (!start || last == nullptr) return;
  const double actual = *last->clock_s - *start;
  for (const Claim* claim : context.run.ClaimsOf("elapsed_s")) {
    if (actual <= 0 || claim->value.low <= actual + 60) continue;
    std::string written;
    const auto document = DocumentTime(context.run, *last->clock_s, &written);
    const bool later = document && *start + claim->value.low > *document + 60;
    SayWrong(sink, kElapsed, 0.97, claim->place)
        .With("claimed", claim->text)
        .With("start", context.run.words.at("start"))
        .With("last", last->timestamp)
        .Words("actual", ClockText(actual))
        .With("document", later ? ", and the report itself was written at " + written : "",
              later ? ", 보고서 자체의 작성 시각은 " + written : "")
        .Formula(last->timestamp + " - " + context.run.words.at("start") + " = " +
                 FixedText(actual, 0) + " s")
        .From(last->place);
  }
}

// Seconds of a run: measured, else estimated.
std::optional<double> RuntimeOf(const Evidence& run) {
  if (const Reading* runtime = run.Final("train_runtime")) return runtime->value.value;
  const auto estimates = run.ClaimsOf("estimated_runtime_s");
  return estimates.empty() ? std::nullopt : std::optional(estimates.front()->value.Middle());
}

struct Quotient {
  double value;
  std::string text;
};

std::vector<Quotient> TrainQuotients(const Evidence& run, const Evidence& base) {
  const auto own = RuntimeOf(run);
  const auto other = RuntimeOf(base);
  if (!own || !other || !(*other > 0)) return {};
  return {{*own / *other, Show(*own, 7) + " / " + Show(*other, 7)}};
}

std::vector<Quotient> EvalQuotients(const Evidence& run, const Evidence& base) {
  std::vector<Quotient> quotients;
  const auto own = Series(run.evaluations, "eval_runtime");
  auto others = Series(base.evaluations, "eval_runtime");
  std::reverse(others.begin(), others.end());
  for (const Reading& a : own) {
    for (const Reading& b : others) {
      if (b.value.value > 0) {
        quotients.push_back({a.value.value / b.value.value, a.value.text + " / " + b.value.text});
      }
    }
  }
  return quotients;
}

void Ratios(const Context& context, const char* quantity, Sink& sink) {
  const bool eval = std::string_view(quantity) == "time_ratio_eval";
  for (const Claim* claim : context.run.ClaimsOf(quantity)) {
    const Evidence* base = nullptr;
    for (const Evidence& other : context.study.runs) {
      if (&other == &context.run) continue;
      if (!claim->base.empty() ? other.name == claim->base
                               : base == nullptr || RuntimeOf(other).value_or(1e18) <
                                                        RuntimeOf(*base).value_or(1e18)) {
        base = &other;
      }
    }
    if (base == nullptr) continue;
    const auto quotients =
        eval ? EvalQuotients(context.run, *base) : TrainQuotients(context.run, *base);
    // People round to whole multiples: only more than 10 % off is worth a line, except near misses
    // of a figure given as exact, which are information.
    const bool right = std::ranges::any_of(quotients, [&](const Quotient& quotient) {
      return claim->value.Contains(quotient.value);
    });
    if (quotients.empty() || right) continue;
    const double actual = quotients.front().value;
    const double off = std::abs(claim->value.Middle() / actual - 1);
    std::string other;
    std::string formula;
    for (const Quotient& quotient : quotients) {
      formula += (formula.empty() ? "" : "; ") + quotient.text + " = " + Show(quotient.value, 4);
      if (&quotient != &quotients.front()) other += ", " + Show(quotient.value, 4);
    }
    SayWrong(sink, kRatio, 0.97, claim->place, off > 0.1 ? Severity::kMinor : Severity::kInfo)
        .With("claimed", claim->text)
        .With("base", base->name)
        .With("kind", eval ? "evaluation" : "training", eval ? "평가" : "학습")
        .With("actual", Show(actual, 4))
        .With("other", other.empty() ? "" : " (other pairs: " + other.substr(2) + ")",
              other.empty() ? "" : " (다른 쌍: " + other.substr(2) + ")")
        .Formula(formula);
  }
}

// Seconds a step after the last evaluation.
std::optional<double> RecentRate(const Context& context) {
  const Evidence& run = context.run;
  const Timeline& timeline = context.timeline;
  if (run.evaluations.empty() || run.log.empty() || timeline.steps_per_epoch.Empty()) {
    return std::nullopt;
  }
  const Point& eval = run.evaluations.back();
  const Reading* epoch = eval.Find("epoch");
  if (epoch == nullptr || !eval.clock_s || !run.log.back().clock_s || !timeline.log_steps.back()) {
    return std::nullopt;
  }
  const double steps = static_cast<double>(*timeline.log_steps.back()) -
                       epoch->value.value * timeline.steps_per_epoch.Middle();
  const double elapsed_s = *run.log.back().clock_s - *eval.clock_s;
  return steps >= 1 && elapsed_s > 0 ? std::optional(elapsed_s / steps) : std::nullopt;
}

void Incomplete(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const Timeline& timeline = context.timeline;
  const auto status = run.words.find("status");
  if (status == run.words.end() || status->second != "running" || timeline.complete) return;
  const auto rate = RecentRate(context);
  const auto start = Seconds(run, "start");
  if (!rate || !start || context.study.runs.size() < 2) return;
  const double done_s = *run.log.back().clock_s - *start;
  const auto left = static_cast<double>(*timeline.planned_steps - *timeline.executed_steps);
  const auto evals = Series(run.evaluations, "eval_runtime");
  const double eval_s = evals.empty() ? 0 : evals.back().value.value;
  const double total_s = done_s + left * *rate + eval_s;
  SayWrong(sink, kIncomplete, 0.9, run.log.back().place)
      .With("steps", std::to_string(*timeline.executed_steps))
      .With("planned", std::to_string(*timeline.planned_steps))
      .With("share", Percent(static_cast<double>(*timeline.executed_steps) /
                             static_cast<double>(*timeline.planned_steps)))
      .With("seconds", FixedText(total_s, 0))
      .With("hours", FixedText(total_s / 3600, 2))
      .With("rate", FixedText(*rate, 3))
      .Formula(FixedText(done_s, 0) + " + " + Show(left) + " * " + FixedText(*rate, 3) + " + " +
               FixedText(eval_s, 2) + " = " + FixedText(total_s, 0));
}

// The run that ended last before this one's start, and its end.
const Evidence* RunBefore(const Context& context, double start, double* end) {
  const Evidence* before = nullptr;
  for (const Evidence& other : context.study.runs) {
    const auto other_end = Seconds(other, "end");
    if (&other == &context.run || !other_end || *other_end > start) continue;
    if (before != nullptr && *other_end <= *end) continue;
    before = &other;
    *end = *other_end;
  }
  return before;
}

// A gap as long as an evaluation of the run before.
void Gap(const Context& context, Sink& sink) {
  constexpr double kLongest = 1.5;  // of its slowest evaluation
  const auto start = Seconds(context.run, "start");
  double end = 0;
  const Evidence* before = start ? RunBefore(context, *start, &end) : nullptr;
  if (before == nullptr) return;
  const auto times = Series(before->evaluations, "eval_runtime");
  if (times.empty()) return;
  const auto [shortest, longest] = std::ranges::minmax(
      times, {}, [](const Reading& time) { return time.value.value; });
  const double gap = *start - end;
  if (gap < shortest.value.value || gap > kLongest * longest.value.value) return;
  sink.Add(Verdict::kNote, Severity::kInfo, 0.5, kGap)
      .With("gap", FixedText(gap, 0))
      .With("before", before->name)
      .With("times", JoinTexts(times, ", "))
      .Formula(context.run.words.at("start") + " - " + before->words.at("end") + " = " +
               FixedText(gap, 0) + " s")
      .From(times.front().place);
}

// The first interval against the median of the others, and the gap before the start.
bool StartUp(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const auto start = Seconds(run, "start");
  auto times = StepTimes(run, context.timeline);
  if (!start || times.size() < 2 || run.log.empty() || !run.log.front().clock_s) {
    return false;
  }
  const auto& first_step = context.timeline.log_steps.front();
  if (!first_step || *first_step <= 0) return false;
  const auto steps = static_cast<double>(*first_step);
  const double first = (*run.log.front().clock_s - *start) / steps;
  std::ranges::sort(times);
  const double median = times[times.size() / 2];
  double before = 0;
  const bool follows = RunBefore(context, *start, &before) != nullptr;
  if (!follows || first < 1.3 * median || first * steps < 60) return false;
  sink.Add(Verdict::kNote, Severity::kInfo, 0.5, kStartUp)
      .With("gap", FixedText(*start - before, 0))
      .With("steps", Show(steps))
      .With("rate", FixedText(first, 1))
      .Formula("(" + run.log.front().timestamp + " - " + run.words.at("start") + ") / " + Show(steps) +
               " = " + FixedText(first, 1) + " s; median later " + FixedText(median, 1) + " s")
      .From(run.log.front().place);
  return true;
}

}  // namespace

Finding& SayWrong(Sink& sink, const Text& text, double confidence, const Place& place,
                  Severity severity) {
  return sink.Add(Verdict::kContradiction, severity, confidence, text).From(place).Do(kDo);
}

void CheckSummaryTimes(const Context& context, Sink& sink) {
  Elapsed(context, sink);
  Ratios(context, "time_ratio_train", sink);
  Ratios(context, "time_ratio_eval", sink);
  Incomplete(context, sink);
  if (!StartUp(context, sink)) Gap(context, sink);
}

}  // namespace plumbline::audit
