// HTML, Markdown and the files of a report, with names and values that strangers chose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "reports/escape.h"
#include "reports/html.h"
#include "reports/markdown.h"
#include "reports/overview.h"
#include "reports/report.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/reports/report_fixture.h"

namespace plumbline::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHostile =
    "</td><script>alert(1)</script>|`a`|**b**\n# c\xE2\x80\xAE @d #1 &amp; \"'> [x](http://e)";

// Every text that a person or a file can choose is hostile.
Facts HostileFacts() {
  RunRecord run = LyingRun();
  run.set.suite = kHostile;
  run.set.observations.push_back(Metric(kHostile, MetricClass::kD0, {std::string(kHostile)}));
  run.environment.machine[kHostile] = kHostile;
  auto entries = check::SmallConfig();
  entries["training.gradient_accumulation_steps"] =
      check::Setting(kHostile, config::Layer::kSuite, kHostile, 3);
  run.config = config::Resolved(entries);
  Facts facts = JudgedFacts(run, ReportedRun(), true);
  facts.comparison.suite = kHostile;
  facts.comparison.baseline_label = kHostile;
  facts.comparison.candidate_label = kHostile;
  facts.comparison.headline = kHostile;
  facts.comparison.problems = {kHostile};
  facts.comparison.notes = {kHostile};
  facts.comparison.shadows = {kHostile};
  facts.comparison.next = {kHostile};
  facts.comparison.causes.push_back({"config", kHostile, kHostile, "because"});
  facts.comparison.inventory.push_back({kHostile, "differs", 1, kHostile});
  facts.comparison.not_comparable.push_back({kHostile, kHostile, kHostile});
  facts.comparison.ledger.push_back({kHostile, kHostile, kHostile, kHostile});
  facts.comparison.curves.push_back({kHostile, kHostile, {1, 2}, {2, 1}});
  facts.candidate->results = {{"rouge", {{kHostile, {{"warnings", {kHostile}}}}}}};
  return facts;
}

// The tags of a page in order, void ones left out.
std::vector<std::string> Tags(const std::string& html) {
  std::vector<std::string> tags;
  const std::regex tag("<(/?[a-z][a-z0-9]*)[^>]*?(/?)>");
  for (std::sregex_iterator match(html.begin(), html.end(), tag), end; match != end; ++match) {
    const std::string name = (*match)[1];
    const bool is_void = name == "meta" || name == "wbr" || (*match)[2] == "/";
    if (!is_void) tags.push_back(name);
  }
  return tags;
}

void ExpectBalanced(const std::string& html) {
  std::vector<std::string> open;
  for (const std::string& tag : Tags(html)) {
    if (tag[0] != '/') {
      open.push_back(tag);
      continue;
    }
    ASSERT_FALSE(open.empty()) << tag;
    ASSERT_EQ("/" + open.back(), tag);
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
}

// Nothing is run, asked for or sent: what the page needs is in the page.
void ExpectSelfContained(const std::string& html) {
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr(" src=")));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  const std::regex reference("href=\"([^\"]*)\"");
  for (std::sregex_iterator match(html.begin(), html.end(), reference), end; match != end; ++match)
    EXPECT_TRUE((*match)[1].str().starts_with("#") || (*match)[1].str().ends_with("report.html"))
        << (*match)[1];
}

int Bars(const std::string& line) {
  int bars = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '|' && (i == 0 || line[i - 1] != '\\')) ++bars;
  }
  return bars;
}

TEST(Html, HostileTextStaysText) {
  const Facts facts = HostileFacts();
  const std::string html = Html(facts, AllSections(facts));
  ExpectSelfContained(html);
  ExpectBalanced(html);
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(html, HasSubstr("[U+202E]"));
  EXPECT_THAT(html, Not(HasSubstr("\xE2\x80\xAE")));
}

TEST(Html, OrdinaryPagesAreSelfContainedAndBalanced) {
  for (const Facts& facts : {PassingFacts(), UnjudgedFacts(), EmptyFacts(),
                             JudgedFacts(DriftedRun(), ReportedRun(), true)}) {
    const std::string html = Html(facts, AllSections(facts));
    ExpectSelfContained(html);
    ExpectBalanced(html);
    for (const Section& section : AllSections(facts))
      EXPECT_THAT(html, HasSubstr("<section id=\"" + section.id + "\""));
  }
}

// A line that is not typed code carries no tag but our own, and tables keep their columns.
TEST(Markdown, HostileTextStaysText) {
  const std::string text = Markdown(AllSections(HostileFacts()));
  std::istringstream lines(text);
  int columns = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("    ")) continue;  // an indented block shows what is typed
    EXPECT_THAT(line, Not(HasSubstr("<script"))) << line;
    EXPECT_THAT(line, Not(HasSubstr("**b**"))) << line;
    EXPECT_THAT(line, Not(HasSubstr("[x]("))) << line;
    EXPECT_THAT(line, Not(HasSubstr("http://"))) << line;
    EXPECT_THAT(line, Not(HasSubstr(" @d"))) << line;
    EXPECT_FALSE(line.starts_with("# ")) << line;
    if (!line.starts_with("|")) {
      columns = 0;
    } else if (columns == 0) {
      columns = Bars(line);
    } else {
      EXPECT_EQ(Bars(line), columns) << line;
    }
  }
}

