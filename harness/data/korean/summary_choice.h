// Which summary patterns an item gets: one main sentence and additions up to the wanted number of
// sentences.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_SUMMARY_CHOICE_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_SUMMARY_CHOICE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/base/random.h"
#include "harness/data/korean/planner.h"

namespace plumbline::data::korean {

struct SummaryChoice {
  std::vector<const SummaryPattern*> patterns;  // the main one first
  std::string id;                               // "s3" or "s3+a1": positions in the frame's lists
  int num_sentences = 0;
};

// The facts and blocks of a finished plan; without one (nullptr) everything the frame can state is
// allowed.
struct Stated {
  const std::set<std::string>* facts = nullptr;
  const std::set<std::string>* blocks = nullptr;
};

// 65 % a function of topic, number of sentences and correction kind, 35 % random. Patterns whose
// main sentence is in `used` are avoided. Empty patterns when no main sentence fits.
SummaryChoice ChooseSummary(const ItemRequest& request, const std::vector<Correction>& corrections,
                            const Stated& stated, const std::set<const SummaryPattern*>& used,
                            SplitMix64& random);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_SUMMARY_CHOICE_H_
