#include "harness/train/shared_work.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/train/work_counters.h"

namespace plumbline::train {
namespace {

// Gradients travel in pieces of about this many bytes: few messages, little memory beside the model's own.
constexpr size_t kPieceBytes = size_t{64} << 20;

// Parameters with a gradient on some process; where this one has none it gets zeros.
std::vector<at::Tensor> SharedGradients(const std::vector<models::NamedTensor>& parameters,
                                        world::World& world) {
  std::vector<int64_t> has;
  for (const models::NamedTensor& parameter : parameters) has.push_back(parameter.value.grad().defined() ? 1 : 0);
  world.Sum(has);
  std::vector<at::Tensor> gradients;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (has[i] == 0) continue;
    at::Tensor& gradient = parameters[i].value.mutable_grad();
    if (!gradient.defined()) gradient = at::zeros_like(parameters[i].value);
    gradients.push_back(gradient);
  }
  return gradients;
}

void SumPiece(const std::vector<at::Tensor>& gradients, world::World& world) {
  if (gradients.empty()) return;
  std::vector<at::Tensor> flat;
  for (const at::Tensor& gradient : gradients) flat.push_back(gradient.reshape({-1}));
  at::Tensor piece = at::cat(flat).to(at::kCPU);  // where processes meet
  world.Sum(piece);
  int64_t begin = 0;
  for (const at::Tensor& gradient : gradients) {
    gradient.copy_(piece.narrow(0, begin, gradient.numel()).view(gradient.sizes()));
    begin += gradient.numel();
  }
}

}  // namespace

void SumGradients(const std::vector<models::NamedTensor>& parameters, world::World& world) {
  if (world.size() == 1) return;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> piece;
  size_t bytes = 0;
  for (const at::Tensor& gradient : SharedGradients(parameters, world)) {
    piece.push_back(gradient);
    bytes += gradient.nbytes();
    if (bytes < kPieceBytes) continue;
    SumPiece(piece, world);
    piece.clear();
    bytes = 0;
  }
  SumPiece(piece, world);
}

void OwnWork::Add(const std::optional<ledger::Observed>& step) {
  if (!step) return;
  AddWork(*step, counted_);
  ++steps_;
}

void OwnWork::ShareInto(ledger::Observed& total, world::World& world) {
  if (world.size() == 1) {
    AddWork(counted_, total);
  } else {
    for (const std::string& text : world.Gather(ledger::ToJson(counted_).dump())) {
      AddWork(ledger::ObservedFromJson(ParseJson(text, "the work of a rank")), total);
    }
  }
  *this = {};
}

void OwnWork::GiveUpIn(ledger::Observed& total) {
  total.uncounted_steps += steps_;
  *this = {};
}

Json OnWriter(const std::function<Json()>& measure, world::World& world) {
  if (world.size() == 1) return measure();
  const std::string text = world.is_writer() ? measure().dump() : "";
  return ParseJson(world.FromWriter(text), "the metrics of rank 0");
}

std::string SaveOnce(const std::filesystem::path& checkpoint, const std::function<void()>& save) {
  if (std::filesystem::exists(checkpoint)) return "left the resumable checkpoint " + Quoted(checkpoint.string());
  // Its name is one that the next run sweeps away.
  const std::filesystem::path lock =
      checkpoint.parent_path() / ("." + checkpoint.filename().string() + ".saving.tmp");
  const int file = ::open(lock.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) return "another rank saves " + Quoted(checkpoint.string());
  ::close(file);
  save();
  std::filesystem::remove(lock);
  return "left the resumable checkpoint " + Quoted(checkpoint.string());
}

}  // namespace plumbline::train
