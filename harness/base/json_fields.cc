#include "harness/base/json_fields.h"

#include <utility>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline {

JsonFields::JsonFields(const Json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object.is_object()) {
    Fail(ErrorKind::kData, "reading " + where_, object.type_name(), "an object",
         "the file again from its source");
  }
}

void JsonFields::Refuse(const std::string& name, const std::string& found,
                        const std::string& wanted) const {
  Fail(ErrorKind::kData, "reading " + where_ + "." + name, found, wanted, "writing the file again");
}

const Json& JsonFields::At(const std::string& name) const {
  const auto found = object_.find(name);
  if (found == object_.end()) Refuse(name, "no such field", "it");
  return *found;
}

int64_t JsonFields::Int(const std::string& name) const {
  const Json& value = At(name);
  if (!value.is_number_integer()) Refuse(name, value.type_name(), "a whole number");
  return value.get<int64_t>();
}

double JsonFields::Number(const std::string& name) const {
  const Json& value = At(name);
  if (!value.is_number()) Refuse(name, value.type_name(), "a number");
  return value.get<double>();
}

bool JsonFields::Bool(const std::string& name) const {
  const Json& value = At(name);
  if (!value.is_boolean()) Refuse(name, value.type_name(), "true or false");
  return value.get<bool>();
}

const std::string& JsonFields::Text(const std::string& name) const {
  const Json& value = At(name);
  if (!value.is_string()) Refuse(name, value.type_name(), "text");
  return value.get_ref<const std::string&>();
}

const Json& JsonFields::Array(const std::string& name) const {
  const Json& value = At(name);
  if (!value.is_array()) Refuse(name, value.type_name(), "an array");
  return value;
}

const Json& JsonFields::Object(const std::string& name) const {
  const Json& value = At(name);
  if (!value.is_object()) Refuse(name, value.type_name(), "an object");
  return value;
}

std::vector<std::string> JsonFields::Texts(const std::string& name) const {
  std::vector<std::string> texts;
  for (const Json& item : Array(name)) {
    if (!item.is_string()) Refuse(name, item.type_name(), "texts only");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

double JsonFields::TextNumber(const std::string& name) const {
  const auto value = ParseDouble(Text(name));
  if (!value) Refuse(name, Quoted(Text(name)), "a number");
  return *value;
}

Json SchemaStamp(std::string_view name, int major, int minor) {
  return Json{{"name", name}, {"major", major}, {"minor", minor}};
}

void RequireSchema(const Json& document, std::string_view name, int major,
                   const std::string& where) {
  const JsonFields schema(JsonFields(document, where).Object("schema"), where + ".schema");
  if (schema.Text("name") != name) schema.Refuse("name", Quoted(schema.Text("name")), Quoted(name));
  if (schema.Int("major") != major) {
    schema.Refuse("major", std::to_string(schema.Int("major")), std::to_string(major));
  }
}

}  // namespace plumbline
