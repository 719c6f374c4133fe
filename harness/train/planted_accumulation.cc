// The planted defect of the incident tests: a loop that really accumulates four micro-batches, whatever the
// configuration says. Linked by test programs alone.
#include "harness/train/accumulation.h"

namespace plumbline::train {

int64_t MicroBatchesPerStep(const TrainingArguments&) { return 4; }

}  // namespace plumbline::train