TEST(Markdown, KeepsTheVerdictWithinAnyBudget) {
  const std::vector<Section> sections = AllSections(HostileFacts());
  for (const size_t bytes : {2000u, 8000u, 60000u}) {
    const std::string text = Markdown(sections, bytes);
    EXPECT_LE(text.size(), bytes);
    EXPECT_THAT(text, HasSubstr("INVALID"));  // a metric of that name may not be judged
  }
}

TEST(Escape, CodeWithMarkupBecomesEntitiesAndPlainCodeStaysCode) {
  EXPECT_EQ(MarkdownCode("a<script>`|", 100), "<code>a&lt;script&gt;\\`\\|</code>");
  EXPECT_EQ(MarkdownCode("models/a.yaml:3:5", 100), "`models/a.yaml:3:5`");
  EXPECT_EQ(MarkdownCode("a`b|c", 100), "`a'b\\|c`");
  EXPECT_EQ(MarkdownCode("", 100), "");
}

TEST(Escape, BrokenBytesAndInvisibleMarksAreNamed) {
  EXPECT_EQ(Visible("a\xFF" "b", 10), "a[0xFF]b");
  EXPECT_EQ(Visible("a\xE2\x80\x8B" "b\n", 10), "a[U+200B]b ");
  EXPECT_EQ(Visible("한글입니다", 2), "한글... (9 more bytes)");
  EXPECT_EQ(HtmlEscaped("<a href='x'>&"), "&lt;a href=&#39;x&#39;&gt;&amp;");
}

std::vector<JudgedRun> TwoRuns(const testing::TemporaryDirectory& directory) {
  RunRecord worse = ReportedRun();
  check::At(worse, "eval.rouge1.f1", MetricClass::kD1).values = {0.25};
  std::vector<JudgedRun> runs(2);
  runs[0].label = "good";
  runs[0].comparison = JudgedFacts(ReportedRun(), ReportedRun()).comparison;
  runs[0].directories = {check::WriteRun(ReportedRun(), directory / "good")};
  runs[1].label = "bad";
  runs[1].comparison = JudgedFacts(worse, ReportedRun()).comparison;
  runs[1].comparison.candidate_label = "bad";
  runs[1].directories = {check::WriteRun(worse, directory / "bad")};
  return runs;
}

TEST(Overview, SeveralRunsStandSideBySideWithAFolderEach) {
  const testing::TemporaryDirectory directory;
  WriteReports(TwoRuns(directory), directory / "out");
  const std::string html = ReadFile(directory / "out/report.html");
  ExpectSelfContained(html);
  ExpectBalanced(html);
  EXPECT_THAT(html, HasSubstr("2 runs: 1 REGRESSION, 1 PASS"));
  EXPECT_THAT(html, HasSubstr("<a href=\"bad/report.html\">bad</a>"));
  EXPECT_THAT(ReadFile(directory / "out/report.md"), HasSubstr("[bad](<bad/report.html>)"));
  EXPECT_THAT(ReadFile(directory / "out/report.md"), HasSubstr("| eval.rouge1.f1 | 0.5 | 0.25 |"));
  EXPECT_THAT(ReadFile(directory / "out/bad/report.html"), HasSubstr("REGRESSION"));
  const Json json = ReadJsonFile(directory / "out/report.json");
  EXPECT_EQ(json["runs"][1]["comparison"]["verdict"], "REGRESSION");
  const std::string xml = ReadFile(directory / "out/report.xml");
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"s (bad)\""));
  EXPECT_THAT(xml, HasSubstr("type=\"REGRESSION\""));
  EXPECT_THAT(xml, HasSubstr("<testsuites tests=\"" +
                             std::to_string(2 * (1 + 11 + TwoRuns(directory)[0]
                                                              .comparison.identities.size())) +
                             "\""));
}

TEST(Report, OneRunIsWrittenWhereItWasAskedForTwiceTheSame) {
  const testing::TemporaryDirectory directory;
  const std::vector<JudgedRun> runs = TwoRuns(directory);
  WriteReports(std::span(runs).first(1), directory / "a");
  WriteReports(std::span(runs).first(1), directory / "b");
  for (const char* name : {"report.html", "report.md", "report.json", "report.xml"})
    EXPECT_EQ(ReadFile(directory / "a" / name), ReadFile(directory / "b" / name)) << name;
  EXPECT_FALSE(std::filesystem::exists(directory / "a/good"));
}

}  // namespace
}  // namespace plumbline::report
