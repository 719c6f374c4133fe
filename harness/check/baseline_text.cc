// The text of a baseline file. One fact a line, sorted; a series has one value a line, so that a
// diff shows the step.
#include <algorithm>

#include "harness/base/json.h"
#include "harness/base/number.h"
#include "harness/base/sha256.h"
#include "harness/check/baseline.h"
#include "harness/check/baseline_words.h"

namespace plumbline::check {
namespace {

std::string QuotedText(const std::string& text) { return Json(text).dump(); }

std::string ValueLine(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) {
    return HexFloat(*real) + " # " + ShortestDecimal(*real);
  }
  if (const auto* integer = std::get_if<int64_t>(&value)) return std::to_string(*integer);
  return QuotedText(std::get<std::string>(value));
}

std::string ToleranceWords(const Observation& row) {
  if (row.metric_class == MetricClass::kC) return "quantum " + ShortestDecimal(row.quantum) + " ";
  if (row.metric_class != MetricClass::kD2) return "";
  return "envelope " + ShortestDecimal(row.envelope.start) + " " +
         ShortestDecimal(row.envelope.doubling_steps) + " " + ShortestDecimal(row.envelope.cap) +
         " " + ShortestDecimal(row.envelope.floor) + " ";
}

std::string RowText(const Observation& row) {
  std::string text = std::string(words::kRow) + " " + ToText(row.metric_class) + " " + row.name +
                     " " + row.unit + " " + ToText(row.direction) + " " + ToleranceWords(row) +
                     TypeName(row);
  if (row.values.size() == 1) return text + " = " + ValueLine(row.values.front()) + "\n";
  text += " [" + std::to_string(row.values.size()) + "]\n";
  for (const Value& value : row.values) text += "  " + ValueLine(value) + "\n";
  return text;
}

std::string FieldLines(std::string_view word, const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    text += std::string(word) + " " + name + " " + QuotedText(value) + "\n";
  }
  return text;
}

std::string AcceptanceText(const Acceptance& acceptance) {
  std::string text = std::string(words::kAccepted) + "\n";
  const auto add = [&text](std::string_view word, const std::string& value) {
    text += "  " + std::string(word) + " " + value + "\n";
  };
  add(words::kBy, QuotedText(acceptance.recorded_by));
  add(words::kReason, QuotedText(acceptance.reason));
  add(words::kRepetition, QuotedText(acceptance.repetition));
  for (const std::string& digest : acceptance.evidence) add(words::kEvidence, digest);
  for (const std::string& name : acceptance.metrics) add(words::kMetric, name);
  add(words::kContent, acceptance.content);
  add(words::kPredecessor, acceptance.predecessor);
  return text;
}

std::string BodyText(const Baseline& baseline) {
  std::string text = std::string(words::kScope) + " " +
                     (baseline.scope == Scope::kExact ? words::kExact : words::kKeyed) + "\n" +
                     std::string(words::kSuite) + " " + QuotedText(baseline.suite) + "\n";
  text += FieldLines(words::kNumeric, baseline.key.numeric);
  text += FieldLines(words::kPerformance, baseline.key.performance);
  text += FieldLines(words::kRecorded, baseline.recorded);
  for (const auto& [key, entry] : baseline.config) {
    text += std::string(words::kConfig) + " " + key + " " + entry + "\n";
  }
  for (const auto& [name, count] : baseline.plan) {
    text += std::string(words::kPlan) + " " + name + " " + std::to_string(count) + "\n";
  }
  for (const Observation& row : baseline.rows) text += RowText(row);
  return text;
}

}  // namespace

std::string ToText(const Baseline& baseline) {
  std::string text = std::string(words::kHeader) + "\n" + words::kNotice + "\n";
  for (const Acceptance& acceptance : baseline.history) text += AcceptanceText(acceptance);
  return text + BodyText(baseline);
}

std::string ContentDigest(const Baseline& baseline) {
  return Sha256Hex(std::string(words::kHeader) + "\n" + BodyText(baseline));
}

std::string AcceptanceDigest(const Acceptance& acceptance) {
  return Sha256Hex(AcceptanceText(acceptance));
}

void Append(Baseline& baseline, Acceptance next) {
  std::ranges::sort(baseline.rows, {},
                    [](const Observation& row) { return std::pair(row.name, row.metric_class); });
  next.content = ContentDigest(baseline);
  next.predecessor =
      baseline.history.empty() ? words::kNone : AcceptanceDigest(baseline.history.back());
  baseline.history.push_back(std::move(next));
}

}  // namespace plumbline::check
