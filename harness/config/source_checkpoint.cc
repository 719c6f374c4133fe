#include <algorithm>
#include <array>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/config/node.h"
#include "harness/config/source.h"
#include "harness/config/value.h"

namespace plumbline::config {
namespace {

constexpr std::string_view kGenerationFile = "generation_config.json";
constexpr std::string_view kModelFile = "config.json";

// Fields that transformers honours in a greedy or beam search and that have no key of ours, with
// the words that leave the output alone. Anything else in them would change what is generated, so
// it is an error.
struct Unsupported {
  std::string_view name;
  std::array<std::string_view, 2> neutral;
};
constexpr std::array<Unsupported, 17> kUnsupported = {{
    {"bad_words_ids", {}},
    {"begin_suppress_tokens", {}},
    {"constraints", {}},
    {"exponential_decay_length_penalty", {}},
    {"force_words_ids", {}},
    {"forced_decoder_ids", {}},
    {"guidance_scale", {"1.0", "1"}},
    {"max_time", {}},
    {"penalty_alpha", {"0.0", "0"}},
    {"remove_invalid_values", {"false", ""}},
    {"renormalize_logits", {"false", ""}},
    {"sequence_bias", {}},
    {"stop_strings", {}},
    {"suppress_tokens", {}},
    {"token_healing", {"false", ""}},
    {"watermarking_config", {}},
    {"low_memory", {"false", ""}},
}};

bool IsNull(const Node& node) {
  return node.kind == Node::Kind::kNull ||
         (node.kind == Node::Kind::kScalar && !node.quoted && node.text == "null");
}

// An empty list suppresses, forces and biases nothing.
bool IsNeutral(const Unsupported& field, const Node& node) {
  if (IsNull(node)) return true;
  if (node.kind != Node::Kind::kScalar) return node.items.empty() && node.members.empty();
  return std::find(field.neutral.begin(), field.neutral.end(), node.text) != field.neutral.end();
}

void RefuseIfUnsupported(const Member& member, const std::string& place) {
  for (const Unsupported& field : kUnsupported) {
    if (field.name != member.key.text || IsNeutral(field, member.value)) continue;
    Fail(ErrorKind::kModel, place, "the generation setting " + Quoted(member.key.text),
         "none that Plumbline cannot honour, because it changes the output",
         "removing it from a copy of the checkpoint");
  }
}

// True for the many fields that say how a file was written or how a call returns, never what is
// generated.
bool IsBookkeeping(const std::string& name) {
  constexpr std::array<std::string_view, 10> kNames = {
      "transformers_version", "_from_model_config",   "use_cache",       "return_dict_in_generate",
      "_name_or_path",        "cache_implementation", "disable_compile", "_commit_hash",
      "is_assistant",         "max_cache_len"};
  return name.starts_with("output_") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// A file of the checkpoint as nodes; JSON is read as YAML, for its places.
Node ReadNodes(const std::filesystem::path& file, const std::string& shown) {
  try {
    return ParseYaml(ReadFile(file), shown);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, error.what());
  }
}

class CheckpointReader {
 public:
  CheckpointReader(std::filesystem::path directory, std::string shown)
      : directory_(std::move(directory)), shown_(std::move(shown)) {}

  CheckpointSettings Read() {
    const bool has_generation_file = Exists(kGenerationFile);
    if (Exists(kModelFile)) ReadModelFile(has_generation_file);
    if (has_generation_file) ReadGenerationFile();
    return std::move(result_);
  }

 private:
  bool Exists(std::string_view name) const {
    return std::filesystem::is_regular_file(directory_ / name);
  }

  std::string Shown(std::string_view name) const {
    return (std::filesystem::path(shown_) / name).string();
  }

  Origin OriginAt(std::string_view file, const Node& node) const {
    Origin origin;
    origin.layer = Layer::kCheckpoint;
    origin.file = Shown(file);
    origin.line = node.line;
    origin.column = node.column;
    return origin;
  }

  // Model files hold hundreds of fields of the architecture; only generation fields concern us
  // here.
  void ReadModelFile(bool has_generation_file) {
    const Node root = ReadNodes(directory_ / kModelFile, Shown(kModelFile));
    for (const Member& member : root.members) {
      const KeySpec* spec = FindKey("generation." + member.key.text);
      if (member.key.text == "model_type") {
        result_.model_type = member.value.text;
        result_.model_type_origin = OriginAt(kModelFile, member.value);
      } else if (has_generation_file && spec != nullptr && !IsNull(member.value)) {
        const std::string place = PlaceOf(Shown(kModelFile), member.key);
        result_.unknown.push_back(member.key.text + " (" + place +
                                  ", without effect beside generation_config.json)");
      } else if (!has_generation_file) {
        TakeIfKnown(spec, member, kModelFile);
      }
    }
  }

  void ReadGenerationFile() {
    const Node root = ReadNodes(directory_ / kGenerationFile, Shown(kGenerationFile));
    for (const Member& member : root.members) {
      const KeySpec* spec = FindKey("generation." + member.key.text);
      TakeIfKnown(spec, member, kGenerationFile);
      if (spec == nullptr && !IsBookkeeping(member.key.text)) {
        result_.unknown.push_back(member.key.text + " (" +
                                  PlaceOf(Shown(kGenerationFile), member.key) + ")");
      }
    }
  }

  void TakeIfKnown(const KeySpec* spec, const Member& member, std::string_view file) {
    const std::string place = PlaceOf(Shown(file), member.value);
    if (spec == nullptr) return RefuseIfUnsupported(member, place);
    if (IsNull(member.value)) return;
    try {
      result_.settings.push_back(
          {spec, ReadValue(*spec, member.value, place), OriginAt(file, member.value)});
    } catch (const Error& error) {
      throw Error(ErrorKind::kModel, error.what());
    }
  }

  std::filesystem::path directory_;
  std::string shown_;
  CheckpointSettings result_;
};

}  // namespace

CheckpointSettings ReadCheckpoint(const std::filesystem::path& directory,
                                  const std::string& shown) {
  return CheckpointReader(directory, shown).Read();
}

}  // namespace plumbline::config
