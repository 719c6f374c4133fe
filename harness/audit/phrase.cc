#include "harness/audit/phrase.h"

#include <algorithm>
#include <cmath>

#include "harness/audit/duration.h"
#include "harness/audit/report_text.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

// The one list of families: by word of a name, by model_type, by kind.
struct Family {
  std::string_view word;  // in a lowered name
  std::string_view type;  // transformers' model_type
  bool sequence_to_sequence = false;
};

// Longer words first: "flan-t5" holds "t5".
constexpr Family kFamilies[] = {{"umt5", "umt5", true},       {"mt5", "mt5", true},
                                {"longt5", "longt5", true},   {"flan-t5", "t5", true},
                                {"flan_t5", "t5", true},      {"t5", "t5", true},
                                {"mbart", "mbart", true},     {"kobart", "bart", true},
                                {"bart", "bart", true},       {"pegasus", "pegasus", true},
                                {"llama", "llama"},           {"qwen3", "qwen3"},
                                {"qwen2", "qwen2"},           {"gemma", "gemma"},
                                {"mistral", "mistral"},       {"gpt2", "gpt2"}};

const Family* FamilyOfType(std::string_view type) {
  const auto* const found = std::ranges::find(kFamilies, type, &Family::type);
  return found == std::end(kFamilies) ? nullptr : found;
}

}  // namespace

std::string Percent(double share, int digits) { return Fixed(100 * share, digits) + " %"; }

std::string FixedText(double value, int digits) {
  constexpr double kDecimalTie = 1e-12;  // 1.8895 lies a hair below itself in binary
  return Fixed(value + (value < 0 ? -1 : 1) * std::abs(value) * kDecimalTie, digits);
}

std::vector<Reading> Series(const std::vector<Point>& points, std::string_view name) {
  std::vector<Reading> series;
  for (const Point& point : points) {
    const Reading* reading = point.Find(name);
    if (reading != nullptr && reading->value.Finite()) series.push_back(*reading);
  }
  return series;
}

double SumOf(const std::vector<Reading>& readings) {
  double sum = 0;
  for (const Reading& reading : readings) sum += reading.value.value;
  return sum;
}

Interval PrintedSum(const std::vector<Reading>& readings) {
  Interval sum = ExactInterval(0);
  for (const Reading& reading : readings) sum = sum + reading.value.Printed();
  return sum;
}

std::string JoinTexts(const std::vector<Reading>& readings, std::string_view separator) {
  constexpr size_t kMost = 12;
  std::string joined;
  for (size_t i = 0; i < readings.size() && i < kMost; ++i) {
    joined += (i == 0 ? "" : std::string(separator)) + readings[i].value.text;
  }
  return readings.size() > kMost ? joined + std::string(separator) + "..." : joined;
}

std::optional<double> EvalRows(const Evidence& run) {
  for (const char* name : {"results.eval_samples", "eval_rows"}) {
    if (const Reading* fact = run.Fact(name)) return fact->value.value;
  }
  return run.Number("data.eval_samples");
}

Interval RowsScoredAt(const Point& evaluation) {
  const Reading* rate = evaluation.Find("eval_samples_per_second");
  const Reading* runtime = evaluation.Find("eval_runtime");
  if (rate == nullptr || runtime == nullptr || !(rate->value.value > 0)) return kEmptyInterval;
  return rate->value.Printed() * runtime->value.Printed();
}

std::optional<double> RowsEvaluated(const Evidence& run) {
  const auto declared = EvalRows(run);
  if (declared || run.evaluations.empty()) return declared;
  const Interval scored = RowsScoredAt(run.evaluations.back());
  return scored.Empty() ? std::nullopt : std::optional(std::round(scored.Middle()));
}

std::optional<double> RowsTrained(const Evidence& run, const Timeline& timeline) {
  if (timeline.rows_observed && timeline.rows_per_epoch && timeline.epochs_planned) {
    return static_cast<double>(*timeline.rows_per_epoch) * *timeline.epochs_planned;
  }
  const Reading* rate = run.Final("train_samples_per_second");
  const Reading* runtime_s = run.Final("train_runtime");
  if (rate == nullptr || runtime_s == nullptr) return std::nullopt;
  return rate->value.value * runtime_s->value.value;
}

