// Work done: what was declared, what the loop counted, what the baseline did; the identities
// between them.
#include "reports/section.h"
#include "reports/value.h"

namespace plumbline::report {
namespace {

Text Differs(const std::string& what) { return {"\xE2\x97\x86 " + what, "", Tone::kWorse}; }

// Declared against counted first: that one holds without a baseline.
Text JudgementOf(const check::LedgerRow& row) {
  if (row.observed.empty()) {
    if (row.baseline.empty() || row.declared == row.baseline)
      return {"\xE2\x80\x93 declared only", "", Tone::kMuted};
    const std::string ratio = RatioText(row.baseline, row.declared);
    return Differs(ratio.empty() ? "differs from the baseline" : ratio + " of the baseline's");
  }
  if (!row.declared.empty() && row.declared != row.observed) return Differs("declared != counted");
  if (row.baseline.empty()) return {"no stored value", "", Tone::kMuted};
  if (row.baseline == row.observed) return {"\xE2\x80\x93 same", "", Tone::kMuted};
  const std::string ratio = RatioText(row.baseline, row.observed);
  return Differs(ratio.empty() ? "differs from the baseline" : ratio + " of the baseline's");
}

Table WorkTable(const std::vector<check::LedgerRow>& rows) {
  Table table{"",
              "Work of training",
              {{"work"}, {"declared", true}, {"counted", true}, {"baseline", true}, {"judgement"}},
              {}};
  for (const check::LedgerRow& row : rows) {
    table.rows.push_back({"work." + row.name,
                          {{row.name},
                           ValueText(row.declared),
                           ValueText(row.observed),
                           ValueText(row.baseline),
                           JudgementOf(row)}});
  }
  return table;
}

Table IdentityTable(const std::vector<ledger::Identity>& identities) {
  Table table{"",
              "Identities between declared and counted work; each holds exactly or breaks",
              {{"identity"}, {"demanded by"}, {"declared", true}, {"counted", true}, {"result"}},
              {}};
  for (const ledger::Identity& identity : identities) {
    table.rows.push_back({"identity." + identity.name,
                          {{identity.name},
                           {identity.formula},
                           ValueText(identity.declared),
                           ValueText(identity.observed),
                           identity.holds ? Text{"\xE2\x80\x93 holds", "", Tone::kMuted}
                                          : Text{"\xC3\x97 BREAKS", "", Tone::kWorse}}});
  }
  return table;
}

}  // namespace

Section WorkSection(const Facts& facts) {
  const check::Comparison& comparison = facts.comparison;
  Section section{"work", "Work done", {}};
  if (comparison.ledger.empty() && comparison.identities.empty()) {
    section.blocks.push_back({Paragraph{
        {comparison.trained ? "No ledger could be read: the run left none."
                            : "No work was done: the run was stopped before its first step."}}});
    return section;
  }
  if (!comparison.ledger.empty()) section.blocks.push_back({WorkTable(comparison.ledger)});
  if (!comparison.identities.empty())
    section.blocks.push_back({IdentityTable(comparison.identities), 1});
  return section;
}

}  // namespace plumbline::report
