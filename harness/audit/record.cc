#include "harness/audit/record.h"

#include <functional>

#include "harness/audit/audit.h"
#include "harness/audit/output.h"
#include "harness/audit/path.h"
#include "harness/audit/read.h"
#include "harness/base/error.h"
#include "harness/base/json_fields.h"

namespace plumbline::audit {
namespace {

// Messages quote paths; a record says the same wherever the run lies.
void RemovePath(const std::string& path, Json& json) {
  if (json.is_string()) {
    std::string text = json.get<std::string>();
    for (size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
      text.erase(at, path.size());
    }
    json = text;
  } else if (json.is_structured()) {
    for (Json& item : json) RemovePath(path, item);
  }
}

std::string InputText(const Json& json) {
  const JsonFields input(json, "audit.json inputs");
  std::string text = input.Text("file");
  if (input.Has("line")) text += ":" + std::to_string(input.Int("line"));
  if (!input.Text("key").empty()) text += " " + input.Text("key");
  return text;
}

check::AuditFinding FindingFrom(const JsonFields& fields) {
  check::AuditFinding finding;
  finding.rule = fields.Text("rule");
  finding.verdict = fields.Text("verdict");
  finding.severity = fields.Text("severity");
  finding.confidence = fields.Number("confidence");
  finding.statement = fields.Text("statement");
  finding.formula = fields.Text("formula");
  finding.settle = fields.Text("settle");
  finding.action = fields.Text("action");
  finding.sources = fields.Texts("sources");
  if (fields.Has("suppressed")) finding.suppressed = fields.Text("suppressed");
  for (const Json& input : fields.Array("inputs")) finding.inputs.push_back(InputText(input));
  return finding;
}

// An audit that cannot be made is told, never thrown at a run that is whole.
check::AuditFacts Told(const std::function<check::AuditFacts()>& make) {
  check::AuditFacts facts;
  try {
    return make();
  } catch (const Error& error) {
    facts.problem = error.what();
  } catch (const Json::exception& error) {
    facts.problem = error.what();
  } catch (const std::filesystem::filesystem_error& error) {
    facts.problem = error.what();
  }
  return facts;
}

}  // namespace

Json AuditDirectory(const std::filesystem::path& directory) {
  Study study = ReadStudy(directory, {});
  for (Evidence& run : study.runs) run.path = ".";
  Json document = AuditToJson(AuditStudy(study), Language::kEnglish);
  RemovePath((directory / "").string(), document);
  return document;
}

check::AuditFacts RecordAudit(const std::filesystem::path& directory) {
  return Told([&] {
    const Json document = AuditDirectory(directory);
    WriteJsonFile(directory / kAuditFile, document);
    return AuditFactsFromJson(document);
  });
}

check::AuditFacts ReadAudit(const std::filesystem::path& directory) {
  if (!IsFolder(directory)) return {};
  if (IsFile(directory / kAuditFile)) {
    check::AuditFacts facts =
        Told([&] { return AuditFactsFromJson(ReadJsonFile(directory / kAuditFile)); });
    if (facts.made) return facts;
  }
  return Told([&] { return AuditFactsFromJson(AuditDirectory(directory)); });
}

check::AuditFacts AuditFactsFromJson(const Json& document) {
  check::AuditFacts facts;
  facts.made = true;
  for (const Json& one : JsonFields(document, "audit.json").Array("runs")) {
    const JsonFields run(one, "audit.json runs");
    for (const Json& json : run.Array("findings")) {
      const JsonFields fields(json, "audit.json findings");
      if (fields.Text("verdict") == "not_evaluated") {
        facts.not_evaluated.push_back({fields.Text("rule"), fields.Text("statement")});
      } else {
        facts.findings.push_back(FindingFrom(fields));
      }
    }
    if (run.Has("reading_aids")) {
      for (const Json& json : run.Array("reading_aids")) {
        const JsonFields aid(json, "audit.json reading_aids");
        facts.aids.push_back({aid.Text("quantity"), aid.Text("value"), aid.Text("band"),
                              aid.Text("meaning"), aid.Text("limit")});
      }
    }
    if (run.Has("notes")) facts.notes = run.Texts("notes");
  }
  return facts;
}

}  // namespace plumbline::audit
