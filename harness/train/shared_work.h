// What the processes of one training share beside losses: gradients, counted work, the metrics of an evaluation, and a
// last checkpoint when one of them is gone. Used by the trainer; one process alone pays nothing.
#ifndef PLUMBLINE_HARNESS_TRAIN_SHARED_WORK_H_
#define PLUMBLINE_HARNESS_TRAIN_SHARED_WORK_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/ledger/ledger.h"
#include "harness/world/world.h"
#include "models/model.h"

namespace plumbline::train {

// Every gradient becomes the sum over all processes. A parameter that has one on some process has one on all.
void SumGradients(const std::vector<models::NamedTensor>& parameters, world::World& world);

// The counted work of this process that the others do not know yet.
class OwnWork {
 public:
  // One more step; nothing when its counters were off.
  void Add(const std::optional<ledger::Observed>& step);
  // Everybody's is added to `total` on every process; this one starts again.
  void ShareInto(ledger::Observed& total, world::World& world);
  // For a process that the others will never hear from: `total` says of how many steps counts are missing.
  void GiveUpIn(ledger::Observed& total);

 private:
  ledger::Observed counted_;
  int64_t steps_ = 0;
};

// What rank 0 measures, on every process; the others wait.
Json OnWriter(const std::function<Json()>& measure, world::World& world);

// Run by each process that lost a peer: the first one saves, the others leave that to it. Returns what to tell the
// user. The path is that of the checkpoint to make.
std::string SaveOnce(const std::filesystem::path& checkpoint, const std::function<void()>& save);

}  // namespace plumbline::train

#endif  // PLUMBLINE_HARNESS_TRAIN_SHARED_WORK_H_
