// The files of a checkpoint that are no weights. Called by whatever writes weights that came from
// another directory.
#ifndef PLUMBLINE_HARNESS_RUN_COMPANIONS_H_
#define PLUMBLINE_HARNESS_RUN_COMPANIONS_H_

#include <filesystem>

namespace plumbline::run {

// Copies tokenizer, chat template and generation settings, those that are there. Errors:
// kEnvironment.
void CopyCompanions(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_COMPANIONS_H_
