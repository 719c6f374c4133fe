// One value of a tokenizer.json with its path in the file, so that every refusal says where.
// Called by the readers of all parts of a tokenizer; knows nothing of what the values mean.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_JSON_NODE_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_JSON_NODE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::data::tokenizer_json {

// A view; the document must outlive it. Errors of all readers: kModel, naming file and path
// ("$.model.vocab").
class JsonNode {
 public:
  JsonNode(const Json& value, std::string file, std::string path)
      : value_(&value), file_(std::move(file)), path_(std::move(path)) {}

  const Json& json() const { return *value_; }
  const std::string& file() const { return file_; }
  const std::string& path() const { return path_; }
  bool IsNull() const { return value_->is_null(); }

  JsonNode At(const std::string& key) const;                   // a missing key is an error
  std::optional<JsonNode> Find(const std::string& key) const;  // nothing when missing or null
  std::vector<JsonNode> Elements() const;                      // of an array
  JsonNode Element(size_t index) const;                        // of an array that holds it
  const Json& Array() const;                                   // for lists too long for Elements

  const std::string& Text() const;
  bool Bool() const;
  int64_t Count() const;  // an integer of 0 to 2^31 - 1
  double Number() const;
  char32_t Character() const;  // a text of one code point

  bool BoolOr(const std::string& key, bool fallback) const;
  std::string TextOr(const std::string& key, std::string_view fallback) const;

  // The value of "type".
  const std::string& Type() const { return At("type").Text(); }
  // Refuses keys that are not listed: what is not understood is never ignored.
  void AllowOnly(std::initializer_list<std::string_view> keys) const;
  // `found` at this place is wrong.
  [[noreturn]] void Refuse(const std::string& found, const std::string& wanted) const;
  // This place holds a kind of part that is not supported; `known` lists those that are.
  [[noreturn]] void RefuseType(const std::string& known) const;

 private:
  void RequireObject() const;

  const Json* value_;
  std::string file_;
  std::string path_;
};

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_JSON_NODE_H_
