// Speed on two clocks: per sample and token, and per optimizer step. Training and generation apart,
// every repetition shown, the machine's own limits beside. Advisory: it never turns a suite red.
#include <algorithm>
#include <optional>

#include "harness/base/number.h"
#include "harness/check/divergence.h"
#include "reports/metric_table.h"
#include "reports/section.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

constexpr const char* kTrainRate = "speed.train.samples_per_s";
constexpr double kClocksAgree = 2;  // a larger factor between the two clocks is said in words

std::vector<double> Values(const std::optional<Run>& run, const std::string& name) {
  const check::Observation* observation = FindObservation(run, name, check::MetricClass::kN1);
  std::vector<double> values;
  if (observation == nullptr || check::TypeName(*observation) == "text") return values;
  for (const check::Value& value : observation->values) values.push_back(check::NumberOf(value));
  return values;
}

std::optional<double> Median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

std::string MedianText(const std::optional<Run>& run, const std::string& name) {
  const auto median = Median(Values(run, name));
  return median ? ShortestDecimal(*median) : "";
}

std::string RawText(const std::optional<Run>& run, const std::string& name) {
  std::string text;
  for (const double value : Values(run, name))
    text += (text.empty() ? "" : ", ") + BriefNumber(value, 4);
  return text.empty() ? "-" : text;
}

// Names of noisy rows in this order: training, generation, the rest, the machine.
std::vector<std::string> SpeedNames(const check::Comparison& comparison) {
  std::vector<std::string> names;
  for (const char* front : {"speed.train.", "speed.generate.", "speed.", "machine."}) {
    for (const check::Row& row : comparison.rows) {
      if (!IsSpeed(row) || !row.name.starts_with(front)) continue;
      if (std::ranges::find(names, row.name) == names.end()) names.push_back(row.name);
    }
  }
  return names;
}

Table RepetitionTable(const Facts& facts) {
  Table table{"",
              "Medians and every repetition",
              {{"rate"},
               {"unit"},
               {"baseline", true},
               {"candidate", true},
               {"change", true},
               {"repetitions, baseline"},
               {"repetitions, candidate"}},
              {}};
  for (const std::string& name : SpeedNames(facts.comparison)) {
    const auto row = std::ranges::find(facts.comparison.rows, name, &check::Row::name);
    const std::string baseline = MedianText(facts.base, name);
    const std::string candidate = MedianText(facts.candidate, name);
    const Sides sides = SidesText(baseline, candidate);
    table.rows.push_back({"speed." + name,
                          {{name},
                           {row->unit},
                           sides.baseline,
                           sides.candidate,
                           ChangeText(baseline, candidate),
                           {RawText(facts.base, name)},
                           {RawText(facts.candidate, name)}}});
  }
  return table;
}

// Seconds that an optimizer step takes at the measured rate: samples a step / samples a second.
std::optional<double> SecondsPerStep(const std::optional<Run>& run) {
  const auto rate = Median(Values(run, kTrainRate));
  if (!run || !run->ledger || !rate || !(*rate > 0)) return std::nullopt;
  const ledger::Observed& observed = run->ledger->observed;
  if (observed.optimizer_steps <= 0) return std::nullopt;
  return static_cast<double>(observed.examples) / static_cast<double>(observed.optimizer_steps) /
         *rate;
}

std::string NumberOrEmpty(const std::optional<double>& number) {
  return number ? ShortestDecimal(*number) : "";
}

std::optional<double> SamplesPerStep(const std::optional<Run>& run) {
  if (!run || !run->ledger || run->ledger->observed.optimizer_steps <= 0) return std::nullopt;
  return static_cast<double>(run->ledger->observed.examples) /
         static_cast<double>(run->ledger->observed.optimizer_steps);
}

TableRow ClockRow(const std::string& id, const std::string& name, const std::string& clock,
                  const std::string& unit, const std::string& baseline,
                  const std::string& candidate) {
  const Sides sides = SidesText(baseline, candidate);
  return {
      id,
      {{name}, {clock}, {unit}, sides.baseline, sides.candidate, ChangeText(baseline, candidate)}};
}

Table ClockTable(const Facts& facts) {
  Table table{
      "clocks",
      "Training on two clocks",
      {{"rate"}, {"clock"}, {"unit"}, {"baseline", true}, {"candidate", true}, {"change", true}},
      {}};
  table.rows.push_back(ClockRow("clock.sample", "samples a second", "per sample", "samples/s",
                                MedianText(facts.base, kTrainRate),
                                MedianText(facts.candidate, kTrainRate)));
  table.rows.push_back(ClockRow(
      "clock.step", "seconds a step (samples a step / samples a second)", "per optimizer step", "s",
      NumberOrEmpty(SecondsPerStep(facts.base)), NumberOrEmpty(SecondsPerStep(facts.candidate))));
  table.rows.push_back(ClockRow("clock.samples", "samples a step (counted)", "", "samples",
                                NumberOrEmpty(SamplesPerStep(facts.base)),
                                NumberOrEmpty(SamplesPerStep(facts.candidate))));
  return table;
}

std::string ClocksSentence(const Facts& facts) {
  const auto before = SamplesPerStep(facts.base);
  const auto after = SamplesPerStep(facts.candidate);
  if (!before || !after || !(*before > 0) || !(*after > 0)) return "";
  const double factor = std::max(*after / *before, *before / *after);
  if (factor < kClocksAgree) return "";
  const std::string word = *after > *before ? "more" : "less";
  return "The two clocks disagree: the candidate does " + BriefNumber(factor, 3) + " times " +
         word + " work in one optimizer step.";
}

}  // namespace

Section SpeedSection(const Facts& facts) {
  Section section{"speed", "Speed", {}};
  Table judged = MetricTable(facts, "Speed as judged: advisory, never gates here", IsSpeed);
  if (judged.rows.empty()) {
    section.blocks.push_back(
        {Paragraph{{facts.comparison.trained ? "No speed was measured in this run."
                                             : "No speed: nothing was trained."}}});
    return section;
  }
  section.blocks.push_back(
      {Paragraph{{"Advisory: times depend on the machine and its load. Compare them with the "
                  "machine's own rates below, measured in the same run."}}});
  if (SecondsPerStep(facts.candidate)) section.blocks.push_back({ClockTable(facts), 2});
  const std::string disagree = ClocksSentence(facts);
  if (!disagree.empty()) section.blocks.push_back({Paragraph{{disagree, "", Tone::kWarning}}});
  if (facts.candidate && facts.candidate->observations)
    section.blocks.push_back({RepetitionTable(facts), 2});
  section.blocks.push_back({std::move(judged), 3, true});
  return section;
}

}  // namespace plumbline::report
