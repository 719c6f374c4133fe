// What the processes of one training share beside losses: gradients, counted work, the metrics of an evaluation, and a
// last checkpoint when one of them is gone. Used by the trainer; one process alone pays nothing.
#ifndef PLUMBLINE_HARNESS_TRAIN_SHARED_WORK_H_
#define PLUMBLINE_HARNESS_TRAIN_SHARED_WORK_H_

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/ledger/ledger.h"
#include "harness/world/world.h"
#include "models/model.h"

namespace plumbline::train {

// Every gradient becomes the sum over all processes. A parameter that has one on some process has one on all.
void SumGradients(const std::vector<models::NamedTensor>& parameters, world::World& world);

// Everybody's `part` is added to `total` on every process; `part` starts again.
void AddEverybodysWork(ledger::Observed& part, ledger::Observed& total, world::World& world);

// What rank 0 measures, on every process; the others wait.
Json OnWriter(const std::function<Json()>& measure, world::World& world);

// Run by each process that lost a peer: the first one saves, the others leave that to it. Returns what to tell the
// user. The path is that of the checkpoint to make.
std::string SaveOnce(const std::filesystem::path& checkpoint, const std::function<void()>& save);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_SHARED_WORK_H_
