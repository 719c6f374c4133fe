#include "harness/audit/timeline.h"

namespace plumbline::audit {

Timeline DeriveTimeline(const Evidence& run) {
  Timeline timeline;
  timeline.epochs_planned = run.Number("training.num_train_epochs");
  return timeline;
}

}  // namespace plumbline::audit
