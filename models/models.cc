// The table of families, and the checkpoint directory in and out.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "models/family.h"
#include "models/model.h"
#include "models/safetensors.h"

namespace plumbline::models {
namespace {

constexpr size_t kMaxNamesShown = 3;

std::vector<Family> Families() {
  return {
#define MODEL(name) Describe##name(),
#include "models/models.def"
#undef MODEL
  };
}

Family FamilyOf(const Json& config, const std::string& where) {
  const Json type =
      config.is_object() && config.contains("model_type") ? config.at("model_type") : Json();
  std::string known;
  for (Family& family : Families()) {
    if (type == family.model_type) return std::move(family);
    known += (known.empty() ? "" : ", ") + family.model_type;
  }
  Fail(ErrorKind::kModel, "reading " + where,
       type.is_null() ? "no model_type" : "model_type " + type.dump(), "one of " + known,
       "a checkpoint of a known family");
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
    for (const std::string& name : stored_.Names())
      has_prefix_ |= name.starts_with(names_.base_prefix);
  }

  void Fill(const std::vector<NamedTensor>& tensors) {
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

  // Files saved from the headless class lack the prefix.
  std::string StoredName(const std::string& name) const {
    return has_prefix_ || !name.starts_with(names_.base_prefix)
               ? name
               : name.substr(names_.base_prefix.size());
  }

  bool IsIgnored(const std::string& stored) const {
    return std::any_of(names_.ignored.begin(), names_.ignored.end(),
                       [&](const std::string& name) { return StoredName(name) == stored; });
  }

  std::vector<std::string> PresentNames(const std::string& name) const {
    std::vector<std::string> candidates = {StoredName(name)};
    for (const Alias& alias : names_.aliases) {
      if (alias.name == name) candidates.push_back(StoredName(alias.alias));
    }
    std::erase_if(candidates,
                  [&](const std::string& candidate) { return !stored_.Contains(candidate); });
    return candidates;
  }

  at::Tensor CheckedView(const std::string& stored, const at::Tensor& wanted) const {
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
    return stored_.View(stored);
  }

  void FillOne(const NamedTensor& tensor) {
    const std::vector<std::string> present = PresentNames(tensor.name);
    if (present.empty()) {
      const bool optional =
          std::count(names_.optional.begin(), names_.optional.end(), tensor.name) > 0;
      if (!optional) missing_.push_back(tensor.name);
      return;
    }
    const at::Tensor first = CheckedView(present[0], tensor.value);
    for (const std::string& alias : present) {
      used_.insert(alias);
      if (at::equal(first.to(at::kFloat), CheckedView(alias, tensor.value).to(at::kFloat)))
        continue;
      Refuse("different values in " + Quoted(present[0]) + " and " + Quoted(alias),
             "equal ones: this family ties them");
    }
    const at::NoGradGuard no_grad;
    tensor.value.copy_(first);
  }

  const CheckpointTensors& stored_;
  const CheckpointNames& names_;
  std::string directory_;
  bool has_prefix_ = false;
  std::set<std::string> used_;
  std::vector<std::string> missing_;
};

Json ReadConfig(const std::filesystem::path& path) {
  try {
    return ReadJsonFile(path);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, error.what());
  }
}

std::string DtypeName(at::ScalarType dtype) {
  if (dtype == at::kBFloat16) return "bfloat16";
  if (dtype == at::kHalf) return "float16";
  PLUMBLINE_CHECK(dtype == at::kFloat);
  return "float32";
}

}  // namespace

std::unique_ptr<Model> LoadModel(const std::filesystem::path& directory, const at::Device& device) {
  const std::filesystem::path config_path = directory / "config.json";
  const Json config = ReadConfig(config_path);
  const Family family = FamilyOf(config, Quoted(config_path.string()));
  const CheckpointTensors stored(directory);
  std::unique_ptr<Model> model = family.make(config, device);
  Filler filler(stored, family.names, directory.string());
  filler.Fill(model->Parameters());
  filler.Fill(model->Buffers());
  filler.RequireComplete();
  return model;
}

std::unique_ptr<Model> InitializeModel(const Json& config, uint64_t seed,
                                       const at::Device& device) {
  const Family family = FamilyOf(config, "a model's configuration");
  std::unique_ptr<Model> model = family.make(config, device);
  family.initialize(*model, seed);
  return model;
}

void SaveModel(const Model& model, const std::filesystem::path& directory, at::ScalarType dtype) {
  Json config = model.config();
  config["architectures"] = {FamilyOf(config, "a model's configuration").architecture};
  config[config.contains("torch_dtype") ? "torch_dtype" : "dtype"] = DtypeName(dtype);
  std::vector<NamedTensor> tensors = model.Parameters();
  for (NamedTensor& buffer : model.Buffers()) tensors.push_back(std::move(buffer));
  MakeDirectories(directory);
  SaveTensors(directory / "model.safetensors", tensors, dtype);
  WriteJsonFile(directory / "config.json", config);
}

}  // namespace plumbline::models
