#include "harness/data/korean/quota.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/random.h"
#include "harness/data/korean/catalog.h"
#include "harness/data/korean/lexicon.h"

namespace plumbline::data::korean {
namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;

// Shares of 200 items. Sources: the design's table of targets. Lengths are what the planner aims
// at; facts, corrections and goodbyes make dialogues about two turns longer.
struct LengthCount {
  int turns, count;
};
constexpr LengthCount kLengths[] = {{3, 12}, {4, 28},  {5, 33}, {6, 32}, {7, 30}, {8, 20},
                                    {9, 15}, {10, 8}, {11, 6}, {12, 5}, {13, 3}, {14, 2},
                                    {15, 2}, {16, 1},  {17, 1}, {19, 1}, {21, 1}};
constexpr double kSentenceShares[] = {97, 80, 19, 4};       // 1, 2, 3, 4 sentences
constexpr double kPrefixPersons[] = {180, 12, 4, 2, 1, 1};  // 2 ... 7 persons
constexpr double kLaterPersons[] = {199, 0.8, 0.2, 0, 0, 0};
constexpr double kDistractorShares[] = {76, 82, 42};  // 0, 1, 2
constexpr double kMaskShares[] = {6, 2.4, 2, 1.2, 1, 0.6, 0.4, 0.4};
constexpr int kNamed = 24, kSlotLabels = 30, kSecondCorrections = 10;
constexpr double kLongShare = 0.6;  // of 25-60 turns, outside the prefix
constexpr int kLongMin = 25, kLongSpan = 20;

struct CorrectionShare {
  CorrectionKind kind;
  int count, rejected_last;
};
constexpr CorrectionShare kCorrections[] = {{CorrectionKind::kSelf, 24, 7},
                                            {CorrectionKind::kOther, 26, 8},
                                            {CorrectionKind::kAvail, 20, 6}};

// `total` split by the weights, largest remainders first, ties by position.
std::vector<int64_t> Apportion(const std::vector<double>& weights, int64_t total) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int64_t> counts(weights.size());
  std::vector<std::pair<double, size_t>> rest;
  int64_t given = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const double exact = weights[i] / sum * static_cast<double>(total);
    counts[i] = static_cast<int64_t>(std::floor(exact + 1e-9));
    given += counts[i];
    rest.emplace_back(static_cast<double>(counts[i]) - exact, i);
  }
  std::stable_sort(rest.begin(), rest.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first - 1e-9; });
  for (size_t k = 0; given < total; ++k, ++given) ++counts[rest[k].second];
  return counts;
}

// Counts of block number `block`: what the shares of all blocks so far add to those of the blocks
// before.
std::vector<int64_t> BlockCounts(const std::vector<double>& weights, int64_t block) {
  std::vector<int64_t> counts = Apportion(weights, (block + 1) * kBlockSize);
  const std::vector<int64_t> before = Apportion(weights, block * kBlockSize);
  for (size_t i = 0; i < counts.size(); ++i) counts[i] -= before[i];
  return counts;
}

// A rare thing of `share` a block: the first block has one already.
int64_t RareCount(double share, int64_t block) {
  const auto upto = [share](int64_t blocks) {
    return static_cast<int64_t>(std::ceil(share * static_cast<double>(blocks) - 1e-9));
  };
  return upto(block + 1) - upto(block);
}

class BlockDealer {
 public:
  BlockDealer(uint64_t seed, std::string_view split, int64_t block, int64_t prefix_blocks)
      : random_(seed ^ Fnv1a64(std::string(split) + "/quota") ^
                static_cast<uint64_t>(block) * kGolden),
        block_(block),
        in_prefix_(block < prefix_blocks),
        phase_block_(in_prefix_ ? block : block - prefix_blocks) {}

  std::vector<ItemRequest> Deal() {
    DealTopics();
    DealPersons();
    DealLengths();
    DealCorrections();
    DealMasks();
    DealNames();
    DealDistractors();
    DealOpeners();
    for (const size_t i : Take(kSlotLabels)) items_[i].slot_label = true;
    return std::move(items_);
  }

 private:
  using Fits = std::function<bool(const ItemRequest&)>;

