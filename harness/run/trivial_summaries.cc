#include "harness/run/trivial_summaries.h"

#include <sstream>

#include "harness/base/random.h"

namespace plumbline::run {
namespace {

// "#Person1#: text" -> "text"; other lines as they are.
std::string WithoutSpeaker(const std::string& line) {
  const size_t colon = line.find(": ");
  const bool has_tag = colon != std::string::npos && line.front() == '#' && line[colon - 1] == '#';
  return has_tag ? line.substr(colon + 2) : line;
}

std::string RandomReference(std::span<const data::Example> pool, const std::string& own_fname, SplitMix64& draw) {
  size_t index = draw.Below(pool.size());
  if (pool[index].fname == own_fname) index = (index + 1) % pool.size();
  return pool[index].summary.empty() ? std::string() : pool[index].summary.front();
}

}  // namespace

std::string LeadTurns(const std::string& dialogue, int num_turns) {
  std::istringstream lines(dialogue);
  std::string line, lead;
  for (int turn = 0; turn < num_turns && std::getline(lines, line); ++turn) {
    if (!lead.empty()) lead += ' ';
    lead += WithoutSpeaker(line);
  }
  return lead;
}

std::vector<TrivialSummaries> MakeTrivialSummaries(std::span<const data::Example> rows,
                                                   std::span<const data::Example> pool, uint64_t seed) {
  TrivialSummaries lead1{"lead1", {}}, lead3{"lead3", {}}, random{"random", {}};
  SplitMix64 draw = NamedStream(seed, "run/random-summary");
  for (const data::Example& row : rows) {
    lead1.predictions.push_back(LeadTurns(row.dialogue, 1));
    lead3.predictions.push_back(LeadTurns(row.dialogue, 3));
    random.predictions.push_back(RandomReference(pool, row.fname, draw));
  }
  return {lead1, lead3, random};
}

}  // namespace plumbline::run
