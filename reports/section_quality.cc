// Quality: ROUGE, loss and slot accuracy of the trained model, beside summaries that no model made
// and the checkpoint that training started from. Scores of different tokenizers never share a row.
#include <algorithm>
#include <map>
#include <set>

#include "harness/base/number.h"
#include "reports/metric_table.h"
#include "reports/section.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

struct Source {
  const char* front;
  const char* title;
};
constexpr Source kSources[] = {{"lead1.", "first turn"},
                               {"lead3.", "first three turns"},
                               {"random.", "another row's summary"},
                               {"base.", "before training"},
                               {"eval.", "this model"}};

bool IsTrained(const check::Row& row) { return row.name.starts_with("eval."); }

// The value of FRONT + metric in this run; a metric kept in two classes has one value.
std::string CandidateValue(const check::Comparison& comparison, const std::string& name) {
  const auto row = std::ranges::find_if(comparison.rows, [&](const check::Row& one) {
    return one.name == name && !one.candidate.empty();
  });
  return row == comparison.rows.end() ? "" : row->candidate;
}

// Names after "eval." for which some other source has a value too.
std::set<std::string> SharedMetrics(const check::Comparison& comparison) {
  std::set<std::string> shared;
  for (const check::Row& row : comparison.rows) {
    for (const Source& source : kSources) {
      if (IsTrained(row) || !row.name.starts_with(source.front)) continue;
      const std::string metric = row.name.substr(std::string(source.front).size());
      const auto value = ParseDouble(CandidateValue(comparison, row.name));
      if (value && !CandidateValue(comparison, "eval." + metric).empty()) shared.insert(metric);
    }
  }
  return shared;
}

Table BesideTable(const check::Comparison& comparison) {
  Table table{
      "beside", "This model beside what needs no training (values of this run)", {{"metric"}}, {}};
  for (const Source& source : kSources) table.columns.push_back({source.title, true});
  for (const std::string& metric : SharedMetrics(comparison)) {
    TableRow row{"beside." + metric, {{metric}}};
    for (const Source& source : kSources)
      row.cells.push_back(ValueText(CandidateValue(comparison, source.front + metric)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

const Json* RougeReports(const Facts& facts) {
  if (!facts.candidate || !facts.candidate->results.is_object()) return nullptr;
  const auto found = facts.candidate->results.find("rouge");
  return found == facts.candidate->results.end() || !found->is_object() ? nullptr : &*found;
}

// Once each, in the order of the tokenizers' names.
std::vector<std::string> Warnings(const Json& reports) {
  std::vector<std::string> warnings;
  for (const Json& report : reports) {
    if (!report.is_object() || !report.contains("warnings") || !report.at("warnings").is_array())
      continue;
    for (const Json& warning : report.at("warnings")) {
      if (!warning.is_string()) continue;
      const std::string text = warning.get<std::string>();
      if (std::ranges::find(warnings, text) == warnings.end()) warnings.push_back(text);
    }
  }
  return warnings;
}

Table IntervalTable(const Json& reports) {
  Table table{
      "intervals",
      "95 % interval of the mean F1 over rows (1,000 resamples), this run",
      {{"tokenizer"}, {"score"}, {"F1", true}, {"low", true}, {"high", true}, {"rows", true}},
      {}};
  for (const auto& [tokenizer, report] : reports.items()) {
    for (const char* type : {"rouge1", "rouge2", "rougeL", "rougeLsum"}) {
      if (!report.is_object() || !report.contains(type) || !report.contains("n")) continue;
      const Json& score = report.at(type);
      const auto text = [&](const char* field) {
        const bool number =
            score.is_object() && score.contains(field) && score.at(field).is_number();
        return ValueText(number ? ShortestDecimal(score.at(field).get<double>()) : "");
      };
      table.rows.push_back({"interval." + tokenizer + "." + type,
                            {{tokenizer},
                             {type},
                             text("f1"),
                             text("low"),
                             text("high"),
                             ValueText(report.at("n").dump())}});
    }
  }
  return table;
}

std::string TokenizerSentence(const Facts& facts) {
  if (!facts.candidate || !facts.candidate->config) return "";
  const auto& entries = facts.candidate->config->entries();
  const auto found = entries.find("evaluation.rouge_tokenizer");
  if (found == entries.end() || !found->second.value.is_string()) return "";
  return "ROUGE tokenizer of this run: " + found->second.value.get<std::string>() +
         ". The tokenizer stands in each metric's name; scores of two tokenizers are not "
         "comparable.";
}

void AddRouge(const Facts& facts, Section& section) {
  const std::string tokenizer = TokenizerSentence(facts);
  if (!tokenizer.empty()) section.blocks.push_back({Paragraph{{tokenizer}, "tokenizer"}});
  const Json* reports = RougeReports(facts);
  if (reports == nullptr) return;
  for (const std::string& warning : Warnings(*reports)) {
    section.blocks.push_back({Paragraph{{"Warning: " + warning, "", Tone::kWarning}}});
  }
}

}  // namespace

Section QualitySection(const Facts& facts) {
  Section section{"quality", "Quality", {}};
  AddRouge(facts, section);
  const auto is_twin = [&](const check::Row& row) {
    return IsTrained(row) && IsUncomparedTwin(facts.comparison, row);
  };
  Table scores =
      MetricTable(facts, "Scores of the trained model",
                  [&](const check::Row& row) { return IsTrained(row) && !is_twin(row); });
  if (scores.rows.empty()) {
    section.blocks.push_back({Paragraph{
        {facts.comparison.trained ? "No scores: this run evaluated nothing (no data.validation)."
                                  : "No scores: nothing was trained."}}});
  } else {
    section.blocks.push_back({std::move(scores), 1});
  }
  Table beside = BesideTable(facts.comparison);
  if (!beside.rows.empty()) section.blocks.push_back({std::move(beside), 2});
  Table twins = MetricTable(facts, "The same scores bit for bit (D1): nothing to compare with here",
                            is_twin);
  if (!twins.rows.empty()) section.blocks.push_back({std::move(twins), 4, true});
  if (const Json* reports = RougeReports(facts)) {
    Table intervals = IntervalTable(*reports);
    if (!intervals.rows.empty()) section.blocks.push_back({std::move(intervals), 3, true});
  }
  const bool judged = facts.comparison.verdict != check::Verdict::kNoBaseline;
  Table others =
      MetricTable(facts,
                  judged ? "Stored scores of the base checkpoint and of trivial summaries"
                         : "Scores of the base checkpoint and of trivial summaries",
                  [](const check::Row& row) { return IsQuality(row) && !IsTrained(row); });
  if (!others.rows.empty()) {
    const bool quiet = std::ranges::all_of(facts.comparison.rows, [](const check::Row& row) {
      return !IsQuality(row) || IsTrained(row) || IsQuiet(row);
    });
    section.blocks.push_back({std::move(others), 3, quiet});
  }
  return section;
}

}  // namespace plumbline::report
