#include "harness/audit/rule_parts.h"

#include <algorithm>

#include "harness/audit/interval.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::string TextIn(const Json& document, const std::string& name) {
  if (!document.is_object() || !document.contains(name)) return "";
  const Json& token = document.at(name);
  if (token.is_string()) return token.get<std::string>();
  if (token.is_object() && token.contains("content") && token["content"].is_string()) {
    return token["content"].get<std::string>();
  }
  return "";
}

std::optional<double> NumberIn(const Json& document, const std::string& name) {
  if (!document.is_object() || !document.contains(name)) return std::nullopt;
  const Json& value = document.at(name);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

bool FlagIn(const Json& document, const std::string& name) {
  return document.is_object() && document.contains(name) && document.at(name).is_boolean() &&
         document.at(name).get<bool>();
}

std::string Percent(double share) { return Show(100 * share, 3) + " %"; }

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < text.size();) {
    while (at < text.size() && IsSpace(text[at])) ++at;
    const size_t begin = at;
    while (at < text.size() && !IsSpace(text[at])) ++at;
    if (at > begin) words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

std::optional<size_t> FindRun(const std::vector<std::string_view>& whole,
                              const std::vector<std::string_view>& part) {
  if (part.empty()) return std::nullopt;
  const auto found = std::search(whole.begin(), whole.end(), part.begin(), part.end());
  if (found == whole.end()) return std::nullopt;
  return static_cast<size_t>(found - whole.begin());
}

std::vector<int64_t> IdsIn(const Json& document, const char* name) {
  std::vector<int64_t> ids;
  if (!document.is_object() || !document.contains(name)) return ids;
  const Json& value = document.at(name);
  if (value.is_number_integer()) ids.push_back(value.get<int64_t>());
  if (value.is_array()) {
    for (const Json& item : value) {
      if (item.is_number_integer()) ids.push_back(item.get<int64_t>());
    }
  }
  return ids;
}

std::vector<int64_t> GenerationIds(const Evidence& run, const char* name) {
  std::vector<int64_t> ids = IdsIn(run.documents.generation_config, name);
  return ids.empty() ? IdsIn(run.documents.config, name) : ids;
}

std::optional<int64_t> SpecialId(const Evidence& run, const std::string& role) {
  const Json& tokenizer = run.documents.tokenizer_config;
  std::string content = TextIn(tokenizer, role);
  if (content.empty()) content = TextIn(run.documents.special_tokens_map, role);
  if (!content.empty() && tokenizer.is_object() && tokenizer.contains("added_tokens_decoder") &&
      tokenizer["added_tokens_decoder"].is_object()) {
    for (const auto& [id, token] : tokenizer["added_tokens_decoder"].items()) {
      if (TextIn(token, "content") == content) return ParseInt(id);
    }
  }
  const std::string name = role + "_id";
  for (const Json* document : {&run.documents.generation_config, &run.documents.config}) {
    const std::vector<int64_t> ids = IdsIn(*document, name.c_str());
    if (!ids.empty()) return ids.front();
  }
  return std::nullopt;
}

std::optional<bool> EncoderDecoderByConfig(const Evidence& run) {
  const Json& config = run.documents.config;
  if (!config.is_object()) return std::nullopt;
  if (config.contains("is_encoder_decoder") && config["is_encoder_decoder"].is_boolean()) {
    return config["is_encoder_decoder"].get<bool>();
  }
  if (!config.contains("architectures")) return std::nullopt;
  return config["architectures"].dump().find("ForConditionalGeneration") != std::string::npos;
}

std::string ShowIds(const std::vector<int64_t>& ids, size_t most) {
  std::string shown;
  for (size_t i = 0; i < std::min(ids.size(), most); ++i) {
    shown += (shown.empty() ? "" : ", ") + std::to_string(ids[i]);
  }
  return shown + (ids.size() > most ? ", ..." : "");
}

}  // namespace plumbline::audit
