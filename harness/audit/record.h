// The audit of a run directory as its file audit.json, and as facts for reports and suites. Written
// at the end of each run; read back where weights and data may be gone.
#ifndef PLUMBLINE_HARNESS_AUDIT_RECORD_H_
#define PLUMBLINE_HARNESS_AUDIT_RECORD_H_

#include <filesystem>

#include "harness/base/json.h"
#include "harness/check/audit_facts.h"

namespace plumbline::audit {

inline constexpr const char* kAuditFile = "audit.json";

// All rules on one directory: `plumbline audit --json` with the path ".", in English; the
// directory's own path nowhere in it. Errors: kData when nothing in it can be audited.
Json AuditDirectory(const std::filesystem::path& directory);

// Writes audit.json into the directory and returns what it says. A directory that cannot be audited
// gives facts with a problem and no file: an audit never fails the run it looks at.
check::AuditFacts RecordAudit(const std::filesystem::path& directory);

// What audit.json says; without one (or with a broken one) the directory is audited now. A directory
// that is not there gives facts that say nothing was made.
check::AuditFacts ReadAudit(const std::filesystem::path& directory);

// Errors: kData when a field is missing or of the wrong type.
check::AuditFacts AuditFactsFromJson(const Json& document);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_RECORD_H_
