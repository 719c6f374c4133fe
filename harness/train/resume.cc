#include "harness/train/resume.h"

#include <string>

#include "harness/base/error.h"
#include "harness/config/compare.h"
#include "harness/config/resolved.h"

namespace plumbline::train {
namespace {

void RequireSame(const char* what, int64_t saved, int64_t now, const std::string& checkpoint) {
  if (saved == now) return;
  Fail(ErrorKind::kUsage, "resuming from " + Quoted(checkpoint), std::string(what) + " " + std::to_string(now),
       std::to_string(saved) + ", as when it was saved", "the configuration it was saved with");
}

}  // namespace

void RequireSamePlan(const Checkpoint& saved, const TrainerState& planned, const TrainingArguments& arguments) {
  const std::string checkpoint = arguments.resume_from.string();
  if (!saved.resolved_config.is_null() && !arguments.resolved_config.is_null()) {
    config::RequireSameOnResume(config::Resolved::FromJson(saved.resolved_config, checkpoint),
                                config::Resolved::FromJson(arguments.resolved_config, "this run"), checkpoint);
  }
  RequireSame("per_device_train_batch_size", saved.trainer.train_batch_size, planned.train_batch_size, checkpoint);
  RequireSame("processes", saved.ledger.declared.world_size, arguments.world_size, checkpoint);
  RequireSame("planned optimizer steps", saved.trainer.max_steps, planned.max_steps, checkpoint);
  RequireSame("num_train_epochs", saved.trainer.num_train_epochs, planned.num_train_epochs, checkpoint);
}

void RequireSameRows(const LoopState& saved, int64_t num_rows, const TrainingArguments& arguments) {
  RequireSame("training rows", static_cast<int64_t>(saved.times_trained.size()), num_rows,
              arguments.resume_from.string());
}

}  // namespace plumbline::train
