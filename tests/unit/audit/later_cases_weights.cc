#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/safetensors_header.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/audit/later_cases.h"
#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

using Tensors = std::vector<std::pair<std::string, std::vector<float>>>;

// Kept until the program ends: a case's directory outlives the case.
void Save(Evidence& run, const char* file, const Tensors& values) {
  static testing::TemporaryDirectory folder;
  static int number = 0;
  const std::filesystem::path directory = folder / std::to_string(number++);
  std::filesystem::create_directory(directory);
  std::vector<models::TensorBytes> tensors;
  for (const auto& [name, data] : values) {
    tensors.push_back({name, models::StoredType::kF32, {1, static_cast<int64_t>(data.size())},
                       std::as_bytes(std::span(data))});
  }
  models::WriteSafetensors(directory / file, tensors, {});
  run.files.directory = directory;
}

void Adapter(Evidence& run, std::vector<std::string> targets, std::vector<float> b) {
  const std::string module = "base_model.model.model.layers.0.self_attn.q_proj";
  Save(run, "adapter_model.safetensors",
       {{module + ".lora_A.weight", {1, 2}}, {module + ".lora_B.weight", std::move(b)}});
  run.documents.adapter_config = {{"target_modules", targets}, {"r", 1}, {"layers_to_transform", nullptr}};
  run.documents.config = {{"num_hidden_layers", 1}};
}

void Sound(Evidence& run) { Adapter(run, {"q_proj"}, {0.5f, -0.5f}); }

void Model(Evidence& run, const char* tensor) {
  Save(run, "model.safetensors", {{tensor, {1, 2}}});
  run.documents.config = {{"tie_word_embeddings", true}, {"architectures", {"LlamaForCausalLM"}}};
}

void Half(Evidence& run, const char* rate) {
  run.documents.config = {{"dtype", "bfloat16"}, {"initializer_range", 0.02}};
  Set(run, "training.learning_rate", rate);
}

void Seen(Evidence& run, const char* second) {
  Rows rows;
  rows.seen = {{{"a", "0", 0, 0}, {second, "0", 0, 0}}, "seen.jsonl", ""};
  run.rows = std::make_shared<Rows>(std::move(rows));
}

void Cache(Evidence& run, bool on) {
  run.rows = std::make_shared<Rows>(ScoredRows({Scored("a", "b")}));
  run.documents.config = {{"use_cache", on}};
}

void Merged(Evidence& run, const char* four_bit) {
  Set(run, "other.merge_and_unload", "true");
  Set(run, "quantization.load_in_4bit", four_bit);
}

void Environment(Evidence& run, const char* key) {
  Sound(run);
  WriteJsonFile(run.files.directory / "environment.json", {{key, 2}});
}

void Padded(Evidence& run, int padding) {
  run.documents.ledger = {{"observed",
                           {{"processed_tokens", 100 + padding},
                            {"padding_tokens", padding},
                            {"target_tokens", 40}}}};
}

}  // namespace

std::vector<Case> WeightCases() {
  return {
      {"adp-targets-partial", "NoModule",
       [](Evidence& run) { Adapter(run, {"q_proj", "c_attn"}, {0.5f, -0.5f}); }, Sound,
       "match no module: c_attn"},
      {"adp-not-applied", "Zero", [](Evidence& run) { Adapter(run, {"q_proj"}, {0, 0}); }, Sound,
       "are still zero"},
      {"adp-merged-into-4bit", "Merged", [](Evidence& run) { Merged(run, "true"); },
       [](Evidence& run) { Merged(run, "false"); }, "the base is 4-bit"},
      {"mdl-tied-weights-lost", "Lost", [](Evidence& run) { Model(run, "model.norm.weight"); },
       [](Evidence& run) { Model(run, "model.embed_tokens.weight"); }, "hold neither"},
      {"prc-half-precision-weights", "Below", [](Evidence& run) { Half(run, "3.8e-5"); },
       [](Evidence& run) { Half(run, "4e-5"); }, "without a float32 copy"},
      {"ckp-empty-adapter", "NaN",
       [](Evidence& run) {
         Adapter(run, {"q_proj"}, {std::numeric_limits<float>::quiet_NaN(), 1});
       },
       Sound, "are NaN or infinite"},
      {"ckp-resume-replays-data", "Twice", [](Evidence& run) { Seen(run, "a"); },
       [](Evidence& run) { Seen(run, "b"); }, "1 were repeated"},
      {"gen-cache-off", "Off", [](Evidence& run) { Cache(run, false); },
       [](Evidence& run) { Cache(run, true); }, "use_cache false"},
      {"msr-not-reproducible", "Threads", [](Evidence& run) { Environment(run, "device"); },
       [](Evidence& run) { Environment(run, "num_threads"); }, "how many threads"},
      {"msr-padding-counted", "Ratio", [](Evidence& run) { Padded(run, 11); },
       [](Evidence& run) { Padded(run, 10); }, "111 tokens were counted"},
  };
}

std::vector<Case> AllCases() {
  std::vector<Case> all;
  for (const auto& family : {SettingCases(), CourseCases(), ResultCases(), TextCases(), EncodedCases(),
                             DataCases(), WeightCases()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  return all;
}

}  // namespace plumbline::audit
