// Real run directories of transformers' Trainer: every planted defect is found by the rule that
// EXPECTED.json names, and clean runs get nothing above minor.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/audit/audit.h"
#include "harness/audit/read.h"
#include "harness/base/json.h"
#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {
namespace {

constexpr const char* kFolder = "tests/golden/trainer_runs/";

std::vector<Finding> FindingsOf(const std::string& name) {
  std::vector<Finding> findings;
  for (const RunAudit& audit : AuditStudy(ReadStudy(kFolder + name, {}))) {
    findings.insert(findings.end(), audit.findings.begin(), audit.findings.end());
  }
  return Said(findings);
}

// One line a finding, for messages.
std::string Listing(const std::vector<Finding>& findings) {
  std::string listing;
  for (const Finding& finding : findings) {
    listing += std::string("  ") + SeverityLetter(finding.severity) + " " +
               VerdictWord(finding.verdict) + " " + finding.rule + ": " + English(finding) + "\n";
  }
  return listing;
}

Json Expected() { return ReadJsonFile(std::string(kFolder) + "EXPECTED.json"); }

TEST(TrainerRuns, ThereAreFiveCleanAndAtLeastFifteenPlantedOnes) {
  size_t clean = 0, planted = 0;
  const Json expected = Expected();
  for (const auto& [name, run] : expected.items()) {
    EXPECT_TRUE(std::filesystem::is_directory(kFolder + name)) << name;
    (run["rule"].get<std::string>().empty() ? clean : planted) += 1;
  }
  EXPECT_EQ(clean, 5u);
  EXPECT_GE(planted, 15u);
}

TEST(TrainerRuns, EveryPlantedDefectIsFoundByItsRule) {
  const Json expected = Expected();
  for (const auto& [name, run] : expected.items()) {
    const std::string rule = run["rule"];
    if (rule.empty()) continue;
    const std::vector<Finding> findings = FindingsOf(name);
    bool found = false;
    for (const Finding& finding : findings) {
      found = found || (finding.rule == rule && finding.verdict != Verdict::kNote);
    }
    EXPECT_TRUE(found) << name << ": " << run["plant"] << "\n  wanted " << rule << ", found\n"
                       << Listing(findings);
  }
}

TEST(TrainerRuns, CleanRunsHaveNothingMajor) {
  const Json expected = Expected();
  for (const auto& [name, run] : expected.items()) {
    if (!run["rule"].get<std::string>().empty()) continue;
    for (const Finding& finding : FindingsOf(name)) {
      EXPECT_GT(finding.severity, Severity::kMajor) << name << "\n" << Listing({finding});
    }
  }
}

}  // namespace
}  // namespace plumbline::audit