  std::vector<size_t> Shuffled() {
    std::vector<size_t> order(items_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.Below(i)]);
    return order;
  }

  // The first `count` items of a fresh shuffle that fit.
  std::vector<size_t> Take(
      int64_t count, const Fits& fits = [](const ItemRequest&) { return true; }) {
    std::vector<size_t> taken;
    for (const size_t i : Shuffled()) {
      if (static_cast<int64_t>(taken.size()) < count && fits(items_[i])) taken.push_back(i);
    }
    return taken;
  }

  void DealTopics() {
    std::vector<double> weights;
    for (const Frame& frame : Frames()) weights.push_back(frame.weight);
    const std::vector<int64_t> counts = BlockCounts(weights, block_);
    for (size_t f = 0; f < counts.size(); ++f) {
      for (int64_t k = 0; k < counts[f]; ++k) items_.emplace_back().frame = &Frames()[f];
    }
    const std::vector<size_t> order = Shuffled();
    std::vector<ItemRequest> shuffled;
    for (const size_t i : order) shuffled.push_back(items_[i]);
    items_ = std::move(shuffled);
  }

  static bool HasRoomFor(const Frame& frame, int persons) {
    int crowd = 0;
    for (const Block& block : frame.blocks) crowd += block.kind == BlockKind::kCrowd ? 1 : 0;
    return crowd >= 2 * (persons - 2);
  }

  void DealPersons() {
    const auto& shares = in_prefix_ ? kPrefixPersons : kLaterPersons;
    const auto counts = BlockCounts({std::begin(shares), std::end(shares)}, phase_block_);
    for (size_t k = counts.size() - 1; k > 0; --k) {
      const int persons = static_cast<int>(k) + 2;
      for (const size_t i : Take(counts[k], [persons](const ItemRequest& r) {
             return r.num_persons == 2 && HasRoomFor(*r.frame, persons);
           })) {
        items_[i].num_persons = persons;
      }
    }
  }

  // Items ordered by `key` plus noise: the decks of related quantities are dealt along it.
  std::vector<size_t> OrderedBy(const std::function<double(const ItemRequest&)>& key,
                                double noise) {
    std::vector<std::pair<double, size_t>> keys;
    for (size_t i = 0; i < items_.size(); ++i)
      keys.emplace_back(key(items_[i]) + noise * random_.Unit(), i);
    std::sort(keys.begin(), keys.end());
    std::vector<size_t> order;
    for (const auto& [unused, i] : keys) order.push_back(i);
    return order;
  }

  // More persons need more turns; more turns carry more sentences.
  void DealLengths() {
    std::vector<int> turns;
    for (const LengthCount& length : kLengths)
      turns.insert(turns.end(), static_cast<size_t>(length.count), length.turns);
    PLUMBLINE_CHECK(turns.size() == kBlockSize);
    const auto by_persons =
        OrderedBy([](const ItemRequest& r) { return 0.35 * (r.num_persons - 2); }, 1.0);
    for (size_t k = 0; k < by_persons.size(); ++k) items_[by_persons[k]].num_turns = turns[k];
    if (!in_prefix_) {
      for (const size_t i : Take(RareCount(kLongShare, phase_block_)))
        items_[i].num_turns = kLongMin + static_cast<int>(random_.Below(kLongSpan));
    }
    const auto by_turns = OrderedBy([](const ItemRequest& r) { return r.num_turns; }, 5.0);
    size_t at = 0;
    for (size_t s = 0; s < std::size(kSentenceShares); ++s) {
      for (int k = 0; k < static_cast<int>(kSentenceShares[s]); ++k)
        items_[by_turns[at++]].num_sentences = static_cast<int>(s) + 1;
    }
  }

  static bool Offers(const ItemRequest& request, CorrectionKind kind) {
    return std::any_of(request.frame->blocks.begin(), request.frame->blocks.end(),
                       [&](const Block& block) {
                         return block.corrections.contains(kind) && !block.facts.empty() &&
                                request.num_persons >= block.min_persons &&
                                request.num_persons <= block.max_persons;
                       });
  }

  void DealCorrections() {
    std::vector<size_t> corrected;
    for (const CorrectionShare& share : kCorrections) {
      const auto taken = Take(share.count, [&share](const ItemRequest& r) {
        return r.correction == CorrectionKind::kNone && r.num_turns >= 5 && Offers(r, share.kind);
      });
      for (size_t k = 0; k < taken.size(); ++k) {
        items_[taken[k]].correction = share.kind;
        items_[taken[k]].rejected_last = k < static_cast<size_t>(share.rejected_last);
        corrected.push_back(taken[k]);
      }
    }
    for (const size_t i : Take(kSecondCorrections, [](const ItemRequest& r) {
           return r.correction != CorrectionKind::kNone && r.num_turns >= 8;
         })) {
      items_[i].second_correction = true;
    }
  }

  // Rare masks first: fewer frames have room for them.
  void DealMasks() {
    for (size_t k = std::size(kMaskShares); k-- > 0;) {
      const std::string mask(MaskKinds()[k]);
      for (const size_t i : Take(RareCount(kMaskShares[k], block_), [&mask](const ItemRequest& r) {
             return r.mask.empty() && r.num_turns >= 5 && !MaskRoles(*r.frame, mask).empty();
           })) {
        items_[i].mask = mask;
      }
    }
  }

  void DealNames() {
    for (const size_t i : Take(kNamed, [](const ItemRequest& r) {
           return r.num_turns >= 5 && !NamableRoles(*r.frame).empty();
         })) {
      items_[i].named = true;
    }
  }

  void DealDistractors() {
    const auto order = OrderedBy(
        [](const ItemRequest& r) {
          return r.num_turns - (r.correction == CorrectionKind::kNone ? 0 : 1.5);
        },
        6.0);
    size_t at = 0;
    for (size_t n = 0; n < std::size(kDistractorShares); ++n) {
      for (int k = 0; k < static_cast<int>(kDistractorShares[n]); ++k)
        items_[order[at++]].num_distractors = static_cast<int>(n);
    }
  }

  // Half of each topic's items are begun by B.
  void DealOpeners() {
    for (const Frame& frame : Frames()) {
      const auto own =
          Take(kBlockSize, [&frame](const ItemRequest& r) { return r.frame == &frame; });
      const size_t odd = own.size() % 2 == 1 ? random_.Below(2) : 0;
      for (size_t k = 0; k < own.size(); ++k)
        items_[own[k]].opener = (k + odd) % 2 == 0 ? 'A' : 'B';
    }
  }

  SplitMix64 random_;
  int64_t block_;
  bool in_prefix_;
  int64_t phase_block_;
  std::vector<ItemRequest> items_;
};

}  // namespace

std::vector<ItemRequest> DealBlock(uint64_t seed, std::string_view split, int64_t block,
                                   int64_t prefix_blocks) {
  return BlockDealer(seed, split, block, prefix_blocks).Deal();
}

}  // namespace plumbline::data::korean