std::optional<double> SmallestStandardError(const Evidence& run) {
  const auto rows = RowsEvaluated(run);
  return rows && *rows > 0 ? std::optional(kSmallDeviation / std::sqrt(*rows)) : std::nullopt;
}

std::vector<double> StepTimes(const Evidence& run, const Timeline& timeline) {
  std::vector<double> times;
  for (size_t i = 0; i + 1 < run.log.size(); ++i) {
    const Point& a = run.log[i];
    const Point& b = run.log[i + 1];
    if (!a.clock_s || !b.clock_s || !timeline.log_steps[i] || !timeline.log_steps[i + 1]) continue;
    const auto steps = static_cast<double>(*timeline.log_steps[i + 1] - *timeline.log_steps[i]);
    double elapsed_s = *b.clock_s - *a.clock_s;
    for (const Point& eval : run.evaluations) {
      if (!eval.clock_s || *eval.clock_s <= *a.clock_s || *eval.clock_s > *b.clock_s) continue;
      const Reading* runtime_s = eval.Find("eval_runtime");
      if (runtime_s != nullptr) elapsed_s -= runtime_s->value.value;
    }
    if (steps > 0 && elapsed_s > 0) times.push_back(elapsed_s / steps);
  }
  return times;
}

double EvaluationsInRuntime(const Evidence& run) {
  const Reading* runtime_s = run.Final("train_runtime");
  const Reading* only_s = run.Final("train_only_runtime");
  if (runtime_s != nullptr && only_s != nullptr && only_s->value.value == runtime_s->value.value)
    return 0;
  return SumOf(Series(run.evaluations, "eval_runtime"));
}

std::optional<double> TrainOnlySeconds(const Evidence& run) {
  const Reading* runtime_s = run.Final("train_runtime");
  if (runtime_s == nullptr || !runtime_s->value.Finite()) return std::nullopt;
  const double rest_s = runtime_s->value.value - EvaluationsInRuntime(run);
  return rest_s > 0 ? std::optional(rest_s) : std::nullopt;
}

double RougeUnit(const Reading& rouge1) { return rouge1.value.value > 1.5 ? 100 : 1; }

std::string FamilyOf(const Evidence& run) {
  if (run.documents.config.is_object() && run.documents.config.contains("model_type") &&
      run.documents.config["model_type"].is_string()) {
    return run.documents.config["model_type"].get<std::string>();
  }
  // A run of ours that trained an adapter keeps no config.json.
  const Setting* type = run.Effective("model.type");
  if (type != nullptr && FamilyOfType(type->text) != nullptr) return type->text;
  const Setting* path = run.Effective("model.path");
  for (const std::string& name : {Lowered(run.model), Lowered(path == nullptr ? "" : path->text),
                                  Lowered(run.name)}) {
    for (const Family& family : kFamilies) {
      if (name.find(family.word) != std::string::npos) return std::string(family.type);
    }
  }
  return "";
}

bool IsSequenceToSequence(const Evidence& run) {
  const auto word = run.words.find("model_type");
  if (word != run.words.end()) return word->second == "encoder_decoder";
  if (run.documents.config.is_object() && run.documents.config.contains("is_encoder_decoder") &&
      run.documents.config["is_encoder_decoder"].is_boolean()) {
    return run.documents.config["is_encoder_decoder"].get<bool>();
  }
  const Family* family = FamilyOfType(FamilyOf(run));
  return family != nullptr && family->sequence_to_sequence;
}

bool StartsFromThisRun(const Evidence& run, const Claim& claim) {
  const auto from = FindDuration(claim.base, 0);
  if (!from) return false;
  const Interval meant = from->Meant();
  if (const Reading* runtime = run.Final("train_runtime")) {
    return Widen(meant, 0.01 * meant.high).Contains(runtime->value.value);
  }
  for (const Claim* estimate : run.ClaimsOf("estimated_runtime_s")) {
    if (!Disjoint(meant, estimate->value)) return true;
  }
  return false;
}

}  // namespace plumbline::audit
