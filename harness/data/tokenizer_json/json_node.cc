#include "harness/data/tokenizer_json/json_node.h"

#include <algorithm>
#include <limits>

#include "harness/base/error.h"
#include "harness/base/utf8.h"

namespace plumbline::data::tokenizer_json {

void JsonNode::Refuse(const std::string& found, const std::string& wanted) const {
  Fail(ErrorKind::kModel, "reading " + path_ + " of " + Quoted(file_), found, wanted,
       "the file as the tokenizers library saves it, or rows of token ids");
}

void JsonNode::RefuseType(const std::string& known) const {
  Refuse("the type " + Quoted(Type()) + ", which is not supported", known);
}

void JsonNode::RequireObject() const {
  if (!value_->is_object()) Refuse(value_->type_name(), "an object");
}

JsonNode JsonNode::At(const std::string& key) const {
  RequireObject();
  const auto entry = value_->find(key);
  if (entry == value_->end()) Refuse("no " + Quoted(key), "the key " + Quoted(key));
  return {*entry, file_, path_ + "." + key};
}

std::optional<JsonNode> JsonNode::Find(const std::string& key) const {
  RequireObject();
  const auto entry = value_->find(key);
  if (entry == value_->end() || entry->is_null()) return std::nullopt;
  return JsonNode(*entry, file_, path_ + "." + key);
}

std::vector<JsonNode> JsonNode::Elements() const {
  std::vector<JsonNode> elements;
  elements.reserve(Array().size());
  for (size_t i = 0; i < value_->size(); ++i) elements.push_back(Element(i));
  return elements;
}

JsonNode JsonNode::Element(size_t index) const {
  return {(*value_)[index], file_, path_ + "[" + std::to_string(index) + "]"};
}

const Json& JsonNode::Array() const {
  if (!value_->is_array()) Refuse(value_->type_name(), "an array");
  return *value_;
}

const std::string& JsonNode::Text() const {
  if (!value_->is_string()) Refuse(value_->type_name(), "a text");
  return value_->get_ref<const std::string&>();
}

bool JsonNode::Bool() const {
  if (!value_->is_boolean()) Refuse(value_->type_name(), "true or false");
  return value_->get<bool>();
}

int64_t JsonNode::Count() const {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  const bool is_count = value_->is_number_unsigned()
                            ? value_->get<uint64_t>() <= static_cast<uint64_t>(kMost)
                            : value_->is_number_integer() && value_->get<int64_t>() >= 0 &&
                                  value_->get<int64_t>() <= kMost;
  if (!is_count) {
    Refuse(value_->is_number() ? value_->dump() : value_->type_name(),
           "an integer of 0 to " + std::to_string(kMost));
  }
  return value_->get<int64_t>();
}

double JsonNode::Number() const {
  if (!value_->is_number()) Refuse(value_->type_name(), "a number");
  return value_->get<double>();
}

char32_t JsonNode::Character() const {
  const std::u32string characters = DecodeUtf8(Text());
  if (characters.size() != 1) Refuse(Quoted(Text()), "one character");
  return characters[0];
}

bool JsonNode::BoolOr(const std::string& key, bool fallback) const {
  const auto node = Find(key);
  return node ? node->Bool() : fallback;
}

std::string JsonNode::TextOr(const std::string& key, std::string_view fallback) const {
  const auto node = Find(key);
  return node ? node->Text() : std::string(fallback);
}

void JsonNode::AllowOnly(std::initializer_list<std::string_view> keys) const {
  RequireObject();
  for (const auto& [key, value] : value_->items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    std::string known;
    for (const std::string_view name : keys) {
      known += (known.empty() ? "" : ", ") + std::string(name);
    }
    Refuse("the key " + Quoted(key) + ", which is not supported", known);
  }
}

}  // namespace plumbline::data::tokenizer_json
