#include "harness/config/resolve.h"

#include <iterator>
#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "harness/config/check.h"
#include "harness/config/compare.h"
#include "harness/config/layering.h"
#include "harness/config/preset.h"
#include "harness/config/source.h"

namespace plumbline::config {
namespace {

// A value that follows from others. A binding one is a fact: an explicit setting that disagrees is
// an error.
struct Derivation {
  std::string key;
  Json value;
  std::string formula;
  bool binding = false;
};

void Apply(const Derivation& derived, Entries& entries) {
  Entry& entry = entries.at(derived.key);
  Origin origin;
  origin.layer = Layer::kDerived;
  origin.formula = derived.formula;
  if (entry.origin.layer == Layer::kDefault) {
    entry.shadowed.insert(entry.shadowed.begin(), Shadow{entry.value, entry.origin});
    entry.value = derived.value;
    entry.origin = origin;
  } else if (derived.binding && entry.value != derived.value) {
    Fail(ErrorKind::kUsage, PlaceOf(entry.origin), derived.key + " = " + ValueText(entry.value),
         ValueText(derived.value) + ", which follows from " + derived.formula,
         "removing one of the two");
  }
}

class Resolver {
 public:
  explicit Resolver(const Inputs& inputs) : inputs_(inputs) {}

  Resolved Run() {
    Add(ReadFiles(inputs_.files));
    Add(ReadEnvironment(inputs_.environment));
    Add(ReadArguments(inputs_.arguments));
    RequireOncePerLayer(settings_);
    RefuseUnbuilt(Layered(settings_));
    AddPreset();
    RequireOncePerLayer(settings_);
    AddCheckpoint();
    AddFixedData();
    return Checked();
  }

 private:
  void Add(std::vector<Setting> settings) {
    std::move(settings.begin(), settings.end(), std::back_inserter(settings_));
  }

  void AddPreset() {
    Entries entries = Layered(settings_);
    const Entry& models = entries.at("experiment.models");
    if (models.value.is_array() && models.value.size() == 1) {
      derivations_.push_back({"model.preset", models.value[0],
                              "experiment.models (" + PlaceOf(models.origin) + ")", true});
      Apply(derivations_.back(), entries);
    }
    const Entry& preset = entries.at("model.preset");
    if (preset.value.is_null()) return;
    preset_ = preset.value.get<std::string>();
    const PresetFile file = FindPreset(preset_, inputs_.environment, PlaceOf(preset.origin));
    Add(ReadPresetFile(file.path, file.shown));
  }

  void AddCheckpoint() {
    Entries entries = Layered(settings_);
    if (entries.at("model.path").value.is_null() && !preset_.empty()) DerivePathOfPreset(entries);
    const Entry path = entries.at("model.path");
    if (path.value.is_null()) return;
    const std::string shown = path.value.get<std::string>();
    const std::filesystem::path directory = Resolved(entries).Path("model.path");
    if (!std::filesystem::is_directory(directory)) {
      Fail(ErrorKind::kModel, Describe(path.origin) + ": model.path",
           "no directory " + Quoted(directory.string()), "a checkpoint",
           "checking the path, or --set model.path=DIR");
    }
    derivations_.push_back({"tokenizer.path", path.value, "model.path", false});
    CheckpointSettings checkpoint = ReadCheckpoint(directory, shown);
    if (!checkpoint.model_type.empty()) {
      const std::string formula = "model_type (" + PlaceOf(checkpoint.model_type_origin) + ")";
      derivations_.push_back({"model.type", checkpoint.model_type, formula, true});
    }
    unknown_in_checkpoint_ = std::move(checkpoint.unknown);
    Add(std::move(checkpoint.settings));
  }

  // Full-size weights lie outside the project.
  void DerivePathOfPreset(Entries& entries) {
    const auto root = inputs_.environment.find("PLUMBLINE_CHECKPOINTS");
    const std::string hint = "PLUMBLINE_CHECKPOINTS=DIR, or --set model.path=DIR";
    const std::string what = "the checkpoint of the preset " + Quoted(preset_);
    if (root == inputs_.environment.end() || root->second.empty()) {
      Fail(ErrorKind::kModel, what, "no PLUMBLINE_CHECKPOINTS",
           "the directory that holds " + Quoted(preset_ + "/"), hint);
    }
    const std::filesystem::path directory = std::filesystem::path(root->second) / preset_;
    if (!std::filesystem::is_directory(directory)) {
      Fail(ErrorKind::kModel, what, "no directory " + Quoted(directory.string()), "a checkpoint",
           hint);
    }
    derivations_.push_back({"model.path", "$PLUMBLINE_CHECKPOINTS/" + preset_,
                            "PLUMBLINE_CHECKPOINTS and model.preset", false});
    Apply(derivations_.back(), entries);
  }

  // Rows that anybody named stand alone: nobody's training is validated on data they did not ask for.
  void AddFixedData() {
    const Entries entries = Layered(settings_);
    const bool named =
        !entries.at("data.train").value.is_null() || !entries.at("data.validation").value.is_null();
    if (named || inputs_.fixed_data.empty()) return;
    for (const char* split : {"train", "validation"}) {
      derivations_.push_back({std::string("data.") + split,
                              inputs_.fixed_data + "/" + split + ".jsonl",
                              "the project's fixed data, because no data is named", false});
    }
  }

  Resolved Checked() {
    Entries entries = Layered(settings_);
    for (const Derivation& derived : derivations_) Apply(derived, entries);
    SwitchOffLosers(entries);
    RefuseUnbuilt(entries);
    CheckActivity(entries);
    CheckRelations(entries);
    Resolved resolved(std::move(entries));
    resolved.set_unknown_in_checkpoint(std::move(unknown_in_checkpoint_));
    return resolved;
  }

  const Inputs& inputs_;
  std::vector<Setting> settings_;
  std::vector<Derivation> derivations_;
  std::string preset_;
  std::vector<std::string> unknown_in_checkpoint_;
};

}  // namespace

Resolved Resolve(const Inputs& inputs) { return Resolver(inputs).Run(); }

}  // namespace plumbline::config
