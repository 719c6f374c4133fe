#include "harness/check/terminal.h"

#include <algorithm>
#include <vector>

#include "harness/base/columns.h"
#include "harness/base/number.h"
#include "harness/check/tally.h"
#include "harness/config/compare.h"

namespace plumbline::check {
namespace {

constexpr int kLabelColumns = 7;
constexpr int kValueColumns = 10;
constexpr int kWrappedLines = 4;
constexpr int kErrorLines = 10;
constexpr size_t kMostAlarms = 3;
constexpr size_t kMostCauses = 3;
constexpr size_t kMostWork = 4;
constexpr size_t kMostMetrics = 5;
constexpr size_t kMostKeys = 4;
constexpr int kDigits = 4;

std::string Padded(std::string_view text, int columns) {
  std::string padded = FitColumns(text, columns);
  return padded +
         std::string(static_cast<size_t>(std::max(0, columns - DisplayWidth(padded))), ' ');
}

std::string RightPadded(std::string_view text, int columns) {
  const std::string cut = FitColumns(text, columns);
  return std::string(static_cast<size_t>(std::max(0, columns - DisplayWidth(cut))), ' ') + cut;
}

class Page {
 public:
  void Line(const std::string& text) { lines_.push_back(FitColumns(text, kTerminalColumns)); }
  void Labelled(const std::string& label, const std::string& text) {
    Line(Padded(label, kLabelColumns) + text);
  }
  // At most `most` lines, broken at blanks, or inside a word that is longer than a line; what is left
  // is cut.
  void Wrapped(const std::string& label, const std::string& text, int most = kWrappedLines) {
    const int indent = label.empty() ? 0 : kLabelColumns;
    const int room = kTerminalColumns - indent;
    std::string front = Padded(label, indent);
    std::string rest = OnOneLine(text);
    for (int line = 1; line < most && DisplayWidth(rest) > room; ++line) {
      const size_t fitting = CutColumns(rest, room).size();
      size_t blank = rest.rfind(' ', fitting);
      if (blank == std::string::npos || blank == 0) blank = fitting;
      Line(front + rest.substr(0, blank));
      rest = rest.substr(rest[blank] == ' ' ? blank + 1 : blank);
      front = Padded("", indent);
    }
    Line(front + rest);
  }
  // A command: whole, whatever its length.
  void Command(const std::string& label, const std::string& text) {
    commands_.push_back(Padded(label, kLabelColumns) + text);
  }
  // Body lines beyond the limit give way to the commands.
  std::string Text() const {
    std::string text;
    const size_t room = static_cast<size_t>(kTerminalLines) - commands_.size();
    for (size_t i = 0; i < std::min(room, lines_.size()); ++i) text += lines_[i] + "\n";
    for (const std::string& command : commands_) text += command + "\n";
    return text;
  }

