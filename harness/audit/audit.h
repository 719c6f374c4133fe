// The whole of an audit: every rule on every run of a study, sorted and without repeats. Called by
// `plumbline audit`, by the report of each run and by suites.
#ifndef PLUMBLINE_HARNESS_AUDIT_AUDIT_H_
#define PLUMBLINE_HARNESS_AUDIT_AUDIT_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/audit/comparison.h"
#include "harness/audit/evidence.h"
#include "harness/audit/finding.h"

namespace plumbline::audit {

struct RunAudit {
  std::string path;
  Evidence evidence;
  std::vector<Finding> findings;  // worst first; not-evaluated ones last
  std::vector<ComparedRow> comparison = {};  // declared, observed, claimed
};

// Runs the rules. A rule that throws kData (a broken file it opened) becomes not evaluated, with
// the message; other errors pass.
std::vector<RunAudit> AuditStudy(const Study& study);

// A reason to leave a finding out of the exit status: {rule, reason, path}. The reason is required.
struct Suppression {
  std::string rule;    // an id, or "family-*"
  std::string reason;
  std::string path;  // part of the run's path; empty: all runs
};

// YAML: a list of {rule, reason, path?}. Errors: kUsage with file and line.
std::vector<Suppression> ReadSuppressions(const std::filesystem::path& file);
void Suppress(const std::vector<Suppression>& suppressions, std::vector<RunAudit>& audits);

// The worst severity that is neither suppressed nor "not evaluated"; nullopt: nothing found.
std::optional<Severity> WorstOf(const std::vector<RunAudit>& audits);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_AUDIT_H_
