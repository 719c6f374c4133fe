// Rows of the three columns about time: run times, rates, ratios to other runs, promises, and the
// cause that prose gives for a slow run.
#include <algorithm>
#include <cmath>

#include "harness/audit/compared_rows.h"
#include "harness/audit/phrase.h"

namespace plumbline::audit {
namespace {

constexpr Text kRuntime = {"train_runtime (s)", "학습 실행 시간(초)"};
constexpr Text kSamples = {"samples/s", "초당 샘플"};
constexpr Text kTrainRatio = {"run time against another run", "다른 실행 대비 실행 시간"};
constexpr Text kEvalRatio = {"evaluation time against another run", "다른 실행 대비 평가 시간"};
constexpr Text kPromise = {"promised run time", "약속된 실행 시간"};
constexpr Text kNextRun = {"promised time of the next run", "다음 실행의 약속된 시간"};
constexpr Text kElapsed = {"elapsed time", "경과 시간"};
constexpr Text kCause = {"cause of the run time: accumulation", "실행 시간의 원인: 누적"};

void Final(const Context& context, const char* id, const Text& title, const char* final_name,
           const char* quantity, std::vector<ComparedRow>& rows) {
  RowMaker maker(id, title);
  maker.Claims(context.run, quantity);
  if (const Reading* reading = context.run.Final(final_name)) {
    maker.Observe(reading->value.text, reading->value.Printed(), reading->place);
  }
  rows.push_back(maker.Judged());
}

// Seconds of a run: measured, else what its report estimates.
std::optional<double> RuntimeOf(const Evidence& run) {
  if (const Reading* runtime = run.Final("train_runtime")) return runtime->value.value;
  const auto estimates = run.ClaimsOf("estimated_runtime_s");
  return estimates.empty() ? std::nullopt : std::optional(estimates.front()->value.Middle());
}

// The run a claim compares with: the named one, else the fastest other.
const Evidence* BaseOf(const Context& context, const Claim& claim) {
  const Evidence* base = nullptr;
  for (const Evidence& other : context.study.runs) {
    if (&other == &context.run) continue;
    if (!claim.base.empty()) {
      if (other.name == claim.base) return &other;
    } else if (RuntimeOf(other) && (base == nullptr || *RuntimeOf(other) < *RuntimeOf(*base))) {
      base = &other;
    }
  }
  return base;
}

struct Quotients {
  std::vector<double> values;
  std::string formula;

