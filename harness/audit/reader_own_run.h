// What only a run directory of ours holds: settings with the whole chain of each, the counted work,
// the data that was read with its digest. Called by reader_directory.cc and rows.cc.
#ifndef PLUMBLINE_HARNESS_AUDIT_READER_OWN_RUN_H_
#define PLUMBLINE_HARNESS_AUDIT_READER_OWN_RUN_H_

#include <filesystem>
#include <set>
#include <string>

#include "harness/audit/evidence.h"
#include "harness/audit/literal.h"

namespace plumbline::audit {

// resolved_config.json: the value in force is resolved. What a person wrote, winning or shadowed,
// stands in its own layer too: preset, include and suite files as files, environment and command
// line as command line; within a layer the strongest is said last. Keys that another key switched
// off, defaults and checkpoint files are nobody's word.
void AddOwnConfig(const Literal& document, Evidence& run);

// ledger.json: optimizer_updates, the steps that moved the weights, and training.world_size, the
// processes that shared them.
void AddLedgerFacts(Evidence& run);

// A data file of ours as this machine still has it.
struct JoinedData {
  std::filesystem::path path;     // empty: not to be had
  std::string problem;            // why a file that is there cannot be used
  std::string digest;             // SHA-256 of the file
  std::set<std::string> taken;    // ids of the rows that were trained on; empty: all
};

// The file that `key` ("data.train") names, where its digest is the one the run recorded for `role`
// ("train"). Runs of others, renamed columns and missing files give nothing.
JoinedData FindOwnData(const Evidence& run, const char* key, const char* role);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_READER_OWN_RUN_H_
