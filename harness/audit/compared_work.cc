// Rows of the three columns about the work: batch, accumulation, epochs, steps, rows.
#include <algorithm>
#include <cmath>

#include "harness/audit/batch_product.h"
#include "harness/audit/compared_rows.h"
#include "harness/audit/phrase.h"

namespace plumbline::audit {
namespace {

constexpr Text kBatch = {"rows per optimizer step", "옵티마이저 스텝당 행 수"};
constexpr Text kMicroTitle = {"micro-batch", "마이크로 배치"};
constexpr Text kAccumulationTitle = {"gradient accumulation", "그래디언트 누적"};
constexpr Text kEpochs = {"epochs", "에폭"};
constexpr Text kSteps = {"optimizer steps", "옵티마이저 스텝"};
constexpr Text kTrainRows = {"training rows an epoch", "에폭당 학습 행"};
constexpr Text kEvalRows = {"evaluation rows", "평가 행"};

Place LedgerPlace(const std::string& name) { return {"ledger.json", "observed." + name, 0}; }

// A count of our own ledger; nullopt: no ledger, or not counted.
std::optional<double> Counted(const Evidence& run, const char* name) {
  const Json& ledger = run.documents.ledger;
  if (!ledger.is_object() || !ledger.contains("observed")) return std::nullopt;
  const Json& observed = ledger["observed"];
  if (!observed.is_object() || !observed.contains(name) || !observed[name].is_number()) {
    return std::nullopt;
  }
  const auto count = observed[name].get<double>();
  return count >= 0 ? std::optional(count) : std::nullopt;
}

void Batch(const Context& context, std::vector<ComparedRow>& rows) {
  const Timeline& timeline = context.timeline;
  RowMaker maker("effective_batch", kBatch);
  for (const Layer layer : kDeclaredLayers) {
    const auto product = ProductOf(context.run, layer);
    if (product) maker.Declare(layer, product->text, ExactInterval(product->value),
                               product->places.front());
  }
  maker.Claims(context.run, "effective_batch");
  if (const auto claimed = ProductOf(context.run, Layer::kClaimed)) {
    const std::string text = claimed->text;
    if (context.run.ClaimsOf("effective_batch").empty()) {
      maker.Claim(text, ExactInterval(claimed->value), claimed->places.front());
    }
  }
  if (timeline.batches.empty()) {
    rows.push_back(maker.Row());
    return;
  }
  maker.Observe(BatchesText(timeline), kEmptyInterval, {}, DerivationsText(timeline));
  rows.push_back(maker.JudgedBy([&](const Interval& value) {
    return timeline.Allows(std::llround(value.Middle()));
  }));
}

// "1, 2, 5 or 10": the batch's divisors are all that a factor of it can be.
std::string Divisors(int64_t batch, const char* joint) {
  std::string text;
  for (int64_t divisor = 1; divisor <= batch; ++divisor) {
    if (batch % divisor != 0) continue;
    if (!text.empty()) text += divisor == batch ? joint : ", ";
    text += std::to_string(divisor);
  }
  return text;
}

void Factor(const Context& context, const char* key, const char* id, const Text& title,
            std::vector<ComparedRow>& rows) {
  RowMaker maker(id, title);
  maker.DeclareSetting(context.run, key);
  if (const Setting* claimed = context.run.Find(key, Layer::kClaimed)) {
    const auto number = ParseDecimal(claimed->text);
    maker.Claim(claimed->text, number ? number->Exact() : kEmptyInterval, claimed->place);
  }
  const auto least = Counted(context.run, "micro_batches_per_step_min");
  const auto most = Counted(context.run, "micro_batches_per_step_max");
  if (std::string_view(key) == kAccumulation && least && most && *most > 0) {
    // The last step of an epoch may hold fewer.
    const std::string text = *least == *most ? Show(*most) : Show(*least) + "-" + Show(*most);
    maker.Observe(text, ExactInterval(*most), LedgerPlace("micro_batches_per_step_max"),
                  "micro-batches per optimizer step, counted by the loop");
    rows.push_back(maker.Judged());
    return;
  }
  if (!context.timeline.effective_batch) {
    rows.push_back(maker.Row());
    return;
  }
  const int64_t batch = *context.timeline.effective_batch;
  maker.Observe(Divisors(batch, " or "), kEmptyInterval, {},
                "a divisor of " + std::to_string(batch) + " rows per optimizer step",
                Divisors(batch, ", ") + " 중 하나");
  // A divisor is possible, not proved: only what does not divide is decided.
  ComparedRow row = maker.JudgedBy([&](const Interval& value) {
    const int64_t factor = std::llround(value.Middle());
    return factor >= 1 && batch % factor == 0;
  });
  for (auto* cells : {&row.declared, &row.claimed}) {
    for (ComparedCell& cell : *cells) {
      if (cell.judgement == Judgement::kAgrees) cell.judgement = Judgement::kOpen;
    }
  }
  // What was resolved wins over the other layers, unless the trace excludes it too.
  const auto resolved = context.run.Find(key, Layer::kResolved);
  const auto in_force = resolved == nullptr ? std::nullopt : ParseDecimal(resolved->text);
  for (ComparedCell& cell : row.declared) {
    const bool lost = in_force && !cell.value.Empty() && !cell.value.Contains(in_force->value);
    if (lost && cell.judgement == Judgement::kOpen) cell.judgement = Judgement::kRefuted;
  }
  // Possible factors say nothing new unless something was claimed, or is impossible.
  const bool decided = std::ranges::any_of(row.declared, [](const ComparedCell& cell) {
    return cell.judgement == Judgement::kRefuted;
  });
  if (decided || !row.claimed.empty()) rows.push_back(std::move(row));
}

void Epochs(const Context& context, std::vector<ComparedRow>& rows) {
  RowMaker maker("epochs", kEpochs);
  maker.DeclareSetting(context.run, "training.num_train_epochs");
  if (!context.timeline.epochs_run) return;
  const double reached = *context.timeline.epochs_run;
  maker.Observe(Show(reached, 6), kEmptyInterval, {}, "the last printed epoch");
  if (!context.timeline.complete) {
    rows.push_back(maker.Row());
    return;
  }
  // Printed with few digits, and a tail of micro-batches may be left out.
  rows.push_back(maker.JudgedBy(
      [&](const Interval& value) { return std::abs(value.Middle() - reached) <= 0.1; }));
}

// "ceil(2500 / 32) x 2 = 158": what a layer's batch would have planned.
void PlannedBy(const Context& context, Layer layer, RowMaker& maker) {
  const auto product = ProductOf(context.run, layer);
  const Timeline& timeline = context.timeline;
  if (!product || !timeline.rows_per_epoch || !timeline.epochs_planned || product->value < 1) return;
  const auto rows = static_cast<double>(*timeline.rows_per_epoch);
  const double epochs = *timeline.epochs_planned;
  const double most = std::ceil(rows / product->value) * epochs;
  const double least = std::floor(rows / product->value) * epochs;
  const std::string text = "ceil(" + Show(rows, 12) + " / " + Show(product->value) + ") x " +
                           Show(epochs) + " = " + Show(most, 12);
  const Interval value = MakeInterval(std::min(least, most), most);
  if (layer == Layer::kClaimed) maker.Claim(text, value, product->places.front());
  else maker.Declare(layer, text, value, product->places.front());
}

void Steps(const Context& context, std::vector<ComparedRow>& rows) {
  const Timeline& timeline = context.timeline;
  RowMaker maker("optimizer_steps", kSteps);
  const auto limit = context.run.Number("training.max_steps");
  if (limit && *limit > 0) {
    maker.DeclareSetting(context.run, "training.max_steps");
  } else {
    for (const Layer layer : kDeclaredLayers) PlannedBy(context, layer, maker);
  }
  PlannedBy(context, Layer::kClaimed, maker);
  maker.Claims(context.run, "steps_total");
  const auto counted = Counted(context.run, "optimizer_steps");
  if (counted) {
    maker.Observe(Show(*counted, 12), ExactInterval(*counted), LedgerPlace("optimizer_steps"),
                  "optimizer steps, counted by the loop");
  } else if (timeline.planned_steps) {
    const auto planned = static_cast<double>(*timeline.planned_steps);
    const bool open = !timeline.complete && timeline.executed_steps;
    const std::string text = Show(planned, 12);
    const std::string reached = open ? std::to_string(*timeline.executed_steps) : "";
    maker.Observe(open ? text + " (" + reached + " reached)" : text, ExactInterval(planned), {},
                  timeline.steps_per_epoch.Empty()
                      ? "max_steps of the state"
                      : ShowInterval(timeline.steps_per_epoch) + " steps per epoch x " +
                            Show(timeline.epochs_planned.value_or(1)),
                  open ? text + " (" + reached + "까지 진행)" : "");
  }
  rows.push_back(maker.Judged());
}

void TrainRows(const Context& context, std::vector<ComparedRow>& rows) {
  const Timeline& timeline = context.timeline;
  RowMaker maker("train_rows", kTrainRows);
  maker.DeclareSetting(context.run, "data.train_samples");
  for (const Layer layer : kDeclaredLayers) {
    const Setting* cap = context.run.Find("data.max_train_samples", layer);
    const auto most = cap == nullptr ? std::nullopt : ParseDecimal(cap->text);
    if (most && most->value > 0) {
      maker.Declare(layer, "<= " + cap->text, MakeInterval(0, most->value), cap->place);
    }
  }
  const auto examples = Counted(context.run, "examples");
  const bool stopped = context.run.Number("training.max_steps").value_or(-1) > 0;
  if (examples && timeline.epochs_planned && *timeline.epochs_planned > 0 && !stopped) {
    const double an_epoch = *examples / *timeline.epochs_planned;
    maker.Observe(Show(an_epoch, 8), ExactInterval(an_epoch), LedgerPlace("examples"),
                  Show(*examples, 12) + " examples / " + Show(*timeline.epochs_planned));
  } else if (!timeline.rows_seen.Empty() && timeline.epochs_planned && !stopped) {
    const Interval an_epoch = timeline.rows_seen / ExactInterval(*timeline.epochs_planned);
    maker.Observe(timeline.rows_observed ? std::to_string(*timeline.rows_per_epoch)
                                         : ShowInterval(an_epoch),
                  an_epoch, {}, "samples/s * s / epochs = " + ShowInterval(an_epoch, 6));
  }
  rows.push_back(maker.Judged());
}

void EvalRowsRow(const Context& context, std::vector<ComparedRow>& rows) {
  RowMaker maker("eval_rows", kEvalRows);
  maker.DeclareSetting(context.run, "data.eval_samples");
  for (const Point& point : context.run.evaluations) {
    const Interval scored = RowsScoredAt(point);
    if (scored.Empty()) continue;
    maker.Observe(Show(std::round(scored.Middle()), 12), scored,
                  point.Find("eval_samples_per_second")->place,
                  "samples/s * s = " + ShowInterval(scored, 6));
    break;
  }
  rows.push_back(maker.Judged());
}

}  // namespace

void AddWorkRows(const Context& context, std::vector<ComparedRow>& rows) {
  Batch(context, rows);
  Factor(context, kMicro, "micro_batch", kMicroTitle, rows);
  Factor(context, kAccumulation, "gradient_accumulation", kAccumulationTitle, rows);
  Epochs(context, rows);
  Steps(context, rows);
  TrainRows(context, rows);
  EvalRowsRow(context, rows);
}

}  // namespace plumbline::audit
