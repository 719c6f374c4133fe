#include "harness/data/special_tokens.h"

#include <string_view>

#include "harness/base/error.h"
#include "harness/base/json.h"

namespace plumbline::data {
namespace {

Json ReadObject(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return Json::object();
  Json object;
  try {
    object = ReadJsonFile(file);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, error.what());
  }
  if (object.is_object()) return object;
  Fail(ErrorKind::kModel, "reading " + Quoted(file.string()), object.type_name(), "an object",
       "the file again from its source");
}

std::optional<std::string> TokenIn(const Json& object, const std::string& key,
                                   const std::filesystem::path& file) {
  const auto entry = object.find(key);
  if (entry == object.end() || entry->is_null()) return std::nullopt;
  const Json* text = &*entry;
  if (text->is_object() && text->contains("content")) text = &(*text)["content"];
  if (text->is_string()) return text->get<std::string>();
  Fail(ErrorKind::kModel, "reading " + Quoted(key) + " of " + Quoted(file.string()),
       entry->type_name(), "a text or an object with \"content\"",
       "the file again from its source");
}

std::optional<bool> FlagIn(const Json& object, const std::string& key) {
  const auto entry = object.find(key);
  if (entry == object.end() || !entry->is_boolean()) return std::nullopt;
  return entry->get<bool>();
}

void Merge(std::optional<std::string>& token, const Json& object, const std::string& key,
           const std::filesystem::path& file) {
  const auto named = TokenIn(object, key, file);
  if (!named) return;
  if (token && *token != *named) {
    Fail(ErrorKind::kModel, "reading " + Quoted(key) + " of " + Quoted(file.string()),
         Quoted(*named), Quoted(*token) + " as in tokenizer_config.json",
         "files of one checkpoint");
  }
  token = named;
}

}  // namespace

SpecialTokens ReadSpecialTokens(const std::filesystem::path& directory) {
  SpecialTokens tokens;
  for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
    const std::filesystem::path file = directory / name;
    const Json object = ReadObject(file);
    Merge(tokens.bos, object, "bos_token", file);
    Merge(tokens.eos, object, "eos_token", file);
    Merge(tokens.unk, object, "unk_token", file);
    Merge(tokens.pad, object, "pad_token", file);
    Merge(tokens.mask, object, "mask_token", file);
    if (const auto flag = FlagIn(object, "add_bos_token")) tokens.add_bos = flag;
    if (const auto flag = FlagIn(object, "add_eos_token")) tokens.add_eos = flag;
    if (const auto entry = object.find("tokenizer_class");
        entry != object.end() && entry->is_string()) {
      tokens.tokenizer_class = entry->get<std::string>();
    }
  }
  return tokens;
}

}  // namespace plumbline::data
