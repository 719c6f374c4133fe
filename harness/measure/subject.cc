#include "harness/measure/subject.h"

#include <ATen/Device.h>

#include "harness/base/error.h"
#include "harness/base/json.h"

namespace plumbline::measure {
namespace {

constexpr const char* kSpecial[] = {"bos_token_id",         "eos_token_id",
                                    "pad_token_id",         "decoder_start_token_id",
                                    "forced_bos_token_id",  "forced_eos_token_id",
                                    "unk_token_id"};

// An id or a list of ids.
std::vector<int64_t> IdsOf(const Json& config, const char* name) {
  const auto found = config.find(name);
  if (found == config.end() || found->is_null()) return {};
  if (found->is_number_integer()) return {found->get<int64_t>()};
  return found->is_array() ? found->get<std::vector<int64_t>>() : std::vector<int64_t>{};
}

}  // namespace

bool HasWeights(const std::filesystem::path& path) {
  return std::filesystem::exists(path / "model.safetensors") ||
         std::filesystem::exists(path / "model.safetensors.index.json");
}

Subject LoadSubject(const std::filesystem::path& path, uint64_t seed, const at::Device& device) {
  if (HasWeights(path)) return {models::LoadModel(path, device), false};
  const std::filesystem::path config =
      std::filesystem::is_directory(path) ? path / "config.json" : path;
  if (!std::filesystem::is_regular_file(config)) {
    Fail(ErrorKind::kModel, "reading the model " + Quoted(path.string()), "no config.json",
         "a HuggingFace directory, or a config.json alone", "plumbline bench --model kobart-tiny");
  }
  return {models::InitializeModel(ReadJsonFile(config), seed, device), true};
}

void DescribeVocabulary(const Json& config, InputOptions& options) {
  const std::vector<int64_t> sizes = IdsOf(config, "vocab_size");
  if (sizes.size() != 1) {
    Fail(ErrorKind::kModel, "reading the model's config.json", "no vocab_size", "a number of ids",
         "a config.json as transformers writes it");
  }
  options.vocab_size = sizes.front();
  options.reserved.clear();
  for (const char* name : kSpecial) {
    for (const int64_t id : IdsOf(config, name)) options.reserved.push_back(id);
  }
  const std::vector<int64_t> ends = IdsOf(config, "eos_token_id");
  options.end_id = ends.empty() ? 0 : ends.front();
}

}  // namespace plumbline::measure
