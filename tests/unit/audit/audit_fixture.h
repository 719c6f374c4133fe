// Runs made in memory for the tests of rules, and what one rule says of them.
#ifndef PLUMBLINE_TESTS_UNIT_AUDIT_AUDIT_FIXTURE_H_
#define PLUMBLINE_TESTS_UNIT_AUDIT_AUDIT_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "harness/audit/audit.h"
#include "harness/audit/rule.h"
#include "harness/base/error.h"

namespace plumbline::audit {

inline Reading ReadingOf(const std::string& text, const std::string& key = "") {
  return {*ParseDecimal(text), {"trainer_state.json", key, 0}};
}

inline Point PointOf(std::vector<std::pair<std::string, std::string>> values) {
  Point point;
  for (auto& [name, text] : values) point.values[name] = ReadingOf(text, name);
  return point;
}

inline void Set(Evidence& run, const std::string& key, const std::string& text,
                Layer layer = Layer::kResolved) {
  run.settings.push_back({key, text, layer, {"settings.yaml", key, 0}});
}

// What one rule says of the run at `index` of the study; "not evaluated" ones included.
inline std::vector<Finding> Judge(const std::string& rule, const Study& study, size_t index = 0) {
  std::vector<Timeline> timelines;
  for (const Evidence& run : study.runs) timelines.push_back(DeriveTimeline(run));
  Sink sink(rule);
  FindRule(rule).evaluate({study, study.runs[index], timelines[index], timelines}, sink);
  std::vector<Finding> findings(sink.findings().begin(), sink.findings().end());
  for (const Finding& finding : findings) {  // every sentence must find its operands, twice
    for (const Language language : {Language::kEnglish, Language::kKorean}) {
      Render(finding.statement, finding.operands, language);
      Render(finding.settle, finding.operands, language);
      Render(finding.action, finding.operands, language);
    }
  }
  return findings;
}

inline std::vector<Finding> Judge(const std::string& rule, const Evidence& run) {
  return Judge(rule, Study{"study", {run}});
}

// Findings that say something: not the "not evaluated" ones.
inline std::vector<Finding> Said(const std::vector<Finding>& findings) {
  std::vector<Finding> said;
  for (const Finding& finding : findings) {
    if (finding.verdict != Verdict::kNotEvaluated) said.push_back(finding);
  }
  return said;
}

inline std::string English(const Finding& finding) {
  return Render(finding.statement, finding.operands, Language::kEnglish);
}

}  // namespace plumbline::audit

#endif  // PLUMBLINE_TESTS_UNIT_AUDIT_AUDIT_FIXTURE_H_
