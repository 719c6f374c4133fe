// A run directory: which files it holds and which reader each gets.
#include "harness/audit/literal.h"
#include "harness/audit/read.h"
#include "harness/base/error.h"

namespace plumbline::audit {
namespace {

namespace fs = std::filesystem;

// The document, or null with a note when it is broken.
Json ReadDocument(const fs::path& directory, const std::string& name, Evidence& run) {
  const fs::path file = directory / name;
  if (!fs::is_regular_file(file)) return nullptr;
  try {
    return ToJson(ParseLiteralFile(ReadTextFile(file), name));
  } catch (const Error& error) {
    run.notes.push_back(error.what());
    return nullptr;
  }
}

}  // namespace

void ReadDirectory(const fs::path& directory, Evidence& run) {
  run.files.directory = directory;
  run.documents.config = ReadDocument(directory, "config.json", run);
  run.documents.generation_config = ReadDocument(directory, "generation_config.json", run);
  run.documents.adapter_config = ReadDocument(directory, "adapter_config.json", run);
  run.documents.tokenizer_config = ReadDocument(directory, "tokenizer_config.json", run);
  run.documents.special_tokens_map = ReadDocument(directory, "special_tokens_map.json", run);
  if (fs::is_regular_file(directory / "tokenizer.json")) run.files.tokenizer = directory;
}

}  // namespace plumbline::audit
