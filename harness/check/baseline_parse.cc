// Reads a baseline file. The parser takes what each line says; that the text is the one ToText
// writes (order, spaces, decimal comments) is checked at the end by writing it again.
#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/number.h"
#include "harness/check/baseline.h"
#include "harness/check/baseline_words.h"

namespace plumbline::check {
namespace {

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view where) : lines_(SplitLines(text)), where_(where) {}

  Baseline Parse() {
    Expect(words::kHeader);
    Expect(words::kNotice);
    while (Peek() == words::kAccepted) baseline_.history.push_back(ParseAcceptance());
    while (position_ < lines_.size()) ParseBodyLine();
    return std::move(baseline_);
  }

  // Errors are about the line read last.
  [[noreturn]] void Refuse(const std::string& found, const std::string& wanted) const {
    RefuseAt(position_, found, wanted);
  }
  [[noreturn]] void RefuseAt(size_t line, const std::string& found,
                             const std::string& wanted) const {
    Fail(ErrorKind::kData, "reading the baseline " + where_ + ":" + std::to_string(line), found,
         wanted, "restoring the file from version control; accept is its only writer");
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::string Peek() const { return position_ < lines_.size() ? lines_[position_] : ""; }

  const std::string& Next() {
    if (position_ == lines_.size()) {
      ++position_;
      Refuse("the end of the file", "more lines");
    }
    rest_ = lines_[position_++];
    return lines_[position_ - 1];
  }

  void Expect(const std::string& line) {
    if (Next() != line) Refuse(Quoted(lines_[position_ - 1]), Quoted(line));
  }

  // Takes the next blank-separated word of the current line.
  std::string Word() {
    const size_t end = rest_.find(' ');
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (word.empty()) Refuse(Quoted(lines_[position_ - 1]), "another word");
    return word;
  }

  std::string Rest() {
    std::string rest(rest_);
    rest_ = {};
    return rest;
  }

  std::string TextOf(const std::string& json) const {
    try {
      const Json value = ParseJson(json, "text");
      if (value.is_string()) return value.get<std::string>();
    } catch (const Error&) {
      // Refused below, with the line.
    }
    Refuse(Quoted(json), "text in double quotes");
  }

  int64_t Integer(const std::string& text) const {
    const auto value = ParseInt(text);
    if (!value) Refuse(Quoted(text), "a whole number");
    return *value;
  }

  double Finite(const std::string& text) const {
    const auto value = ParseDouble(text);
    if (!value || !std::isfinite(*value)) Refuse(Quoted(text), "a finite number");
    return *value;
  }

  // The named line of an acceptance; the value behind the word.
  std::string Indented(const std::string& word) {
    Next();
    const std::string front = "  " + word + " ";
    if (!rest_.starts_with(front)) Refuse(Quoted(lines_[position_ - 1]), Quoted(front));
    rest_.remove_prefix(front.size());
    return Rest();
  }

  std::vector<std::string> IndentedSeveral(const std::string& word) {
    std::vector<std::string> values;
    while (Peek().starts_with("  " + word + " ")) values.push_back(Indented(word));
    return values;
  }

  Acceptance ParseAcceptance() {
    Expect(words::kAccepted);
    Acceptance acceptance;
    acceptance.recorded_by = TextOf(Indented(words::kBy));
    acceptance.reason = TextOf(Indented(words::kReason));
    acceptance.repetition = TextOf(Indented(words::kRepetition));
    acceptance.evidence = IndentedSeveral(words::kEvidence);
    acceptance.metrics = IndentedSeveral(words::kMetric);
    acceptance.content = Indented(words::kContent);
    acceptance.predecessor = Indented(words::kPredecessor);
    return acceptance;
  }

  void ParseBodyLine() {
    Next();
    const std::string word = Word();
    if (word == words::kRow) return ParseRow();
    if (word == words::kScope) return ParseScope(Rest());
    if (word == words::kSuite) {
      baseline_.suite = TextOf(Rest());
      return;
    }
    const std::string name = Word();
    if (word == words::kNumeric) return AddField(baseline_.key.numeric, name);
    if (word == words::kPerformance) return AddField(baseline_.key.performance, name);
    if (word == words::kRecorded) return AddField(baseline_.recorded, name);
    if (word == words::kConfig) return AddConfig(name, Rest());
    if (word == words::kPlan) {
      baseline_.plan[name] = Integer(Rest());
      return;
    }
    Refuse(Quoted(word), "scope, suite, numeric, performance, recorded, config, plan or row");
  }

  void ParseScope(const std::string& scope) {
    if (scope != words::kExact && scope != words::kKeyed) Refuse(Quoted(scope), "exact or keyed");
    baseline_.scope = scope == words::kExact ? Scope::kExact : Scope::kKeyed;
  }

  void AddField(Fields& fields, const std::string& name) { fields[name] = TextOf(Rest()); }

  void AddConfig(const std::string& key, const std::string& entry) {
    try {
      ParseJson(entry, "config");
    } catch (const Error&) {
      Refuse(Quoted(entry), "an entry of resolved_config.json");
    }
    baseline_.config[key] = entry;
  }

  template <typename T>
  T Known(const std::string& word, T (*from_text)(std::string_view), const std::string& wanted) {
    try {
      return from_text(word);
    } catch (const Error&) {
      Refuse(Quoted(word), wanted + " in row CLASS NAME UNIT DIRECTION");
    }
  }

  void ParseRow() {
    Observation row;
    row.metric_class = Known(Word(), MetricClassFromText, "a metric class");
    row.name = Word();
    row.unit = Word();
    row.direction = Known(Word(), DirectionFromText, "a direction");
    ParseTolerance(row);
    const std::string type = Word();
    ParseValues(type, Word(), row);
    const std::string defect = DefectOf(row);
    if (!defect.empty()) Refuse(Quoted(row.name) + " with " + defect, "a row that can be judged");
    baseline_.rows.push_back(std::move(row));
  }

  void ParseTolerance(Observation& row) {
    if (row.metric_class == MetricClass::kC) {
      if (Word() != "quantum") Refuse("no quantum", "quantum NUMBER");
      row.quantum = Finite(Word());
    }
    if (row.metric_class != MetricClass::kD2) return;
    if (Word() != "envelope") Refuse("no envelope", "envelope START DOUBLING_STEPS CAP FLOOR");
    row.envelope.start = Finite(Word());
    row.envelope.doubling_steps = Finite(Word());
    row.envelope.cap = Finite(Word());
    row.envelope.floor = Finite(Word());
  }

  void ParseValues(const std::string& type, const std::string& size, Observation& row) {
    if (size == "=") {
      row.values.push_back(ParseValue(type, Rest()));
      return;
    }
    if (size.size() < 3 || size.front() != '[' || size.back() != ']')
      Refuse(Quoted(size), "= or [COUNT]");
    const int64_t count = Integer(size.substr(1, size.size() - 2));
    for (int64_t i = 0; i < count; ++i) {
      if (!Next().starts_with("  "))
        Refuse(Quoted(lines_[position_ - 1]), "value " + std::to_string(i));
      row.values.push_back(ParseValue(type, lines_[position_ - 1].substr(2)));
    }
  }

  Value ParseValue(const std::string& type, const std::string& text) const {
    if (type == "integer") return Integer(text);
    if (type == "text") return TextOf(text);
    if (type == "real") return Finite(text.substr(0, text.find(' ')));
    Refuse(Quoted(type), "integer, real or text");
  }

  std::vector<std::string> lines_;
  std::string where_;
  size_t position_ = 0;  // lines read so far: the number of the current line
  std::string_view rest_;
  Baseline baseline_;
};

void RequireCanonical(const Parser& parser, const Baseline& baseline, std::string_view text) {
  const std::string wanted_text = ToText(baseline);
  if (wanted_text == text) return;
  const std::vector<std::string> wanted = SplitLines(wanted_text);
  const std::vector<std::string>& found = parser.lines();
  for (size_t i = 0; i < std::max(wanted.size(), found.size()); ++i) {
    const std::string here = i < found.size() ? found[i] : "";
    const std::string there = i < wanted.size() ? wanted[i] : "";
    if (here != there) parser.RefuseAt(i + 1, Quoted(here), Quoted(there));
  }
  parser.RefuseAt(found.size(), "no newline at the end", "one");
}

void RequireSorted(const Parser& parser, const Baseline& baseline) {
  for (size_t i = 1; i < baseline.rows.size(); ++i) {
    const Observation& before = baseline.rows[i - 1];
    const Observation& row = baseline.rows[i];
    if (std::pair(before.name, before.metric_class) >= std::pair(row.name, row.metric_class)) {
      parser.Refuse(Quoted(row.name) + " after " + Quoted(before.name), "rows once each, in order");
    }
  }
}

void RequireChain(const Parser& parser, const Baseline& baseline) {
  if (baseline.history.empty()) parser.Refuse("no acceptance", "at least one");
  std::string predecessor = words::kNone;
  for (const Acceptance& acceptance : baseline.history) {
    if (acceptance.predecessor != predecessor) {
      parser.Refuse("a history edited by hand", "an unbroken chain of predecessors");
    }
    predecessor = AcceptanceDigest(acceptance);
  }
  if (baseline.history.back().content != ContentDigest(baseline)) {
    parser.Refuse("rows edited by hand (their digest is not the accepted one)",
                  "what accept wrote");
  }
}

}  // namespace

Baseline ParseBaseline(std::string_view text, std::string_view where) {
  Parser parser(text, where);
  Baseline baseline = parser.Parse();
  RequireSorted(parser, baseline);
  RequireCanonical(parser, baseline, text);
  RequireChain(parser, baseline);
  return baseline;
}

}  // namespace plumbline::check
