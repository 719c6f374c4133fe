#include "harness/check/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Well-formed enough to be refused for what hostile text breaks: balanced elements, quoted
// attributes, no bare markup characters, no control characters.
bool IsWellFormed(const std::string& xml) {
  static const std::regex tag("<(/?)([a-z]+)((?: [a-z]+=\"[^\"<]*\")*)(/?)>|<\\?xml[^?]*\\?>");
  std::vector<std::string> open;
  std::string between;
  auto from = xml.cbegin();
  for (std::sregex_iterator match(xml.begin(), xml.end(), tag), end; match != end; ++match) {
    between += std::string(from, (*match)[0].first);
    from = (*match)[0].second;
    if ((*match)[2].length() == 0 || (*match)[4].length() > 0) continue;
    if ((*match)[1].length() == 0) {
      open.push_back((*match)[2]);
    } else if (open.empty() || open.back() != (*match)[2]) {
      return false;
    } else {
      open.pop_back();
    }
  }
  const bool clean = between.find_first_of("<>") == std::string::npos;
  const bool printable =
      std::ranges::none_of(xml, [](char c) { return c >= 0 && c < ' ' && c != '\n'; });
  return open.empty() && clean && printable;
}

TEST(JunitXml, OneCaseForTheVerdictEachIdentityAndEachMetric) {
  const Comparison comparison = JudgeAgainstHonest(HonestRun());
  const std::string xml = JunitXml(comparison);
  EXPECT_TRUE(IsWellFormed(xml)) << xml;
  EXPECT_EQ(Count(xml, "<testcase "),
            static_cast<int>(1 + comparison.identities.size() + comparison.rows.size()));
  EXPECT_EQ(Count(xml, "<failure"), 0);
  EXPECT_THAT(xml, HasSubstr("failures=\"0\" errors=\"0\" skipped=\"0\""));
}

TEST(JunitXml, FailedMetricAndVerdictFailWithTheHeadlineInBothPlaces) {
  RunRecord run = HonestRun();
  At(run, "eval.rouge1.f1", MetricClass::kD1).values = {0.25};
  const Comparison comparison = JudgeAgainstHonest(run);
  const std::string xml = JunitXml(comparison);
  EXPECT_TRUE(IsWellFormed(xml)) << xml;
  EXPECT_EQ(Count(xml, "<failure"), 2);
  EXPECT_THAT(xml, HasSubstr("failures=\"2\""));
  const std::string headline = XmlEscaped(comparison.headline);
  EXPECT_THAT(xml, HasSubstr("message=\"" + headline + "\" type=\"REGRESSION\">" + headline));
}

TEST(JunitXml, DriftHasACaseOfItsKey) {
  RunRecord run = HonestRun();
  auto entries = SmallConfig();
  entries["training.seed"] = Setting(7, config::Layer::kSuite, "suites/s.yaml", 8);
  run.config = config::Resolved(entries);
  EXPECT_THAT(JunitXml(JudgeAgainstHonest(run)),
              HasSubstr("classname=\"s.config\" name=\"training.seed\""));
}

TEST(JunitXml, InvalidIsAnErrorAndAnotherMachineIsSkipped) {
  RunRecord run = HonestRun();
  run.set.status = RunStatus::kFailed;
  EXPECT_THAT(JunitXml(JudgeAgainstHonest(run)), HasSubstr("<error message="));
  run = HonestRun();
  run.environment.machine["cpu.isa"] = "avx";
  const std::string xml = JunitXml(JudgeAgainstHonest(run));
  EXPECT_TRUE(IsWellFormed(xml)) << xml;
  EXPECT_THAT(xml, HasSubstr("skipped=\"3\""));
  EXPECT_THAT(xml, HasSubstr("failures=\"0\""));
}

TEST(JunitXml, HostileTextStaysText) {
  RunRecord run = HonestRun();
  run.set.status = RunStatus::kFailed;
  run.set.problems = {
      "]]></failure><x a=\"1\" b='2'>&amp; \x01\x1b[31m \xFF\xC3 \xED\xA0\x80 \xEF\xBF\xBF "
      "한글\r\n\t"};
  {
    const std::string xml = JunitXml(JudgeAgainstHonest(run));
    EXPECT_TRUE(IsWellFormed(xml)) << xml;
    EXPECT_THAT(
        xml,
        HasSubstr("]]&gt;&lt;/failure&gt;&lt;x a=&quot;1&quot; b=&apos;2&apos;&gt;&amp;amp; "));
    EXPECT_THAT(xml, HasSubstr("한글&#13;&#10;&#9;"));
    EXPECT_THAT(xml, Not(HasSubstr("\xFF")));
    EXPECT_THAT(xml, Not(HasSubstr("\xEF\xBF\xBF")));
  }
}

TEST(JunitXml, MessageIsAtMostTwoHundredCharactersCutBetweenCharacters) {
  Comparison comparison = JudgeAgainstHonest(HonestRun());
  comparison.verdict = Verdict::kRegression;
  for (int i = 0; i < 300; ++i) comparison.headline += "한";
  const std::string xml = JunitXml(comparison);
  const size_t from = xml.find("message=\"") + 9;
  const std::string message = xml.substr(from, xml.find('"', from) - from);
  const auto starts = std::ranges::count_if(message, [](char c) { return (c & 0xC0) != 0x80; });
  EXPECT_EQ(starts, static_cast<int>(kJunitMessageCharacters));
  EXPECT_TRUE(message.ends_with("한..."));
}

}  // namespace
}  // namespace plumbline::check
