#include "models/fill.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "models/four_bit_checkpoint.h"

namespace plumbline::models {
namespace {

constexpr size_t kMaxNamesShown = 3;

bool HasPrefix(const CheckpointTensors& stored, const CheckpointNames& names) {
  const std::vector<std::string> all = stored.Names();
  return std::any_of(all.begin(), all.end(), [&](const std::string& name) {
    return name.starts_with(names.base_prefix);
  });
}

// Files saved from the headless class lack the prefix.
std::string NameInFile(const std::string& name, const CheckpointNames& names, bool has_prefix) {
  return has_prefix || !name.starts_with(names.base_prefix)
             ? name
             : name.substr(names.base_prefix.size());
}

std::string Shown(const std::vector<std::string>& names) {
  std::string text = std::to_string(names.size()) + " (";
  for (size_t i = 0; i < std::min(names.size(), kMaxNamesShown); ++i)
    text += (i ? ", " : "") + Quoted(names[i]);
  return text + (names.size() > kMaxNamesShown ? ", ...)" : ")");
}

// Fills the tensors of one model from one checkpoint; every stored tensor must be used, every
// wanted one found.
class Filler {
 public:
  Filler(const CheckpointTensors& stored, const CheckpointNames& names, std::string directory)
      : stored_(stored), names_(names), directory_(std::move(directory)) {
    has_prefix_ = HasPrefix(stored_, names_);
  }

  void Fill(const Model& model) {
    std::vector<NamedTensor> tensors = model.Parameters();
    for (NamedTensor& buffer : model.Buffers()) tensors.push_back(std::move(buffer));
    for (const NamedTensor& tensor : tensors) own_.insert(tensor.name);
    for (const NamedTensor& tensor : tensors) FillOne(tensor);
  }

  void RequireComplete() const {
    if (!missing_.empty()) {
      Refuse("missing tensors: " + Shown(missing_), "every tensor that config.json asks for");
    }
    std::vector<std::string> extra;
    for (const std::string& name : stored_.Names()) {
      if (!used_.contains(name) && !IsIgnored(name)) extra.push_back(name);
    }
    if (!extra.empty())
      Refuse("unknown tensors: " + Shown(extra), "only tensors that config.json asks for");
  }

 private:
  [[noreturn]] void Refuse(const std::string& found, const std::string& wanted) const {
    Fail(ErrorKind::kModel, "loading the checkpoint " + Quoted(directory_), found, wanted,
         "the config.json that belongs to it");
  }

  std::string StoredName(const std::string& name) const {
    return NameInFile(name, names_, has_prefix_);
  }

  bool IsIgnored(const std::string& stored) const {
    const auto& endings = names_.ignored_endings;
    return std::any_of(names_.ignored.begin(), names_.ignored.end(),
                       [&](const std::string& name) { return StoredName(name) == stored; }) ||
           std::any_of(endings.begin(), endings.end(),
                       [&](const std::string& ending) { return stored.ends_with(ending); });
  }

  std::vector<std::string> PresentNames(const std::string& name) const {
    std::vector<std::string> candidates = {StoredName(name)};
    for (const Alias& alias : names_.aliases) {
      if (alias.name == name && !own_.contains(alias.alias))
        candidates.push_back(StoredName(alias.alias));
    }
    std::erase_if(candidates,
                  [&](const std::string& candidate) { return !stored_.Contains(candidate); });
    return candidates;
  }

  void RequireFits(const std::string& stored, const at::Tensor& wanted) const {
    const StoredTensor& entry = stored_.EntryOf(stored);
    const std::string what =
        "reading " + Quoted(stored_.FileOf(stored).path().string()) + " tensor " + Quoted(stored);
    if (!at::isFloatingType(ScalarTypeOf(entry.type)) || SizeBytesOf(entry.type) < 2) {
      Fail(ErrorKind::kModel, what, "dtype " + std::string(NameOf(entry.type)),
           "F32, BF16, F16 or F64", "a checkpoint without quantization");
    }
    if (entry.shape != wanted.sizes()) {
      Fail(ErrorKind::kModel, what, "shape " + Json(entry.shape).dump(),
           Json(wanted.sizes().vec()).dump(), "the config.json that belongs to it");
    }
  }

  void FillOne(const NamedTensor& tensor) {
    const std::vector<std::string> present = PresentNames(tensor.name);
    if (present.empty()) {
      const bool optional =
          std::count(names_.optional.begin(), names_.optional.end(), tensor.name) > 0;
      if (!optional) missing_.push_back(tensor.name);
      return;
    }
    if (IsFourBit(stored_, present[0])) return FillFourBit(present[0], tensor.value);
    for (const std::string& name : present) {
      used_.insert(name);
      RequireFits(name, tensor.value);
      if (name == present[0] || stored_.HaveSameValues(present[0], name)) continue;
      Refuse("different values in " + Quoted(present[0]) + " and " + Quoted(name),
             "equal ones: this family ties them");
    }
    stored_.FileOf(present[0]).CopyTo(stored_.EntryOf(present[0]), tensor.value);
  }

  // Stored by bitsandbytes: dequantized, bit for bit as it does.
  void FillFourBit(const std::string& name, const at::Tensor& wanted) {
    const nn::FourBitWeight weight = ReadFourBit(stored_, name);
    if (weight.shape != wanted.sizes()) {
      Fail(ErrorKind::kModel, "reading the 4-bit tensor " + Quoted(name),
           "shape " + Json(weight.shape).dump(), Json(wanted.sizes().vec()).dump(),
           "the config.json that belongs to it");
    }
    const at::AutoGradMode recording(false);
    wanted.copy_(nn::Dequantize(weight, wanted.scalar_type()).view(wanted.sizes()));
    used_.insert(name);
    for (const std::string& part : FourBitPartNames(stored_, name)) used_.insert(part);
  }

  const CheckpointTensors& stored_;
  const CheckpointNames& names_;
  std::string directory_;
  bool has_prefix_ = false;
  std::set<std::string> own_;  // names of the model
  std::set<std::string> used_;
  std::vector<std::string> missing_;
};

}  // namespace

StoredHead StoredHeadOf(const CheckpointTensors& stored, const CheckpointNames& names) {
  const bool has_prefix = HasPrefix(stored, names);
  if (!names.head || !stored.Contains(names.head->alias)) return StoredHead::kAbsent;
  std::vector<std::string> embeddings = {names.head->name};
  for (const Alias& alias : names.aliases) {
    if (alias.name == names.head->name && alias.alias != names.head->alias)
      embeddings.push_back(alias.alias);
  }
  for (const std::string& name : embeddings) {
    const std::string embedding = NameInFile(name, names, has_prefix);
    if (!stored.Contains(embedding)) continue;
    return stored.HaveSameValues(embedding, names.head->alias) ? StoredHead::kEqual
                                                               : StoredHead::kDifferent;
  }
  return StoredHead::kAbsent;  // the head stands in for the embedding
}

void FillModel(const Model& model, const CheckpointTensors& stored, const CheckpointNames& names,
               const std::string& directory) {
  Filler filler(stored, names, directory);
  filler.Fill(model);
  filler.RequireComplete();
}

}  // namespace plumbline::models
