// A run directory, ours or HuggingFace's: which files it holds and which reader each gets.
#include <algorithm>
#include <array>

#include "harness/audit/literal.h"
#include "harness/audit/path.h"
#include "harness/audit/pickle/training_args.h"
#include "harness/audit/read.h"
#include "harness/audit/reader_own_run.h"
#include "harness/audit/reader_state.h"
#include "harness/audit/settings.h"
#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

namespace fs = std::filesystem;

// The document, or nullopt with a note when it is broken.
std::optional<Literal> ReadDocument(const fs::path& file, const std::string& shown, Evidence& run) {
  if (!IsFile(file)) return std::nullopt;
  try {
    return ReadDocumentFile(file, shown);
  } catch (const Error& error) {
    run.notes.push_back(error.what());
    return std::nullopt;
  }
}

Json ReadJson(const fs::path& directory, const std::string& name, Evidence& run) {
  const auto document = ReadDocument(directory / name, name, run);
  return document ? ToJson(*document) : Json(nullptr);
}

// checkpoint-N with the largest N; empty without any.
fs::path NewestCheckpoint(const fs::path& directory) {
  fs::path newest;
  int64_t most = -1;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("checkpoint-") || !IsFolder(entry.path())) continue;
    const auto step = ParseInt(name.substr(11));
    if (step && *step > most) {
      most = *step;
      newest = entry.path();
    }
  }
  return newest;
}

// The file itself, else the newest checkpoint's; with its shown name.
std::pair<fs::path, std::string> Locate(const fs::path& directory, const fs::path& checkpoint,
                                        const std::string& name) {
  if (IsFile(directory / name)) return {directory / name, name};
  if (!checkpoint.empty() && IsFile(checkpoint / name)) {
    return {checkpoint / name, checkpoint.filename().string() + "/" + name};
  }
  return {};
}

Literal FromJson(const Json& json) {
  Literal literal;
  if (json.is_boolean()) {
    literal.kind = Literal::Kind::kBool;
    literal.text = json.get<bool>() ? "true" : "false";
  } else if (json.is_number()) {
    literal.kind = Literal::Kind::kNumber;
    literal.text = json.is_number_integer() ? json.dump() : ShortestDecimal(json.get<double>());
  } else if (json.is_string()) {
    literal.kind = Literal::Kind::kText;
    literal.text = json.get<std::string>();
  } else if (json.is_array()) {
    literal.kind = Literal::Kind::kList;
    for (const Json& item : json) literal.items.push_back(FromJson(item));
  } else if (json.is_object()) {
    literal.kind = Literal::Kind::kMap;
    for (const auto& [key, value] : json.items()) literal.members.emplace_back(key, FromJson(value));
  }
  return literal;
}

void ReadTrainingArguments(const fs::path& directory, const fs::path& checkpoint, Evidence& run) {
  for (const char* name : {"training_args.json", "training_args.yaml", "training_args.yml"}) {
    const auto [file, shown] = Locate(directory, checkpoint, name);
    if (file.empty()) continue;
    if (const auto document = ReadDocument(file, shown, run)) {
      AddSettings(*document, Layer::kResolved, shown, run);
      run.documents.training_args = ToJson(*document);
    }
    return;
  }
  const auto [file, shown] = Locate(directory, checkpoint, "training_args.bin");
  if (file.empty()) return;
  TrainingArgsFile arguments = ReadTrainingArgs(file);
  if (!arguments.refused.empty()) {
    run.notes.push_back(arguments.refused);
    return;
  }
  AddSettings(FromJson(arguments.values), Layer::kResolved, shown, run);
  run.documents.training_args = std::move(arguments.values);
}

void ReadOurConfig(const fs::path& directory, Evidence& run) {
  const auto document = ReadDocument(directory / "resolved_config.json", "resolved_config.json", run);
  if (document) AddOwnConfig(*document, run);
}

bool IsLauncher(const Literal& document) {
  for (const char* name : {"zero_optimization", "train_micro_batch_size_per_gpu",
                           "distributed_type", "compute_environment", "deepspeed_config"}) {
    if (document.Find(name) != nullptr) return true;
  }
  return false;
}

constexpr std::array kKnownDocuments = {
    "config.json", "generation_config.json", "adapter_config.json", "tokenizer_config.json",
    "special_tokens_map.json", "tokenizer.json", "trainer_state.json", "training_args.json",
    "training_args.yaml", "training_args.yml", "resolved_config.json", "all_results.json",
    "train_results.json", "eval_results.json", "ledger.json", "observations.json",
    "audit.json", "environment.json", "vocab.json", "added_tokens.json", "suppressions.yaml"};

// Any other YAML or JSON in the directory: a launcher's file, or what was asked for.
void ReadOtherDocuments(const fs::path& directory, Evidence& run) {
  constexpr uintmax_t kLargestConfigBytes = 1 << 20;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string extension = entry.path().extension().string();
    const bool document = extension == ".json" || extension == ".yaml" || extension == ".yml";
    const std::string name = entry.path().filename().string();
    if (document && IsFile(entry.path()) && SizeOf(entry.path()) <= kLargestConfigBytes &&
        std::ranges::find(kKnownDocuments, name) == kKnownDocuments.end()) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const std::string shown = file.filename().string();
    const auto document = ReadDocument(file, shown, run);
    if (!document || !document->IsMap()) continue;
    AddSettings(*document, IsLauncher(*document) ? Layer::kLauncher : Layer::kFile, shown, run);
  }
}

void ReadNamedFiles(const fs::path& directory, Evidence& run) {
  const auto first = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (IsFile(directory / name)) return directory / name;
    }
    return fs::path();
  };
  run.files.predictions = first({"predictions.jsonl", "predictions.csv", "generated_predictions.jsonl"});
  run.files.references = first({"references.jsonl", "references.csv"});
  run.files.train_data = first({"train.jsonl", "train.csv"});
  run.files.validation_data = first({"validation.jsonl", "validation.csv", "dev.jsonl", "dev.csv"});
  run.files.test_data = first({"test.jsonl", "test.csv"});
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".safetensors") run.files.safetensors.push_back(entry.path());
  }
  std::ranges::sort(run.files.safetensors);
}

}  // namespace

void ReadDirectory(const fs::path& directory, Evidence& run) {
  const fs::path checkpoint = NewestCheckpoint(directory);
  run.files.directory = directory;
  run.documents.config = ReadJson(directory, "config.json", run);
  run.documents.generation_config = ReadJson(directory, "generation_config.json", run);
  run.documents.adapter_config = ReadJson(directory, "adapter_config.json", run);
  run.documents.tokenizer_config = ReadJson(directory, "tokenizer_config.json", run);
  run.documents.special_tokens_map = ReadJson(directory, "special_tokens_map.json", run);
  run.documents.ledger = ReadJson(directory, "ledger.json", run);
  if (IsFile(directory / "tokenizer.json")) run.files.tokenizer = directory;
  const auto [state, shown] = Locate(directory, checkpoint, "trainer_state.json");
  if (!state.empty()) {
    if (const auto document = ReadDocument(state, shown, run)) {
      AddTrainerState(*document, shown, run);
    }
  }
  ReadTrainingArguments(directory, checkpoint, run);
  ReadOurConfig(directory, run);
  AddLedgerFacts(run);
  for (const char* name : {"all_results.json", "train_results.json", "eval_results.json"}) {
    if (const auto results = ReadDocument(directory / name, name, run)) {
      AddResults(*results, name, run);
    }
  }
  ReadOtherDocuments(directory, run);
  ReadNamedFiles(directory, run);
}

}  // namespace plumbline::audit
