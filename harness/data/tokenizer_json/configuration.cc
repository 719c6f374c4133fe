#include "harness/data/tokenizer_json/configuration.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/data/special_tokens.h"

namespace plumbline::data::tokenizer_json {
namespace {

int64_t IdOfKey(const JsonNode& node, const std::string& key) {
  int64_t id = -1;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  if (error != std::errc() || end != key.data() + key.size() || id < 0) {
    node.Refuse("the key " + Quoted(key), "a token id");
  }
  return id;
}

void AddListed(const JsonNode& config, const Model& model, AddedTokens& added) {
  const auto listed = config.Find("added_tokens_decoder");
  if (!listed) return;
  std::map<int64_t, std::string> keys;  // in the order of ids
  for (const auto& [key, value] : listed->json().items()) keys[IdOfKey(*listed, key)] = key;
  for (const auto& [id, key] : keys) {
    const JsonNode node = listed->At(key);
    added.Add(node, ReadAddedToken(node), id, model);
  }
}

const std::string& ContentOf(const JsonNode& node) {
  return node.json().is_object() ? node.At("content").Text() : node.Text();
}

void MakeSpecial(const JsonNode& node, const Model& model, AddedTokens& added) {
  if (added.MakeSpecial(ContentOf(node), model)) return;
  node.Refuse("the special token " + Quoted(ContentOf(node)), "one that tokenizer.json holds");
}

// Every "..._token" that is a token, and lists or objects of further ones.
void AddExtraSpecials(const JsonNode& config, const Model& model, AddedTokens& added) {
  for (const auto& [key, value] : config.json().items()) {
    const bool is_token = value.is_string() || (value.is_object() && value.contains("content"));
    if (key.ends_with("_token") && is_token) MakeSpecial(config.At(key), model, added);
  }
  for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
    const auto listed = config.Find(key);
    if (!listed) continue;
    if (listed->json().is_object()) {
      for (const auto& [name, value] : listed->json().items()) {
        MakeSpecial(listed->At(name), model, added);
      }
      continue;
    }
    for (const JsonNode& token : listed->Elements()) MakeSpecial(token, model, added);
  }
}

std::optional<int64_t> IdOfNamed(const JsonNode& config, const std::optional<std::string>& token,
                                 const Model& model, AddedTokens& added) {
  if (!token) return std::nullopt;
  if (!added.MakeSpecial(*token, model)) {
    config.Refuse("the special token " + Quoted(*token), "one that tokenizer.json holds");
  }
  return added.IdOf(*token);
}

// transformers leaves the text of a BPE model alone unless a second flag insists.
bool CleansUp(const JsonNode& config, const Model& model) {
  if (!config.BoolOr("clean_up_tokenization_spaces", false)) return false;
  return !model.is_bpe() ||
         config.BoolOr("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output",
                       false);
}

Json ReadConfig(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return Json::object();
  try {
    return ReadJsonFile(file);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, error.what());
  }
}

}  // namespace

Configuration ReadConfiguration(const std::filesystem::path& directory, const Model& model,
                                AddedTokens& added) {
  const std::filesystem::path file = directory / "tokenizer_config.json";
  const Json json = ReadConfig(file);
  const JsonNode config(json, file.string(), "$");
  const SpecialTokens tokens = ReadSpecialTokens(directory);
  if (config.BoolOr("split_special_tokens", false)) {
    config.At("split_special_tokens").Refuse("true, which is not supported", "false");
  }
  AddListed(config, model, added);
  const auto id_of = [&](const auto& token) { return IdOfNamed(config, token, model, added); };
  Configuration result;
  result.special_ids = {id_of(tokens.bos), id_of(tokens.eos), id_of(tokens.unk), id_of(tokens.pad),
                        id_of(tokens.mask)};
  AddExtraSpecials(config, model, added);
  result.cleans_up = CleansUp(config, model);
  return result;
}

}  // namespace plumbline::data::tokenizer_json
