// Inventory: is anything but the metrics different? Seven planes, always all seven.
#include <algorithm>

#include "reports/section.h"

namespace plumbline::report {
namespace {

Text StateText(const check::Cell& cell) {
  if (cell.state == "same") return {"\xE2\x80\x93 same", "", Tone::kMuted};
  if (cell.state == "unknown") return {"\xE2\x97\x8B unknown", "", Tone::kMuted};
  return {"\xE2\x97\x86 " + cell.state + " (" + std::to_string(cell.count) + ")", "", Tone::kWorse};
}

}  // namespace

Section InventorySection(const Facts& facts) {
  const std::vector<check::Cell>& cells = facts.comparison.inventory;
  Section section{"inventory", "Is it my change?", {}};
  if (cells.empty()) {
    section.blocks.push_back(
        {Paragraph{{"Nothing could be compared plane by plane: the run could not be read."}}});
    return section;
  }
  if (facts.comparison.verdict == check::Verdict::kNoBaseline &&
      std::ranges::all_of(cells,
                          [](const check::Cell& cell) { return cell.state == "unknown"; })) {
    section.blocks.push_back(
        {Paragraph{{"No baseline: whether config, code, data, tokenizer, checkpoint, environment "
                    "or binary changed cannot be said."}}});
    return section;
  }
  const bool all_same =
      std::ranges::all_of(cells, [](const check::Cell& cell) { return cell.state == "same"; });
  if (all_same) {
    section.blocks.push_back(
        {Paragraph{{"Config, code, data, tokenizer, checkpoint, environment and binary are all "
                    "the same: a metric that moved would be noise, or a fault of the gate."}}});
  }
  Table table{"", "What differs from the baseline", {{"plane"}, {"state"}, {"what"}}, {}};
  for (const check::Cell& cell : cells) {
    table.rows.push_back(
        {"inventory." + cell.plane, {{cell.plane}, StateText(cell), {cell.detail}}});
  }
  section.blocks.push_back({std::move(table)});
  return section;
}

}  // namespace plumbline::report
