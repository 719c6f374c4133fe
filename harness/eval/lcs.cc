#include "harness/eval/lcs.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace plumbline::eval {
namespace {

constexpr uint32_t kNoSlot = std::numeric_limits<uint32_t>::max();
constexpr size_t kWordBits = 64;

}  // namespace

void LcsLength::IndexPositions(std::span<const TokenId> a, size_t num_words) {
  masks_.clear();
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] >= slot_of_id_.size()) slot_of_id_.resize(a[i] + 1, kNoSlot);
    uint32_t& slot = slot_of_id_[a[i]];
    if (slot == kNoSlot) {
      slot = static_cast<uint32_t>(masks_.size() / num_words);
      masks_.resize(masks_.size() + num_words, 0);
    }
    masks_[slot * num_words + i / kWordBits] |= uint64_t{1} << (i % kWordBits);
  }
}

int64_t LcsLength::operator()(std::span<const TokenId> a, std::span<const TokenId> b) {
  if (a.empty() || b.empty()) return 0;
  const size_t num_words = (a.size() + kWordBits - 1) / kWordBits;
  IndexPositions(a, num_words);
  columns_.assign(num_words, ~uint64_t{0});  // a zero bit marks a column where the length grows
  for (const TokenId token : b) {
    const uint32_t slot = token < slot_of_id_.size() ? slot_of_id_[token] : kNoSlot;
    if (slot == kNoSlot) continue;
    uint64_t carry = 0;
    for (size_t w = 0; w < num_words; ++w) {
      const uint64_t matches = columns_[w] & masks_[slot * num_words + w];
      const uint64_t with_carry = columns_[w] + carry;
      const uint64_t sum = with_carry + matches;
      carry = (with_carry < carry) | (sum < matches);
      columns_[w] = sum | (columns_[w] & ~matches);
    }
  }
  for (const TokenId token : a) slot_of_id_[token] = kNoSlot;
  int64_t length = 0;
  for (size_t i = 0; i < a.size(); ++i) length += ~columns_[i / kWordBits] >> (i % kWordBits) & 1;
  return length;
}

std::vector<int64_t> LcsIndices(std::span<const TokenId> reference,
                                std::span<const TokenId> candidate) {
  const size_t width = candidate.size() + 1;
  std::vector<uint32_t> table((reference.size() + 1) * width, 0);
  for (size_t i = 1; i <= reference.size(); ++i) {
    for (size_t j = 1; j < width; ++j) {
      table[i * width + j] = reference[i - 1] == candidate[j - 1]
                                 ? table[(i - 1) * width + j - 1] + 1
                                 : std::max(table[(i - 1) * width + j], table[i * width + j - 1]);
    }
  }
  std::vector<int64_t> indices;
  for (size_t i = reference.size(), j = candidate.size(); i > 0 && j > 0;) {
    if (reference[i - 1] == candidate[j - 1]) {
      indices.push_back(static_cast<int64_t>(--i));
      --j;
    } else if (table[i * width + j - 1] > table[(i - 1) * width + j]) {
      --j;
    } else {
      --i;
    }
  }
  std::reverse(indices.begin(), indices.end());
  return indices;
}

}  // namespace plumbline::eval
