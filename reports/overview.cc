#include "reports/overview.h"

#include <map>
#include <set>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/json_fields.h"
#include "harness/base/number.h"
#include "harness/check/junit.h"
#include "reports/facts.h"
#include "reports/html.h"
#include "reports/markdown.h"
#include "reports/report.h"
#include "reports/section_verdict.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

constexpr const char* kSchemaName = "plumbline.report_overview";
constexpr int kSchemaMajor = 1;
constexpr int kSchemaMinor = 0;
constexpr const char* kWork[] = {"examples", "micro_batches", "optimizer_steps"};

std::string PageOf(const JudgedRun& run) { return run.label + "/report.html"; }

// "3 runs: 2 PASS, 1 NO_BASELINE"
std::string TitleOf(std::span<const JudgedRun> runs) {
  std::map<check::Verdict, int> counts;
  for (const JudgedRun& run : runs) ++counts[run.comparison.verdict];
  std::string text;
  for (const auto& [verdict, count] : counts) {
    text += (text.empty() ? ": " : ", ") + std::to_string(count) + " " + check::ToText(verdict);
  }
  return std::to_string(runs.size()) + " runs" + text;
}

Section RunsSection(std::span<const JudgedRun> runs) {
  Section section{"runs", TitleOf(runs), {}};
  Table table{"",
              "What was said of each; its own page has causes, work, settings, curves",
              {{"run"}, {"suite"}, {"verdict"}, {"in one sentence"}},
              {}};
  for (const JudgedRun& run : runs) {
    const check::Comparison& comparison = run.comparison;
    Text name{run.label};
    name.page = PageOf(run);
    table.rows.push_back({"run." + run.label,
                          {name,
                           {comparison.suite},
                           VerdictText(comparison.verdict),
                           {WithoutAbsolutePaths(comparison.headline)}}});
  }
  section.blocks.push_back({std::move(table)});
  return section;
}

// One value a metric; a metric kept in two classes has the same value in both.
std::string ValueOf(const check::Comparison& comparison, const std::string& name) {
  for (const check::Row& row : comparison.rows) {
    if (row.name == name && !row.candidate.empty()) return row.candidate;
  }
  return "";
}

std::string CountedWork(const check::Comparison& comparison, const std::string& name) {
  for (const check::LedgerRow& row : comparison.ledger) {
    if (row.name == name) return row.observed;
  }
  return "";
}

Table TableFor(std::span<const JudgedRun> runs, const std::string& caption) {
  Table table{"", caption, {{"value"}}, {}};
  for (const JudgedRun& run : runs) table.columns.push_back({run.label, true});
  return table;
}

// Scores of the trained models that are single numbers.
std::set<std::string> ScoreNames(std::span<const JudgedRun> runs) {
  std::set<std::string> names;
  for (const JudgedRun& run : runs) {
    for (const check::Row& row : run.comparison.rows) {
      if (row.name.starts_with("eval.") && ParseDouble(row.candidate)) names.insert(row.name);
    }
  }
  return names;
}

Section ValuesSection(std::span<const JudgedRun> runs) {
  Section section{"values", "Side by side", {}};
  Table work = TableFor(runs, "Work of training, counted");
  for (const char* name : kWork) {
    TableRow row{std::string("work.") + name, {{name}}};
    for (const JudgedRun& run : runs)
      row.cells.push_back(ValueText(CountedWork(run.comparison, name)));
    work.rows.push_back(std::move(row));
  }
  section.blocks.push_back({std::move(work)});
  Table scores = TableFor(runs, "Scores of the trained models; of two tokenizers never comparable");
  for (const std::string& name : ScoreNames(runs)) {
    TableRow row{"score." + name, {{name}}};
    for (const JudgedRun& run : runs)
      row.cells.push_back(ValueText(ValueOf(run.comparison, name)));
    scores.rows.push_back(std::move(row));
  }
  if (scores.rows.empty()) {
    section.blocks.push_back({Paragraph{{"No run evaluated anything (no data.validation)."}}});
  } else {
    section.blocks.push_back({std::move(scores), 1});
  }
  section.blocks.push_back(
      {Paragraph{{"Values stand beside each other as they were measured; whether two runs may be "
                  "compared at all is what plumbline compare says.",
                  "", Tone::kMuted}}});
  return section;
}

Json OverviewJson(std::span<const JudgedRun> runs) {
  Json list = Json::array();
  for (const JudgedRun& run : runs) {
    list.push_back(Json{{"run", run.label},
                        {"folder", run.label},
                        {"comparison", check::ToJson(run.comparison)}});
  }
  return Json{{"schema", SchemaStamp(kSchemaName, kSchemaMajor, kSchemaMinor)},
              {"runs", std::move(list)}};
}

}  // namespace

std::vector<Section> OverviewSections(std::span<const JudgedRun> runs) {
  return {RunsSection(runs), ValuesSection(runs)};
}

void WriteReports(std::span<const JudgedRun> runs, const std::filesystem::path& out) {
  std::vector<check::Comparison> comparisons;
  for (const JudgedRun& run : runs) comparisons.push_back(run.comparison);
  if (runs.size() == 1) {
    WriteReport(runs[0].comparison, runs[0].directories, out);
  } else {
    for (const JudgedRun& run : runs)
      WriteReport(run.comparison, run.directories, out / run.label);
    const std::vector<Section> sections = OverviewSections(runs);
    WriteFileAtomic(out / "report.html",
                    HtmlPage(TitleOf(runs) + " - Plumbline", "Plumbline / several runs", sections));
    WriteFileAtomic(out / "report.md", Markdown(sections));
    WriteJsonFile(out / "report.json", OverviewJson(runs));
  }
  WriteFileAtomic(out / "report.xml", check::JunitXml(comparisons));
}

}  // namespace plumbline::report
