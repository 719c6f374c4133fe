// What a model family tells the loader about itself. One Describe function a line of models.def.
// Called by models.cc; a new family adds its files and its line.
#ifndef PLUMBLINE_MODELS_FAMILY_H_
#define PLUMBLINE_MODELS_FAMILY_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "models/model.h"

namespace plumbline::models {

// A second name under which older files hold the same values. When both are present they must be
// equal.
struct Alias {
  std::string name;
  std::string alias;
};

// What a checkpoint holds under the name of the output projection that may share the embedding.
enum class StoredHead {
  kNothingStored,  // fresh weights, or a count by shape: the config decides
  kAbsent,
  kEqual,      // to the embedding, value for value
  kDifferent,  // the projection is the model's own, whatever the config says
};

// How the names of a checkpoint map to those of Parameters and Buffers.
struct CheckpointNames {
  std::string base_prefix;  // "model.": absent from files saved without the head
  std::vector<Alias> aliases;  // one whose alias is a parameter of the made model has no effect
  std::optional<Alias> head = std::nullopt;  // embedding and output projection, when a file may tie them or not
  std::vector<std::string> optional;  // keeps its initial value when absent
  std::vector<std::string> ignored;   // in old files, without meaning
  std::vector<std::string> ignored_endings = {};  // so are all names that end like this
};

struct Allocation {
  at::TensorOptions weights = at::kFloat;  // device and type; the meta device: shapes without memory
  StoredHead head = StoredHead::kNothingStored;
};

struct Family {
  std::string model_type;    // of config.json
  std::string architecture;  // transformers' class with the output head
  CheckpointNames names;
  // Allocates without filling. Errors: kModel for a config that is wrong or unsupported.
  std::unique_ptr<Model> (*make)(const Json& config, const Allocation& allocation) = nullptr;
  // Fills a made model with fresh weights, one named stream a tensor.
  void (*initialize)(Model& model, uint64_t seed) = nullptr;
};

#define MODEL(name) Family Describe##name();
#include "models/models.def"
#undef MODEL

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_FAMILY_H_
