#include "harness/data/record.h"

#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/nearest.h"

namespace plumbline::data {
namespace {

constexpr int64_t kIgnoredLabel = -100;  // as in transformers

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

// The fields of one record, each access with its own complaint.
class Fields {
 public:
  Fields(const Json& record, const RecordSource& source) : record_(record), source_(source) {}

  bool Has(const std::string& name) const {
    const auto field = record_.find(name);
    return field != record_.end() && !field->is_null();
  }

  const Json& Need(const std::string& name) const {
    if (Has(name)) return record_[name];
    std::vector<std::string> known;
    for (const auto& [key, value] : record_.items()) known.push_back(key);
    const std::string nearest = NearestName(name, known);
    FailRecord(source_, "no field " + Quoted(name), "one",
               nearest.empty() ? "adding it"
                               : "adding it, or data.fields if " + Quoted(nearest) + " is meant");
  }

  std::string Text(const std::string& name) const { return TextOf(Need(name), name); }

  std::string NonEmptyText(const std::string& name) const { return NonEmpty(Text(name), name); }

  // A text, or a list of texts, none of them empty.
  std::vector<std::string> References(const std::string& name) const {
    const Json& field = Need(name);
    if (!field.is_array()) return {NonEmpty(TextOf(field, name), name)};
    if (field.empty())
      FailRecord(source_, "an empty list in " + Quoted(name), "a reference", "adding one");
    std::vector<std::string> references;
    for (const Json& text : field) references.push_back(NonEmpty(TextOf(text, name), name));
    return references;
  }

  std::vector<int64_t> Ids(const std::string& name, bool may_be_ignored) const {
    Json field = Need(name);
    if (source_.is_csv) {
      field = ParseJson(field.get_ref<const std::string&>(), Quoted(source_.file), source_.line);
    }
    if (!field.is_array() || field.empty()) {
      FailRecord(source_, "no list of ids in " + Quoted(name), "token ids, at least one",
                 "leaving out the record");
    }
    std::vector<int64_t> ids;
    for (const Json& id : field) ids.push_back(IdOf(id, name, may_be_ignored));
    return ids;
  }

 private:
  std::string TextOf(const Json& value, const std::string& name) const {
    if (value.is_string()) return value.get<std::string>();
    FailRecord(source_, std::string("a ") + value.type_name() + " in " + Quoted(name), "text",
               "putting it in quotes");
  }

  std::string NonEmpty(std::string text, const std::string& name) const {
    if (!IsBlank(text)) return text;
    FailRecord(source_, "an empty " + Quoted(name), "text", "leaving out the record");
  }

  int64_t IdOf(const Json& value, const std::string& name, bool may_be_ignored) const {
    if (value.is_number_integer()) {
      const int64_t id = value.get<int64_t>();
      if (id >= 0 || (may_be_ignored && id == kIgnoredLabel)) return id;
    }
    FailRecord(source_,
               value.dump(-1, ' ', true, Json::error_handler_t::replace) + " in " + Quoted(name),
               may_be_ignored ? "token ids of 0 or more, or -100" : "token ids of 0 or more",
               "writing the ids again");
  }

  const Json& record_;
  const RecordSource& source_;
};

}  // namespace

void FailRecord(const RecordSource& source, std::string_view found, std::string_view wanted,
                std::string_view hint) {
  Fail(ErrorKind::kData, "reading " + Quoted(source.file) + ":" + std::to_string(source.line),
       found, wanted, hint);
}

Example ExampleOf(const Json& record, const RecordSource& source, const FieldNames& names,
                  bool require_summary) {
  const Fields fields(record, source);
  Example example;
  example.line = source.line;
  example.fname = fields.NonEmptyText(names.fname);
  if (fields.Has(names.topic)) example.topic = fields.Text(names.topic);
  example.is_tokenized = fields.Has(names.input_ids);
  if (example.is_tokenized) {
    example.input_ids = fields.Ids(names.input_ids, /*may_be_ignored=*/false);
    if (require_summary || fields.Has(names.labels)) {
      example.labels = fields.Ids(names.labels, /*may_be_ignored=*/true);
    }
    return example;
  }
  example.dialogue = fields.NonEmptyText(names.dialogue);
  if (require_summary || fields.Has(names.summary)) {
    example.summary = fields.References(names.summary);
  }
  return example;
}

}  // namespace plumbline::data
