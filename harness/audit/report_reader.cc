#include "harness/audit/report_reader.h"

#include <algorithm>

#include "harness/audit/read.h"
#include "harness/audit/reader_state.h"
#include "harness/audit/report_claims.h"
#include "harness/audit/report_names.h"
#include "harness/audit/report_prose.h"
#include "harness/audit/report_text.h"
#include "harness/audit/settings.h"
#include "harness/base/error.h"

namespace plumbline::audit {
namespace {

class Reader {
 public:
  Reader(const ReportText& report, const std::string& path, const std::string& shown)
      : report_(report), names_(report), shown_(shown) {
    study_.path = path;
    for (const RunName& name : names_.names()) {
      Evidence run;
      run.name = name.name;
      run.path = path + "#" + name.name;
      study_.runs.push_back(std::move(run));
    }
    if (study_.runs.empty()) {
      Evidence run;
      run.name = path;
      run.path = path;
      study_.runs.push_back(std::move(run));
    }
  }

  Study Read() {
    for (const Assignment& assignment : report_.assignments) Interpret(assignment);
    for (const Command& command : report_.commands) Interpret(command);
    for (const FencedDocument& document : report_.documents) Interpret(document);
    ReadProse(report_, names_, shown_, study_);
    return std::move(study_);
  }

 private:
  std::vector<Evidence*> Targets(std::optional<size_t> run) {
    std::vector<Evidence*> targets;
    if (run) return {&study_.runs[*run]};
    for (Evidence& each : study_.runs) targets.push_back(&each);
    return targets;
  }

  std::optional<size_t> RunOf(const Assignment& assignment) const {
    if (study_.runs.size() == 1) return 0;
    if (const auto named = names_.OnlyIn(assignment.name)) return named;
    if (const auto headed = names_.OfHeadings(assignment.headings)) return headed;
    return names_.OnlyIn(assignment.comment);
  }

  void Interpret(const Assignment& assignment) {
    const std::string around = assignment.name + "\n" + assignment.comment;
    const std::string name = assignment.name.empty() ? "" : assignment.name;
    const Literal& value = assignment.value;
    if (value.IsMap() && IsByRun(value)) {
      for (const auto& [key, item] : value.members) {
        const auto run = names_.AtStart(Lowered(key));
        if (run) InterpretMap(item, name + "." + key, around, Targets(run));
      }
      return;
    }
    InterpretValue(value, name, around, RunOf(assignment));
  }

  // Every key names a run.
  bool IsByRun(const Literal& map) const {
    return study_.runs.size() > 1 && !map.members.empty() &&
           std::ranges::all_of(map.members, [&](const auto& member) {
             return member.second.IsMap() && names_.AtStart(Lowered(member.first)).has_value();
           });
  }

  void InterpretValue(const Literal& value, const std::string& key, const std::string& around,
                      std::optional<size_t> run) {
    if (value.IsMap()) {
      InterpretMap(value, key, around, Targets(run));
    } else if (value.IsList()) {
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (!value.items[i].IsMap()) continue;
        InterpretMap(value.items[i], key + "[" + std::to_string(i) + "]", around, Targets(run));
      }
    }
  }

  void InterpretMap(const Literal& map, const std::string& key, const std::string& around,
                    const std::vector<Evidence*>& runs) {
    if (KindOfEntry(map) != EntryKind::kNone) {
      // An entry that names no run belongs to the only one.
      if (runs.size() != 1) return;
      AddEntry(map, shown_, key, *runs.front());
      if (const Literal* status = map.Find("status")) AddStatus(*status, *runs.front());
      return;
    }
    for (Evidence* run : runs) AddReportMap(map, {shown_, key, around, &names_}, *run);
  }

  void Interpret(const Command& command) {
    const Layer layer = IsProposal(command.around) ? Layer::kProposed : Layer::kCommandLine;
    for (Evidence& run : study_.runs) {
      for (Setting& setting : CommandLineSettings(command.text, layer, {shown_, "", command.line})) {
        run.settings.push_back(std::move(setting));
      }
      if (layer == Layer::kProposed) AddProposedTimes(command, names_, shown_, study_, run);
    }
  }

  void Interpret(const FencedDocument& document) {
    try {
      const Literal literal = document.language == "json"
                                  ? ParseLiteralFile(document.text, shown_)
                                  : ParseYamlText(document.text, shown_);
      for (Evidence& run : study_.runs) AddSettings(literal, Layer::kFile, shown_, run);
    } catch (const Error& error) {
      study_.runs.front().notes.push_back(error.what());
    }
  }

  const ReportText& report_;
  RunNames names_;
  std::string shown_;
  Study study_;
};

}  // namespace

Study ReadReport(std::string_view text, const std::string& path, const std::string& shown) {
  const ReportText report = CutReport(text);
  return Reader(report, path, shown).Read();
}

}  // namespace plumbline::audit
