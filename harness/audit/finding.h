// A finding: one sentence with numbers, the arithmetic behind it, and what to do. Sentences are
// templates with named operands in English and Korean; JSON, text and HTML carry the same numbers.
#ifndef PLUMBLINE_HARNESS_AUDIT_FINDING_H_
#define PLUMBLINE_HARNESS_AUDIT_FINDING_H_

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/audit/evidence.h"

namespace plumbline::audit {

enum class Language { kEnglish, kKorean };

// A sentence in both languages; "{name}" stands for the operand of that name. Korean texts leave the
// particles behind operands open: "{steps}은(는)" (korean_particles.h).
struct Text {
  const char* en = "";
  const char* ko = "";

  bool Empty() const { return *en == '\0'; }
};

enum class Verdict {
  kContradiction,  // numbers that cannot coexist
  kDefect,         // a setting known to be wrong, seen in a file
  kSymptom,        // a statistical signature: names what would settle it
  kNote,           // weak, unverifiable, or plain information
  kNotEvaluated,   // an input is missing: says which
};

enum class Severity { kBlocker, kMajor, kMinor, kInfo };

struct Operand {
  std::string name;
  std::string value;
  std::string korean;  // as it stands there; empty: the value
};

struct Finding {
  std::string rule;
  Verdict verdict = Verdict::kNote;
  Severity severity = Severity::kInfo;
  double confidence = 0;  // 0 to 1
  Text statement;
  std::string formula;  // with its operands: "[50.385, 50.395] * [99.225, 99.235] / 2 = ..."
  std::string formula_korean;  // empty: the formula, its known words replaced
  std::vector<Operand> operands;
  std::vector<Place> inputs;
  Text settle;  // what would settle it; empty for a contradiction that needs nothing
  Text action;  // what to do
  std::vector<std::string> sources;
  std::optional<std::string> suppressed;  // the reason of the suppressions file

  // Builders, so that a rule reads as one sentence.
  // A figure, or what is the user's (an id, a name, a setting, a message): as it is in every language,
  // unless `korean` says it there.
  Finding& With(std::string name, std::string value, std::string korean = "");
  // A phrase of ours, with nothing of the user's: its known words are Korean there.
  Finding& Words(std::string name, const std::string& phrase);
  Finding& From(const Place& place);
  // Of figures and words of ours, which are Korean there; `korean` where it holds words of the user's too.
  Finding& Formula(std::string text, std::string korean = "");
  Finding& FormulaAsItIs(const std::string& text);  // of figures and words of the user's alone
  Finding& Settle(const Text& text);
  Finding& Do(const Text& text);
};

// Collects what one rule says of one run.
class Sink {
 public:
  explicit Sink(std::string rule) : rule_(std::move(rule)) {}

  // The reference is good until the Sink goes.
  Finding& Add(Verdict verdict, Severity severity, double confidence, const Text& statement);
  // "not evaluated: needs <needs>".
  Finding& NotEvaluated(const Text& needs);
  std::deque<Finding>& findings() { return findings_; }

 private:
  std::string rule_;
  std::deque<Finding> findings_;
};

// The text with its operands put in. Errors: kInternal for a name that no operand has.
std::string Render(const Text& text, const std::vector<Operand>& operands, Language language);

// Known English words of ours in Korean; names of keys and files stay.
std::string KoreanWords(std::string_view text);
// The formula in the language.
std::string FormulaText(const Finding& finding, Language language);

const char* VerdictWord(Verdict verdict);
const char* SeverityLetter(Severity severity);
std::optional<Severity> ParseSeverity(std::string_view letter);

// 1 - prod(1 - c), at most 0.99: independent derivations of one fact.
double CombineConfidence(const std::vector<double>& confidences);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_FINDING_H_
