// Declared, observed, claimed: what the layers of the configuration say, what the trace proves and
// what the prose says of one quantity, side by side. Made after the rules have spoken, read by the
// outputs. Judges numbers by their printed intervals; knows nothing of layout.
#ifndef PLUMBLINE_HARNESS_AUDIT_COMPARISON_H_
#define PLUMBLINE_HARNESS_AUDIT_COMPARISON_H_

#include <string>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/audit/finding.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {

// Of a declared or claimed cell against the observation. kOpen: no observation can tell.
enum class Judgement { kOpen, kAgrees, kRefuted };

struct ComparedCell {
  Operand text;    // "8 x 4 = 32"; words in both languages
  Interval value;  // empty: words
  Layer layer = Layer::kFile;  // of a declared cell
  Judgement judgement = Judgement::kOpen;
  Place place;
};

struct ComparedRow {
  std::string id;  // "effective_batch", or the key of a setting
  Text title;      // empty: the id is shown (settings keep their names)
  std::vector<ComparedCell> declared;
  std::vector<ComparedCell> observed;  // at most one
  std::vector<ComparedCell> claimed;
  std::string formula;  // of the observation

  // Two of the three columns hold something.
  bool Compares() const {
    return int{!declared.empty()} + int{!observed.empty()} + int{!claimed.empty()} >= 2;
  }
};

// Rows of which at least two columns are known, and settings whose layers differ. `findings` are
// those of this run: a claim that a rule refutes is refuted here too.
std::vector<ComparedRow> CompareRun(const Context& context, const std::vector<Finding>& findings);

size_t NumRefuted(const std::vector<ComparedRow>& rows);  // claims

const char* JudgementWord(Judgement judgement);  // "open", "agrees", "refuted"

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_COMPARISON_H_
