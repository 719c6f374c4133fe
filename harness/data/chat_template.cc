#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/data/prompt.h"

namespace plumbline::data {
namespace {

[[noreturn]] void Refuse(const std::filesystem::path& file, const std::string& found) {
  Fail(ErrorKind::kModel, "reading chat_template of " + Quoted(file.string()), found,
       "a text, or a list of texts with names", "the file again from its source");
}

// Several templates: the one for ordinary conversations.
std::string DefaultOf(const Json& list, const std::filesystem::path& file) {
  for (const Json& entry : list) {
    if (!entry.is_object() || !entry.contains("name") || !entry.contains("template") ||
        !entry["template"].is_string()) {
      Refuse(file, "an entry without name or template");
    }
    if (entry["name"] == "default") return entry["template"].get<std::string>();
  }
  Refuse(file, "no template named default");
}

}  // namespace

std::optional<std::string> ReadChatTemplate(const std::filesystem::path& directory) {
  const std::filesystem::path jinja = directory / "chat_template.jinja";
  if (std::filesystem::is_regular_file(jinja)) return ReadFile(jinja);
  const std::filesystem::path file = directory / "tokenizer_config.json";
  if (!std::filesystem::is_regular_file(file)) return std::nullopt;
  Json object;
  try {
    object = ReadJsonFile(file);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, error.what());
  }
  const auto entry = object.find("chat_template");
  if (entry == object.end() || entry->is_null()) return std::nullopt;
  if (entry->is_string()) return entry->get<std::string>();
  if (entry->is_array()) return DefaultOf(*entry, file);
  Refuse(file, entry->type_name());
}

}  // namespace plumbline::data
