// The data set: everyday Korean dialogues with reference summaries, a pure function of (seed,
// split, index). Used by the generate program, the tokenizer's and the models' training, and the
// tests. No files, no clock, no threads.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_GENERATOR_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_GENERATOR_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/korean/item.h"

namespace plumbline::data::korean {

enum class Split { kTrain, kValidation, kTest, kPretrain };

// The file name's stem ("train", "validation", "test", "pretrain") and the prefix of its ids
// ("train", "dev", ...).
std::string_view NameOf(Split split);
std::string_view IdPrefixOf(Split split);

struct GeneratorOptions {
  uint64_t seed = 20261122;
};

// Rows of a split in the two profiles; `ci` is an exact prefix of `full`. The pretrain split has no
// fixed length.
enum class Profile { kFull, kCi };
int64_t NumRows(Split split, Profile profile);
inline constexpr int64_t kNumPretrainRows = 20'000;

// Item `index` of a split. Combinations of slot values of validation and test occur in no other
// split. Errors: kInternal when a frame cannot meet its request.
Item Generate(const GeneratorOptions& options, Split split, int64_t index);

// Items 0 ... num_items-1; the same as Generate for each, faster.
std::vector<Item> GenerateSplit(const GeneratorOptions& options, Split split, int64_t num_items);

// `num_items` items of the validation band beyond its rows, in the later blocks' shares plus long
// and crowded dialogues: raw material of the robustness slices.
std::vector<Item> GenerateSlice(const GeneratorOptions& options, int64_t num_items);

// The slice of `num_items` validation-like items whose participants have names that no other split
// has.
std::vector<Item> GenerateNewNames(const GeneratorOptions& options, int64_t num_items);

// 0-99: which splits a combination of slot values may be in. 0-91 train and pretrain, 92-95
// validation, 96-99 test.
int BandOf(std::string_view combination_key);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_GENERATOR_H_
