#include "harness/config/resolved.h"

#include <cstdlib>

#include "harness/base/error.h"
#include "harness/base/project.h"

namespace plumbline::config {
namespace {

constexpr std::string_view kCheckpointRoot = "$PLUMBLINE_CHECKPOINTS/";

Json ShadowsToJson(const std::vector<Shadow>& shadows) {
  Json list = Json::array();
  for (const Shadow& shadow : shadows) {
    list.push_back({{"value", shadow.value}, {"origin", ToJson(shadow.origin)}});
  }
  return list;
}

Entry EntryFromJson(const Json& json) {
  Entry entry;
  entry.value = json.at("value");
  entry.origin = OriginFromJson(json.at("origin"));
  entry.active = json.value("active", true);
  for (const Json& shadow : json.at("shadowed")) {
    entry.shadowed.push_back({shadow.at("value"), OriginFromJson(shadow.at("origin"))});
  }
  return entry;
}

// Files name paths relative to themselves first; then as the project and the working directory know
// them.
std::filesystem::path Located(const std::string& value, const Origin& origin) {
  const std::filesystem::path path(value);
  if (path.is_absolute() || origin.file.empty()) return FindProjectFile(value);
  const std::filesystem::path beside = std::filesystem::path(origin.file).parent_path() / path;
  const std::filesystem::path found = FindProjectFile(beside.string());
  if (std::filesystem::exists(found)) return found;
  const std::filesystem::path elsewhere = FindProjectFile(value);
  return std::filesystem::exists(elsewhere) ? elsewhere : beside;
}

}  // namespace

const Entry& Resolved::At(std::string_view key) const {
  const auto found = entries_.find(std::string(key));
  if (found == entries_.end()) {
    Fail(ErrorKind::kInternal, "reading the configuration", "no key " + Quoted(key),
         "a key of schema.def", "reporting this as a bug");
  }
  return found->second;
}

const Json& Resolved::Read(std::string_view key) const {
  const Json& value = At(key).value;
  read_.emplace(key);
  return value;
}

const Json& Resolved::Value(std::string_view key) const { return Read(key); }

bool Resolved::Has(std::string_view key) const { return !Read(key).is_null(); }

int64_t Resolved::Int(std::string_view key) const {
  PLUMBLINE_CHECK(Read(key).is_number_integer());
  return At(key).value.get<int64_t>();
}

double Resolved::Number(std::string_view key) const {
  PLUMBLINE_CHECK(Read(key).is_number());
  return At(key).value.get<double>();
}

bool Resolved::Bool(std::string_view key) const {
  PLUMBLINE_CHECK(Read(key).is_boolean());
  return At(key).value.get<bool>();
}

std::string Resolved::Text(std::string_view key) const {
  PLUMBLINE_CHECK(Read(key).is_string());
  return At(key).value.get<std::string>();
}

std::vector<Json> Resolved::List(std::string_view key) const {
  PLUMBLINE_CHECK(Read(key).is_array());
  return At(key).value.get<std::vector<Json>>();
}

std::vector<std::string> Resolved::Texts(std::string_view key) const {
  PLUMBLINE_CHECK(Read(key).is_array());
  return At(key).value.get<std::vector<std::string>>();
}

std::filesystem::path Resolved::Path(std::string_view key) const {
  const std::string value = Text(key);
  if (value.starts_with(kCheckpointRoot)) {
    const char* root = std::getenv("PLUMBLINE_CHECKPOINTS");
    return std::filesystem::path(root == nullptr ? "" : root) /
           value.substr(kCheckpointRoot.size());
  }
  const Origin& origin = At(key).origin;
  if (origin.layer == Layer::kDerived && entries_.contains(origin.formula))
    return Path(origin.formula);
  return Located(value, origin);
}

bool Resolved::IsExplicit(std::string_view key) const {
  const Layer layer = At(key).origin.layer;
  return layer != Layer::kDefault && layer != Layer::kDerived;
}

std::vector<std::string> Resolved::UnreadKeys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : entries_) {
    if (IsExplicit(key) && entry.active && !read_.contains(key)) keys.push_back(key);
  }
  return keys;
}

Json Resolved::ToJson() const {
  Json values = Json::object();
  for (const auto& [key, entry] : entries_) {
    values[key] = {{"value", entry.value},
                   {"origin", config::ToJson(entry.origin)},
                   {"shadowed", ShadowsToJson(entry.shadowed)}};
    if (!entry.active) values[key]["active"] = false;
  }
  Json json = {{"values", values}};
  if (!unknown_in_checkpoint_.empty()) json["unknown_in_checkpoint"] = unknown_in_checkpoint_;
  return json;
}

Resolved Resolved::FromJson(const Json& json, std::string_view where) {
  try {
    std::map<std::string, Entry> entries;
    for (const auto& [key, value] : json.at("values").items())
      entries.emplace(key, EntryFromJson(value));
    Resolved resolved(std::move(entries));
    resolved.set_unknown_in_checkpoint(
        json.value("unknown_in_checkpoint", std::vector<std::string>{}));
    return resolved;
  } catch (const Json::exception& error) {
    Fail(ErrorKind::kData, "reading " + std::string(where), error.what(),
         "{\"values\": {key: {\"value\", \"origin\", \"shadowed\"}}}",
         "a resolved_config.json of plumbline");
  }
}

}  // namespace plumbline::config
