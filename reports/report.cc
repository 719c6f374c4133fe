#include "reports/report.h"

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/json_fields.h"
#include "harness/base/number.h"
#include "reports/curve.h"
#include "reports/facts.h"
#include "reports/html.h"
#include "reports/markdown.h"
#include "reports/section.h"

namespace plumbline::report {
namespace {

constexpr const char* kSchemaName = "plumbline.report";
constexpr int kSchemaMajor = 1;
constexpr int kSchemaMinor = 0;

Json ToJson(const std::vector<Point>& points) {
  Json json = Json::array();
  for (const Point& point : points)
    json.push_back(Json::array({ShortestDecimal(point.x), HexFloat(point.y)}));
  return json;
}

Json ToJson(const Chart& chart) {
  return Json{{"name", chart.title},
              {"unit", chart.unit},
              {"x", chart.x_name},
              {"baseline", ToJson(chart.baseline)},
              {"candidate", ToJson(chart.candidate)}};
}

// The facts of the comparison, and every curve of the page in full.
Json ReportJson(const Facts& facts) {
  Json curves = Json::array();
  for (const Chart& chart : ChartsOf(facts)) curves.push_back(ToJson(chart));
  return Json{{"schema", SchemaStamp(kSchemaName, kSchemaMajor, kSchemaMinor)},
              {"comparison", check::ToJson(facts.comparison)},
              {"curves", std::move(curves)}};
}

}  // namespace

void WriteReport(const check::Comparison& comparison,
                 const std::vector<std::filesystem::path>& run_directories,
                 const std::filesystem::path& out) {
  const Facts facts = ReadFacts(comparison, run_directories);
  const std::vector<Section> sections = AllSections(facts);
  MakeDirectories(out);
  WriteFileAtomic(out / "report.html", Html(facts, sections));
  WriteFileAtomic(out / "report.md", Markdown(sections));
  WriteJsonFile(out / "report.json", ReportJson(facts));
}

}  // namespace plumbline::report
