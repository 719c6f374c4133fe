// What each item of a split must be: topics, persons, lengths, corrections, masks, names, dealt
// from shuffled decks of 200 with exact counts, so that every prefix of 200*k items is balanced.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_QUOTA_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_QUOTA_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/data/korean/planner.h"

namespace plumbline::data::korean {

inline constexpr int64_t kBlockSize = 200;

// The requests of items block*200 ... block*200+199 of a split. A pure function of its arguments.
// `prefix_blocks` first blocks have the shares of the ci profile (more dialogues of 3-7 persons).
std::vector<ItemRequest> DealBlock(uint64_t seed, std::string_view split, int64_t block,
                                   int64_t prefix_blocks);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_QUOTA_H_
