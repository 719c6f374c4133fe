// What a model family tells the loader about itself. One Describe function a line of models.def.
// Called by models.cc; a new family adds its files and its line.
#ifndef PLUMBLINE_MODELS_FAMILY_H_
#define PLUMBLINE_MODELS_FAMILY_H_

#include <cstdint>
#include <memory>
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

// How the names of a checkpoint map to those of Parameters and Buffers.
struct CheckpointNames {
  std::string base_prefix;  // "model.": absent from files saved without the head
  std::vector<Alias> aliases;
  std::vector<std::string> optional;  // keeps its initial value when absent
  std::vector<std::string> ignored;   // in old files, without meaning
};

struct Family {
  std::string model_type;    // of config.json
  std::string architecture;  // transformers' class with the output head
  CheckpointNames names;
  // Allocates without filling. Errors: kModel for a config that is wrong or unsupported.
  std::unique_ptr<Model> (*make)(const Json& config, const at::Device& device) = nullptr;
  // Fills a made model with fresh weights, one named stream a tensor.
  void (*initialize)(Model& model, uint64_t seed) = nullptr;
};

#define MODEL(name) Family Describe##name();
#include "models/models.def"
#undef MODEL

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_FAMILY_H_