  void Add(double a, double b, const std::string& text) {
    if (!(b > 0)) return;
    values.push_back(a / b);
    formula += (formula.empty() ? "" : "; ") + text + " = " + Show(a / b, 4);
  }
};

Quotients QuotientsOf(const Evidence& run, const Evidence& base, bool eval) {
  Quotients quotients;
  if (!eval) {
    const auto own = RuntimeOf(run);
    const auto other = RuntimeOf(base);
    if (own && other) quotients.Add(*own, *other, Show(*own, 7) + " / " + Show(*other, 7));
    return quotients;
  }
  for (const Reading& a : Series(run.evaluations, "eval_runtime")) {
    for (const Reading& b : Series(base.evaluations, "eval_runtime")) {
      quotients.Add(a.value.value, b.value.value, a.value.text + " / " + b.value.text);
    }
  }
  return quotients;
}

// One row a base: "66x" and "90x" of the same run stand together.
void Ratios(const Context& context, bool eval, std::vector<ComparedRow>& rows) {
  std::vector<const Evidence*> bases;
  const auto claims = context.run.ClaimsOf(eval ? "time_ratio_eval" : "time_ratio_train");
  for (const Claim* claim : claims) {
    const Evidence* base = BaseOf(context, *claim);
    if (base != nullptr && std::ranges::find(bases, base) == bases.end()) bases.push_back(base);
  }
  for (const Evidence* base : bases) {
    const Quotients quotients = QuotientsOf(context.run, *base, eval);
    if (quotients.values.empty()) continue;
    RowMaker maker(eval ? "eval_time_ratio" : "run_time_ratio", eval ? kEvalRatio : kTrainRatio);
    for (const Claim* claim : claims) {
      if (BaseOf(context, *claim) == base) maker.Claim(claim->text, claim->value, claim->place);
    }
    std::string text;
    for (const double value : quotients.values) {
      text += (text.empty() ? "" : ", ") + Show(value, 4);
    }
    maker.Observe(text + "x " + base->name, kEmptyInterval, {}, quotients.formula,
                  base->name + " 대비 " + text + "배");
    rows.push_back(maker.JudgedBy([&](const Interval& value) {
      return std::ranges::any_of(quotients.values, [&](double one) { return value.Contains(one); });
    }));
  }
}

// A promise against what was measured of this run: training alone, and one evaluation.
void Promises(const Context& context, const std::vector<Finding>& findings,
              std::vector<ComparedRow>& rows) {
  const auto evals = Series(context.run.evaluations, "eval_runtime");
  const auto train_s = TrainOnlySeconds(context.run);
  for (const bool next : {false, true}) {
    RowMaker maker(next ? "next_run_time" : "promised_run_time", next ? kNextRun : kPromise);
    for (const Claim* claim : context.run.ClaimsOf(next ? "next_run_s" : "projected_s")) {
      if (!next && !StartsFromThisRun(context.run, *claim)) continue;
      const bool refuted = RefutedBy(findings, "msr-cost-unexplained", *claim);
      maker.Claim(claim->text, kEmptyInterval, claim->place,
                  refuted ? Judgement::kRefuted : Judgement::kOpen);
    }
    if (train_s) {
      maker.Observe("training alone: " + FixedText(*train_s, 1) + " s", kEmptyInterval, {},
                    "train_runtime - evaluations", "학습만 " + FixedText(*train_s, 1) + "초");
    } else if (!evals.empty()) {
      maker.Observe("one evaluation: " + evals.front().value.text + " s", kEmptyInterval,
                    evals.front().place, "eval_runtime",
                    "평가 한 번 " + evals.front().value.text + "초");
    }
    if (!maker.Row().claimed.empty()) rows.push_back(maker.Row());
  }
}

// Rows are fixed: accumulation cuts them into other steps and computes none of them less.
void Cause(const Context& context, const std::vector<Finding>& findings,
           std::vector<ComparedRow>& rows) {
  RowMaker maker("cause_accumulation", kCause);
  ClaimsJudgedBy(maker, context.run, "time_scales_with_accumulation", findings,
                 "msr-cost-unexplained", false);
  if (maker.Row().claimed.empty()) return;
  maker.DeclareSetting(context.run, "training.gradient_accumulation_steps");
  const Timeline& timeline = context.timeline;
  std::string text;
  std::string korean;
  if (timeline.rows_per_epoch && timeline.epochs_planned) {
    const std::string seen =
        Show(static_cast<double>(*timeline.rows_per_epoch) * *timeline.epochs_planned, 12);
    text = seen + " rows at any accumulation";
    korean = "누적과 무관하게 " + seen + "행";
  }
  const Reading* runtime = context.run.Final("train_runtime");
  const double eval_s = SumOf(Series(context.run.evaluations, "eval_runtime"));
  if (runtime != nullptr && eval_s > 0 && runtime->value.value > 0) {
    const std::string share = Percent(eval_s / runtime->value.value);
    text += (text.empty() ? "" : "; ") + share + " of the time is evaluation";
    korean += (korean.empty() ? "" : "; ") + std::string("시간의 ") + share + "는 평가";
  }
  if (!text.empty()) {
    maker.Observe(text, kEmptyInterval, {}, "rows x epochs holds no accumulation", korean);
  }
  rows.push_back(maker.Row());
}

void Elapsed(const Context& context, const std::vector<Finding>& findings,
             std::vector<ComparedRow>& rows) {
  RowMaker maker("elapsed_time", kElapsed);
  ClaimsJudgedBy(maker, context.run, "elapsed_s", findings, "msr-summary-stat-wrong", false);
  const auto start = context.run.words.find("start");
  const Point* last = nullptr;
  for (const std::vector<Point>* points : {&context.run.log, &context.run.evaluations}) {
    for (const Point& point : *points) {
      if (point.clock_s && (last == nullptr || *point.clock_s > *last->clock_s)) last = &point;
    }
  }
  if (start != context.run.words.end() && last != nullptr) {
    maker.Observe(start->second + " - " + last->timestamp, kEmptyInterval, last->place,
                  "the start and the last log line");
  }
  rows.push_back(maker.Row());
}

}  // namespace

void AddTimeRows(const Context& context, const std::vector<Finding>& findings,
                 std::vector<ComparedRow>& rows) {
  Final(context, "train_runtime", kRuntime, "train_runtime", "runtime_s", rows);
  Final(context, "samples_per_second", kSamples, "train_samples_per_second", "samples_per_second",
        rows);
  Ratios(context, false, rows);
  Ratios(context, true, rows);
  Cause(context, findings, rows);
  Promises(context, findings, rows);
  Elapsed(context, findings, rows);
}

}  // namespace plumbline::audit
