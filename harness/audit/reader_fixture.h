// A study as one JSON document: what a report says, without its sentences. Used by tests and by
// people who keep a log's figures; made for `plumbline audit F.json`.
//   {"plumbline_audit": 1, "runs": [{"name", "model", "settings": {"file": {..}, "command_line":
//    {..}, "resolved": .., "claimed": .., "proposed": ..}, "log_history": [..], "facts": {..},
//    "words": {..}, "claims": [{"quantity", "value": "1.5" or ["35", "40"], "base", "epoch"}]}]}
#ifndef PLUMBLINE_HARNESS_AUDIT_READER_FIXTURE_H_
#define PLUMBLINE_HARNESS_AUDIT_READER_FIXTURE_H_

#include <string>

#include "harness/audit/evidence.h"
#include "harness/audit/literal.h"

namespace plumbline::audit {

bool IsFixture(const Literal& document);
// Errors: kData for an unknown layer or a value that is no number.
Study ReadFixture(const Literal& document, const std::string& path, const std::string& shown);

// Everything that `from` knows and `into` does not.
void MergeRun(Evidence&& from, Evidence& into);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_READER_FIXTURE_H_
