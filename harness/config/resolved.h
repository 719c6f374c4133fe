// The resolved configuration: every key of the schema with its value, its origin and the values it
// shadowed. Made by Resolve (resolve.h) or read back from resolved_config.json; used by everything
// that trains or judges.
#ifndef PLUMBLINE_HARNESS_CONFIG_RESOLVED_H_
#define PLUMBLINE_HARNESS_CONFIG_RESOLVED_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/config/origin.h"

namespace plumbline::config {

struct Shadow {
  Json value;
  Origin origin;

  bool operator==(const Shadow&) const = default;
};

struct Entry {
  Json value;  // null when the key has no value
  Origin origin;
  std::vector<Shadow> shadowed;  // what lost, strongest layer first; the default last
  bool active = true;            // false: the other settings leave this key without effect

  bool operator==(const Entry&) const = default;
};

class Resolved {
 public:
  Resolved() = default;
  explicit Resolved(std::map<std::string, Entry> entries) : entries_(std::move(entries)) {}

  // Typed reads. Each marks the key as read. Errors: kInternal when the schema has no such key or
  // the value is null or of another type (ask Has first for keys whose default is null).
  int64_t Int(std::string_view key) const;
  double Number(std::string_view key) const;
  bool Bool(std::string_view key) const;
  std::string Text(std::string_view key) const;
  std::vector<std::string> Texts(std::string_view key) const;
  std::vector<Json> List(std::string_view key) const;
  // A path as the reader must open it: relative ones count from the directory of the file that
  // names them; from the working directory when they came from a variable or an argument.
  std::filesystem::path Path(std::string_view key) const;
  // The raw value, for keys of mixed type (`generation.early_stopping`, `generation.eos_token_id`).
  const Json& Value(std::string_view key) const;

  // The value is not null. Marks the key as read.
  bool Has(std::string_view key) const;
  // Somebody set it: its origin is neither the default nor derived. Presence, whatever the value.
  bool IsExplicit(std::string_view key) const;
  // Value, origin and chain; does not count as reading. Errors: kInternal for an unknown key.
  const Entry& At(std::string_view key) const;
  const std::map<std::string, Entry>& entries() const { return entries_; }

  // Keys that somebody set, that are active, and that nobody read so far: dead settings, in name
  // order.
  std::vector<std::string> UnreadKeys() const;

  // Keys of the checkpoint's own files that Plumbline does not know, as "name (file:line:column)".
  const std::vector<std::string>& unknown_in_checkpoint() const { return unknown_in_checkpoint_; }
  void set_unknown_in_checkpoint(std::vector<std::string> names) {
    unknown_in_checkpoint_ = std::move(names);
  }

  // resolved_config.json: {"values": {key: {"value", "origin", "shadowed"}}}, "active": false where
  // it is not.
  Json ToJson() const;
  // Errors: kData when it is not such a document. Keys of an older or newer schema are kept as they
  // are.
  static Resolved FromJson(const Json& json, std::string_view where);

 private:
  const Json& Read(std::string_view key) const;

  std::map<std::string, Entry> entries_;
  std::vector<std::string> unknown_in_checkpoint_;
  mutable std::set<std::string, std::less<>> read_;
};

}  // namespace plumbline::config

#endif  // PLUMBLINE_HARNESS_CONFIG_RESOLVED_H_
