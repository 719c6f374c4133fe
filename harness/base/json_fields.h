// Fields of a JSON object read by name with errors that name the place, and the version stamp of
// our documents. Called by everything that reads a file of ours back; a missing field or another
// type is an error, never a default.
#ifndef PLUMBLINE_HARNESS_BASE_JSON_FIELDS_H_
#define PLUMBLINE_HARNESS_BASE_JSON_FIELDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline {

// A view of one object; `where` ("ledger.json observed") starts every message. The object must
// outlive it. Errors of all readers: kData `reading <where>.<name>: found ..., wanted ...`.
class JsonFields {
 public:
  JsonFields(const Json& object, std::string where);

  bool Has(const std::string& name) const { return object_.contains(name); }
  const Json& At(const std::string& name) const;
  int64_t Int(const std::string& name) const;
  double Number(const std::string& name) const;  // a JSON number
  bool Bool(const std::string& name) const;
  const std::string& Text(const std::string& name) const;
  const Json& Array(const std::string& name) const;
  const Json& Object(const std::string& name) const;
  std::vector<std::string> Texts(const std::string& name) const;
  // A double written as text by HexFloat or ShortestDecimal, non-finite ones included.
  double TextNumber(const std::string& name) const;
  [[noreturn]] void Refuse(const std::string& name, const std::string& found,
                           const std::string& wanted) const;

 private:
  const Json& object_;
  std::string where_;
};

// {"name": ..., "major": ..., "minor": ...}: a reader accepts its own major and any minor.
Json SchemaStamp(std::string_view name, int major, int minor);

// Errors: kData when the document's "schema" is absent, of another name or of another major
// version.
void RequireSchema(const Json& document, std::string_view name, int major,
                   const std::string& where);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_JSON_FIELDS_H_
