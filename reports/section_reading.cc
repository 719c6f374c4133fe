// Reading aids: which of the usual bands the run's figures lie in, and what no band can say.
#include <set>

#include "reports/section.h"

namespace plumbline::report {
namespace {

constexpr int kRank = 3;

}  // namespace

Section ReadingSection(const Facts& facts) {
  const std::vector<check::ReadingAid>& aids = facts.comparison.audit.aids;
  Section section{"reading", "How to read these numbers", {}};
  if (aids.empty()) {
    section.blocks.push_back({Paragraph{{"No figures of training or evaluation to read."}}, kRank});
    return section;
  }
  Table table{"",
              "Usual bands: an aid for reading, no judgement",
              {{"figure"}, {"value", true}, {"band"}, {"reads as"}},
              {}};
  std::set<std::string> said;
  std::vector<Block> limits;
  for (const check::ReadingAid& aid : aids) {
    table.rows.push_back({"", {{aid.quantity}, {aid.value}, {aid.band}, {aid.meaning}}});
    if (!said.insert(aid.limit).second) continue;
    limits.push_back({Paragraph{{"Limit: " + aid.limit + ".", "", Tone::kMuted}}, kRank});
  }
  section.blocks.push_back({std::move(table), kRank});
  for (Block& limit : limits) section.blocks.push_back(std::move(limit));
  return section;
}

}  // namespace plumbline::report
