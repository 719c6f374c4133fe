// A text log or a Markdown report: dict lines, assignments of Python literals, fenced YAML and
// command lines, tables and sentences. A report of several models becomes a study of several runs.
// Nothing is keyed to a particular report: runs are found by the names the document itself uses.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_READER_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_READER_H_

#include <string>
#include <string_view>

#include "harness/audit/evidence.h"

namespace plumbline::audit {

Study ReadReport(std::string_view text, const std::string& path, const std::string& shown);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_READER_H_
