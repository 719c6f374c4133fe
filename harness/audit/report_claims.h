// What the maps of a report say of a run beside log entries: configuration of a file, what is
// claimed to be in force, derived figures that can be recomputed. Used by the report's reader.
#ifndef PLUMBLINE_HARNESS_AUDIT_REPORT_CLAIMS_H_
#define PLUMBLINE_HARNESS_AUDIT_REPORT_CLAIMS_H_

#include <string>
#include <string_view>

#include "harness/audit/evidence.h"
#include "harness/audit/literal.h"
#include "harness/audit/report_names.h"
#include "harness/audit/report_text.h"

namespace plumbline::audit {

struct MapPlace {
  std::string file;
  std::string key;     // "model_details.kobart"
  std::string around;  // the variable's name and the comments before it, lowered
  const RunNames* names = nullptr;
};

// Quantities of claims: effective_batch, reduction_percent, loss_initial, loss_final,
// loss_lowest, grad_norm_mean, grad_norm_range, time_ratio_train, elapsed_s, estimated_runtime_s.
void AddReportMap(const Literal& map, const MapPlace& place, Evidence& run);

void AddStatus(const Literal& status, Evidence& run);

// The words around a command say that it is a suggestion, not what ran.
bool IsProposal(std::string_view lowered);

// "# Llama: 30 min" beside a proposed command: claims next_run_s.
void AddProposedTimes(const Command& command, const RunNames& names, const std::string& file,
                      const Study& study, Evidence& run);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_REPORT_CLAIMS_H_
