// training_args.bin of HuggingFace's Trainer: a torch.save container (a zip, or the older plain
// stream) around the pickle of a TrainingArguments object. Called by the audit's reader of run
// directories.
#ifndef PLUMBLINE_HARNESS_AUDIT_PICKLE_TRAINING_ARGS_H_
#define PLUMBLINE_HARNESS_AUDIT_PICKLE_TRAINING_ARGS_H_

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "harness/base/json.h"

namespace plumbline::audit {

struct TrainingArgsFile {
  std::string class_name;  // "transformers.training_args.TrainingArguments"
  Json values;             // field name -> value, enum members as their values
  std::string refused;     // why the file could not be read; empty when it was
};

// Never throws on the file's content: what cannot be read is said in `refused`, with the opcode and
// its offset where there is one. A file that no torch.save wrote is refused too.
TrainingArgsFile ParseTrainingArgs(std::span<const std::byte> file, std::string_view file_name);

// The same of a file; a missing file is refused.
TrainingArgsFile ReadTrainingArgs(const std::filesystem::path& path);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_PICKLE_TRAINING_ARGS_H_
