// The runs of a report by the names it uses: "llama-3.2-korean-3b" is also "Llama" in prose and
// `llama_training_metrics` in code. Used by the report's reader alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_NAMES_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_NAMES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/report_text.h"

namespace plumbline::audit {

struct RunName {
  std::string name;   // as the document writes it
  std::string alias;  // lowered, the shortest word that is only this run's
};

class RunNames {
 public:
  explicit RunNames(const ReportText& report);

  const std::vector<RunName>& names() const { return names_; }
  // Runs that a lowered text mentions, in order of names().
  std::vector<size_t> In(std::string_view lowered) const;
  // The only run a text mentions.
  std::optional<size_t> OnlyIn(std::string_view lowered) const;
  // The run whose alias begins the text.
  std::optional<size_t> AtStart(std::string_view lowered) const;
  // The innermost heading that names exactly one run.
  std::optional<size_t> OfHeadings(const std::vector<std::string>& headings) const;

 private:
  std::vector<RunName> names_;
};

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_NAMES_H_