 private:
  std::vector<std::string> lines_;
  std::vector<std::string> commands_;
};

std::string Headword(const Comparison& comparison) {
  if (comparison.verdict == Verdict::kPass) return "PASS";
  return comparison.trained ? "FAIL" : "STOP";
}

// The suite's own baseline needs no second name. What could not be read has none.
std::string SidesOf(const Comparison& comparison) {
  if (comparison.candidate_label.empty()) return "";
  const bool own = comparison.baseline_label == comparison.suite;
  const std::string baseline = own ? "baseline" : comparison.baseline_label;
  return (baseline.empty() ? "no baseline" : baseline) + " -> " + comparison.candidate_label;
}

void AddTitle(const Comparison& comparison, Page& page) {
  std::string title = Headword(comparison);
  if (!comparison.suite.empty()) title += " //suites:" + comparison.suite;
  if (comparison.verdict != Verdict::kPass) title += "  " + ToText(comparison.verdict);
  title += " (exit " + std::to_string(comparison.exit_status()) + ")";
  const std::string end = comparison.trained ? SidesOf(comparison) : "nothing was trained";
  page.Line(end.empty() ? title : title + "  " + end);
}

void AddSide(const Json& entry, const std::string& end, Page& page) {
  if (entry.is_null())
    return page.Line(RightPadded("-", kValueColumns) + "  no such setting" + end);
  const config::Origin origin = config::OriginFromJson(entry.at("origin"));
  const std::string place = config::PlaceOf(origin);
  const std::string layer = config::LayerName(origin.layer);
  const std::string where = place.empty() ? layer : place + " (" + layer + ")";
  const int room = kTerminalColumns - kValueColumns - 2 - static_cast<int>(end.size());
  page.Line(RightPadded(config::ValueText(entry.at("value")), kValueColumns) + "  " +
            FitColumnsEnd(where, room) + end);
}

std::string Valued(const Json& entry) {
  return entry.is_null() ? "absent" : config::ValueText(entry.at("value"));
}

const ConfigChange* LeadingChange(const Comparison& comparison) {
  for (const Cause& cause : comparison.causes) {
    if (cause.plane != "config") continue;
    const auto found = std::ranges::find(comparison.config, cause.id, &ConfigChange::key);
    if (found != comparison.config.end()) return &*found;
  }
  return nullptr;
}

std::string StepsText(int64_t steps) { return steps < 0 ? "unknown" : std::to_string(steps); }

// Lines 2 to 5 of CONFIG_DRIFT, then the other keys.
void AddDrift(const Comparison& comparison, Page& page) {
  const ConfigChange* change = LeadingChange(comparison);
  if (change == nullptr) return;
  page.Line(change->key + " is " + Valued(change->candidate) + ", the baseline has " +
            Valued(change->baseline));
  AddSide(change->candidate, "", page);
  AddSide(change->baseline, "  in the baseline", page);
  page.Labelled("MEANS", "planned optimizer steps " + StepsText(comparison.planned_steps_baseline) +
                             " -> " + StepsText(comparison.planned_steps_candidate));
  size_t others = 0;
  for (const ConfigChange& other : comparison.config) {
    if (!other.drifts || &other == change) continue;
    if (++others <= kMostKeys) page.Labelled(others == 1 ? "ALSO" : "", other.sentence);
  }
  if (others > kMostKeys)
    page.Labelled("", "and " + std::to_string(others - kMostKeys) + " more keys");
}

void AddCauses(const Comparison& comparison, Page& page) {
  if (comparison.causes.empty()) return;
  const bool is_said = comparison.causes.front().sentence == comparison.headline;
  if (is_said && comparison.causes.size() == 1) return;
  page.Line("");
  for (size_t i = 0; i < std::min(kMostCauses, comparison.causes.size()); ++i) {
    page.Wrapped(i == 0 ? "CAUSE" : " ", comparison.causes[i].sentence);
  }
  if (comparison.causes.size() > kMostCauses) {
    page.Labelled("", "and " + std::to_string(comparison.causes.size() - kMostCauses) + " more");
  }
}

bool Disagrees(const LedgerRow& row) {
  const bool declared =
      !row.declared.empty() && !row.observed.empty() && row.declared != row.observed;
  const bool stored =
      !row.baseline.empty() && !row.observed.empty() && row.baseline != row.observed;
  return declared || stored;
}

void AddWork(const Comparison& comparison, Page& page) {
  size_t shown = 0;
  for (const LedgerRow& row : comparison.ledger) {
    if (!Disagrees(row) || shown == kMostWork) continue;
    if (shown++ == 0) page.Line("WORK                           declared     counted    baseline");
    page.Line("  " + Padded(row.name, 26) + RightPadded(row.declared, 11) + " " +
              RightPadded(row.observed, 11) + " " + RightPadded(row.baseline, 11));
  }
}

// Short numbers while they differ; the reason in full stands in the report.
std::string ChangeOf(const Row& row) {
  const auto before = ParseDouble(row.baseline);
  const auto after = ParseDouble(row.candidate);
  if (!before || !after) return row.decision.reason;
  const std::string a = Fixed(*before, kDigits);
  const std::string b = Fixed(*after, kDigits);
  return a == b ? row.decision.reason : a + " -> " + b;
}

void AddMetrics(const Comparison& comparison, Page& page) {
  size_t shown = 0;
  for (const Row& row : comparison.rows) {
    if (!row.decision.gates || row.decision.status == RowStatus::kSame) continue;
    if (++shown > kMostMetrics) continue;
    if (shown == 1) page.Line("METRICS");
    page.Line("  " + Padded(row.name, 30) + " " + ToText(row.metric_class) + " " +
              Padded(ToText(row.decision.status), 15) + ChangeOf(row));
  }
  if (shown > kMostMetrics) page.Line("  and " + std::to_string(shown - kMostMetrics) + " more");
}

void AddInventory(const Comparison& comparison, Page& page) {
  std::string same;
  std::string different;
  for (const Cell& cell : comparison.inventory) {
    if (cell.state == "same") same += (same.empty() ? "" : ", ") + cell.plane;
    if (cell.state == "differs")
      different += (different.empty() ? "" : ", ") + cell.plane + " (" +
                   std::to_string(cell.count) + ")";
  }
  if (!same.empty()) page.Labelled("SAME", same);
  if (!different.empty()) page.Labelled("DIFFER", different);
}

// Silent defects of the run itself; notes stay in the report.
void AddAudit(const Comparison& comparison, Page& page) {
  const std::vector<const AuditFinding*> alarms = Alarms(comparison.audit);
  for (size_t i = 0; i < std::min(kMostAlarms, alarms.size()); ++i) {
    page.Wrapped(i == 0 ? "AUDIT" : " ",
                 alarms[i]->severity + " " + alarms[i]->rule + ": " + alarms[i]->statement);
  }
  if (alarms.size() > kMostAlarms) {
    page.Labelled("", "and " + std::to_string(alarms.size() - kMostAlarms) + " more");
  }
}

// Of a PASS the headline has said it already.
void AddTally(const Comparison& comparison, Page& page) {
  if (comparison.verdict == Verdict::kPass || comparison.rows.empty()) return;
  page.Wrapped("ROWS", TallyOf(comparison));
}

void AddCommands(const Comparison& comparison, Page& page) {
  const bool pass = comparison.verdict == Verdict::kPass;
  if (pass && !comparison.next.empty())
    page.Labelled("", "Nothing has to be done. To store the values of this machine too:");
  bool first = !pass;
  for (const std::string& command : comparison.next) {
    page.Command(first ? "NEXT" : "", command);
    first = false;
  }
}

}  // namespace

std::string TerminalText(const Comparison& comparison) {
  Page page;
  AddTitle(comparison, page);
  const bool drift = comparison.verdict == Verdict::kConfigDrift;
  if (drift) {
    AddDrift(comparison, page);
  } else {
    // An error is of use only whole.
    const bool invalid = comparison.verdict == Verdict::kInvalid;
    page.Wrapped("", comparison.headline, invalid ? kErrorLines : kWrappedLines);
    if (comparison.verdict != Verdict::kPass) AddCauses(comparison, page);
  }
  AddAudit(comparison, page);
  if (comparison.verdict != Verdict::kPass) AddWork(comparison, page);
  AddMetrics(comparison, page);
  if (comparison.trained) AddTally(comparison, page);
  if (comparison.trained) AddInventory(comparison, page);
  if (!comparison.notes.empty()) page.Wrapped("NOTE", comparison.notes.front());
  AddCommands(comparison, page);
  return page.Text();
}

}  // namespace plumbline::check
