// Method and words: how rows are judged and what each word on the page means.
#include <span>

#include "reports/section.h"

namespace plumbline::report {
namespace {

constexpr int kRank = 5;

struct Word {
  const char* word;
  const char* meaning;
};

constexpr Word kVerdictWords[] = {
    {"PASS", "Everything that gates is as accepted. Exit 0."},
    {"REGRESSION",
     "A gating metric moved against its direction, is missing, or counted work is not the declared "
     "work. Exit 1."},
    {"UNEXPLAINED_CHANGE",
     "A gating metric differs, improvements included: accept it or find out why. Exit 1."},
    {"CONFIG_DRIFT",
     "A setting that changes what is computed has another value than in the baseline. Exit 5."},
    {"NO_BASELINE", "Nothing is stored for this suite yet. Exit 3."},
    {"NOT_COMPARABLE", "All stored rows belong to another machine; the fields are named. Exit 3."},
    {"INSUFFICIENT", "Too few values for a statement. Exit 3."},
    {"INVALID", "The run may not be judged: incomplete, not a number, or unreadable. Exit 3."},
    {"GATE_BLIND", "The gate failed its own test, so its silence says nothing. Exit 6."},
};

constexpr Word kStatusWords[] = {
    {"same",
     "Not distinguishable by the metric's rule; 'would be seen' is the smallest change that is."},
    {"worse, better", "Moved against, or with, the direction of the metric."},
    {"changed", "Differs, and no direction says which way is good."},
    {"advisory", "Shown; leaves the verdict alone."},
    {"D0", "Exact everywhere: planned and done work, digests, counts of parameters and operators."},
    {"D1", "Equal in every bit within one numeric key (library, instruction set, threads)."},
    {"D2",
     "The same series within an envelope across keys; the bound grows with the step up to its "
     "cap."},
    {"N1, N2", "Noisy by the machine, or by the seed: several raw values, advisory in a suite."},
    {"C", "Ceiling: may not exceed the stored value by more than its quantum."},
    {"because", "Counted or read in this run: proved."},
    {"probably because", "Ranked first among what differs: not proved."},
    {"together with", "Differs too, and was not separated from the first."},
    {"in force, shadowed", "The value that counts, and the values of lower layers it covers."},
};

void AddWords(std::span<const Word> words, const std::string& kind, Table& table) {
  for (const Word& word : words) {
    table.rows.push_back({std::string("word.") + word.word, {{word.word}, {kind}, {word.meaning}}});
  }
}

}  // namespace

Section MethodSection(const Facts&) {
  Section section{"method", "Method and words", {}};
  section.blocks.push_back({Paragraph{{"Every number here is in report.json in full precision; "
                                       "shortened ones show the exact value on "
                                       "hover. Baselines move only by accepting."}},
                            kRank});
  Table table{"", "Words on this page", {{"word"}, {"kind"}, {"meaning"}}, {}};
  AddWords(kVerdictWords, "verdict", table);
  AddWords(kStatusWords, "row", table);
  section.blocks.push_back({std::move(table), kRank, true});
  return section;
}

}  // namespace plumbline::report
