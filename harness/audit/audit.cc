#include "harness/audit/audit.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "harness/audit/rule.h"
#include "harness/base/error.h"
#include "harness/config/node.h"
#include "harness/base/file.h"

namespace plumbline::audit {
namespace {

constexpr Text kBrokenInput = {"a file it needs could not be used: {error}",
                               "필요한 파일을 쓸 수 없음: {error}"};

std::vector<Finding> RunRule(const Rule& rule, const Context& context) {
  Sink sink(rule.id);
  try {
    rule.evaluate(context, sink);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData && error.kind() != ErrorKind::kModel) throw;
    sink.NotEvaluated(kBrokenInput).With("error", error.what());
  } catch (const Json::exception& error) {  // a document whose fields are of other types
    sink.NotEvaluated(kBrokenInput).With("error", error.what());
  }
  std::vector<Finding> findings;
  std::set<std::string> said;
  for (Finding& finding : sink.findings()) {
    const std::string sentence = Render(finding.statement, finding.operands, Language::kEnglish);
    if (!said.insert(sentence).second) continue;
    finding.sources.insert(finding.sources.begin(), rule.sources.begin(), rule.sources.end());
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Worst first: severity, then the strength of the verdict, then confidence; ties in rule order.
bool Before(const Finding& a, const Finding& b) {
  const bool a_open = a.verdict == Verdict::kNotEvaluated;
  const bool b_open = b.verdict == Verdict::kNotEvaluated;
  return std::tuple(a_open, a.severity, a.verdict, -a.confidence) <
         std::tuple(b_open, b.severity, b.verdict, -b.confidence);
}

bool Covers(const Suppression& suppression, const Finding& finding, const std::string& path) {
  if (path.find(suppression.path) == std::string::npos) return false;
  if (!suppression.rule.ends_with("*")) return suppression.rule == finding.rule;
  return finding.rule.starts_with(suppression.rule.substr(0, suppression.rule.size() - 1));
}

Suppression SuppressionOf(const config::Node& item, const std::string& file) {
  Suppression suppression;
  for (const config::Member& member : item.members) {
    std::string* target = member.key.text == "rule"     ? &suppression.rule
                          : member.key.text == "reason" ? &suppression.reason
                          : member.key.text == "path"   ? &suppression.path
                                                        : nullptr;
    if (target == nullptr) {
      Fail(ErrorKind::kUsage, config::PlaceOf(file, member.key), Quoted(member.key.text),
           "rule, reason or path", "- rule: ID\n  reason: why");
    }
    *target = member.value.text;
  }
  if (suppression.rule.empty() || suppression.reason.empty()) {
    Fail(ErrorKind::kUsage, config::PlaceOf(file, item), "an entry without rule or reason",
         "both: a suppression says why", "- rule: ID\n  reason: why");
  }
  if (!suppression.rule.ends_with("*")) {
    FindRule(suppression.rule);
    return suppression;
  }
  const std::string begin = suppression.rule.substr(0, suppression.rule.size() - 1);
  const bool known = std::ranges::any_of(
      Rules(), [&](const Rule& rule) { return rule.id.starts_with(begin); });
  if (!known) {
    Fail(ErrorKind::kUsage, config::PlaceOf(file, item), Quoted(suppression.rule),
         "the beginning of a rule of `plumbline audit --list`", "gen-*");
  }
  return suppression;
}

}  // namespace

std::vector<RunAudit> AuditStudy(const Study& study) {
  std::vector<Timeline> timelines;
  for (const Evidence& run : study.runs) timelines.push_back(DeriveTimeline(run));
  std::vector<RunAudit> audits;
  for (size_t i = 0; i < study.runs.size(); ++i) {
    const Context context{study, study.runs[i], timelines[i], timelines};
    RunAudit audit{study.runs[i].path, study.runs[i], {}, {}};
    for (const Rule& rule : Rules()) {
      for (Finding& finding : RunRule(rule, context)) audit.findings.push_back(std::move(finding));
    }
    std::ranges::stable_sort(audit.findings, Before);
    audit.comparison = CompareRun(context, audit.findings);
    audit.evidence.documents = {};  // thousands of runs may be kept until they are printed
    audit.evidence.tensors.clear();
    audit.evidence.shared = nullptr;
    audits.push_back(std::move(audit));
  }
  return audits;
}

std::vector<Suppression> ReadSuppressions(const std::filesystem::path& file) {
  const config::Node document = config::ParseYaml(ReadFile(file), file.string());
  if (document.kind != config::Node::Kind::kList) {
    Fail(ErrorKind::kUsage, "suppressions " + Quoted(file.string()), "something else", "a list",
         "- rule: ID\n  reason: why");
  }
  std::vector<Suppression> suppressions;
  for (const config::Node& item : document.items) {
    suppressions.push_back(SuppressionOf(item, file.string()));
  }
  return suppressions;
}

void Suppress(const std::vector<Suppression>& suppressions, std::vector<RunAudit>& audits) {
  for (RunAudit& audit : audits) {
    for (Finding& finding : audit.findings) {
      if (finding.verdict == Verdict::kNotEvaluated) continue;
      for (const Suppression& suppression : suppressions) {
        if (Covers(suppression, finding, audit.path)) finding.suppressed = suppression.reason;
      }
    }
  }
}

std::optional<Severity> WorstOf(const std::vector<RunAudit>& audits) {
  std::optional<Severity> worst;
  for (const RunAudit& audit : audits) {
    for (const Finding& finding : audit.findings) {
      if (finding.verdict == Verdict::kNotEvaluated || finding.suppressed) continue;
      if (!worst || finding.severity < *worst) worst = finding.severity;
    }
  }
  return worst;
}

}  // namespace plumbline::audit
