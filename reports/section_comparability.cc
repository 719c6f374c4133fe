// Comparability: which stored rows say nothing here, and the fields of the machine that keep them
// from it.
#include "reports/section.h"
#include "reports/value.h"

namespace plumbline::report {

Section ComparabilitySection(const Facts& facts) {
  const check::Comparison& comparison = facts.comparison;
  Section section{"comparability", "Not comparable", {}};
  if (comparison.verdict == check::Verdict::kNoBaseline) {
    section.blocks.push_back({Paragraph{{"No baseline: nothing is stored for any machine."}}});
    return section;
  }
  const int64_t rows = check::CountRows(comparison, check::RowStatus::kNotComparable);
  if (rows == 0 && comparison.not_comparable.empty()) {
    section.blocks.push_back(
        {Paragraph{{comparison.trained ? "Every stored row could be compared on this machine."
                                       : "Nothing was measured, so nothing was compared."}}});
    return section;
  }
  section.blocks.push_back(
      {Paragraph{{Grouped(std::to_string(rows)) + (rows == 1 ? " metric is" : " metrics are") +
                  " stored for no machine like this one and left the verdict alone."}}});
  if (comparison.not_comparable.empty()) return section;
  Table table{"",
              "Fields that differ from the nearest stored machine",
              {{"field"}, {"stored"}, {"here"}},
              {}};
  for (const check::FieldDifference& field : comparison.not_comparable) {
    table.rows.push_back(
        {"field." + field.name, {{field.name}, {field.baseline}, {field.candidate}}});
  }
  section.blocks.push_back({std::move(table), 2});
  return section;
}

}  // namespace plumbline::report
