// What every finished item must satisfy; an item that does not is drawn again. The gates check the
// same rules on the finished data, with their own code where a rule has a quantity.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_ITEM_CHECK_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_ITEM_CHECK_H_

#include <string>
#include <vector>

#include "harness/data/korean/item.h"

namespace plumbline::data::korean {

// Limits on characters: every dialogue, and those of the ci profile.
inline constexpr int kMaxCharacters = 2000;
inline constexpr int kMaxPrefixCharacters = 900;
inline constexpr int kMaxTurnWords = 34;

// Number of code points.
int NumCharacters(const std::string& utf8);
// Number of space-separated words.
int NumWords(const std::string& text);

// Lint of turns and summaries, facts in place, no rejected value told, sizes. One message a
// finding.
std::vector<std::string> CheckItem(const Item& item, bool in_prefix);

bool IsAcceptable(const Item& item, bool in_prefix);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_ITEM_CHECK_H_
