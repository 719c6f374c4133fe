// What a reader of a run must know about the work it did, in sentences. Called at the end of
// training.
#ifndef PLUMBLINE_HARNESS_RUN_WORK_NOTES_H_
#define PLUMBLINE_HARNESS_RUN_WORK_NOTES_H_

#include <string>
#include <vector>

#include "harness/ledger/ledger.h"

namespace plumbline::run {

// Steps that were thrown away, with the place of the first; losses that are no mean over their
// tokens; counts that lack what a process did before it died.
std::vector<std::string> WorkNotes(const ledger::Ledger& ledger);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_WORK_NOTES_H_
