// Entries of log_history, wherever they stand: trainer_state.json, dict lines of a log, lists in a
// report. Used by the readers.
#ifndef PLUMBLINE_HARNESS_AUDIT_READER_STATE_H_
#define PLUMBLINE_HARNESS_AUDIT_READER_STATE_H_

#include <string>

#include "harness/audit/evidence.h"
#include "harness/audit/literal.h"

namespace plumbline::audit {

// What a dict is by its keys: a training point, an evaluation, final figures, or none of them.
enum class EntryKind { kNone, kTraining, kEvaluation, kFinal };
EntryKind KindOfEntry(const Literal& entry);

// Adds an entry to the run; an entry of the same kind and epoch (or step) as an earlier one fills in
// what that one lacks. False when it is no entry.
bool AddEntry(const Literal& entry, const std::string& file, const std::string& key, Evidence& run);

// A whole trainer_state.json.
void AddTrainerState(const Literal& state, const std::string& file, Evidence& run);

// Numbers of all_results.json, train_results.json and the like.
void AddResults(const Literal& results, const std::string& file, Evidence& run);

// Puts the points in order of the run (step, else epoch, else as read) and turns times of day into
// seconds that never go back.
void OrderPoints(Evidence& run);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_READER_STATE_H_
