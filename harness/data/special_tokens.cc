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

std::optional<int64_t> CountIn(const Json& object, const std::string& key,
                               const std::filesystem::path& file) {
  const auto entry = object.find(key);
  if (entry == object.end() || entry->is_null()) return std::nullopt;
  constexpr int64_t kMost = 1 << 20;
  if (entry->is_number_unsigned() && entry->get<uint64_t>() <= kMost) return entry->get<int64_t>();
  Fail(ErrorKind::kModel, "reading " + Quoted(key) + " of " + Quoted(file.string()), entry->dump(),
       "an integer of 0 to " + std::to_string(kMost), "the file again from its source");
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

void AddDefaultsOfClass(SpecialTokens& tokens) {
  const auto fill = [](std::optional<std::string>& token, const char* by_default) {
    if (!token) token = by_default;
  };
  const std::string name = PlainClass(tokens.tokenizer_class);
  if (name == "T5Tokenizer" || name == "MT5Tokenizer") {
    fill(tokens.eos, "</s>");
    fill(tokens.unk, "<unk>");
    fill(tokens.pad, "<pad>");
  } else if (name == "Qwen2Tokenizer") {
    fill(tokens.eos, "<|endoftext|>");
    fill(tokens.unk, "<|endoftext|>");
    fill(tokens.pad, "<|endoftext|>");
  } else if (name == "LlamaTokenizer") {
    fill(tokens.bos, "<s>");
    fill(tokens.eos, "</s>");
    fill(tokens.unk, "<unk>");
  }
}

}  // namespace

std::string PlainClass(std::string tokenizer_class) {
  constexpr std::string_view kFast = "Fast";
  if (tokenizer_class.ends_with(kFast)) {
    tokenizer_class.resize(tokenizer_class.size() - kFast.size());
  }
  return tokenizer_class;
}

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
    if (const auto flag = FlagIn(object, "legacy")) tokens.legacy = flag;
    if (const auto flag = FlagIn(object, "add_prefix_space")) tokens.add_prefix_space = flag;
    if (const auto count = CountIn(object, "extra_ids", file)) tokens.extra_ids = count;
    if (const auto entry = object.find("tokenizer_class");
        entry != object.end() && entry->is_string()) {
      tokens.tokenizer_class = entry->get<std::string>();
    }
  }
  AddDefaultsOfClass(tokens);
  return tokens;
}

}  // namespace plumbline::data
