// Reproducible random numbers: the same bits on every compiler, library and thread count. No std distributions.
#ifndef PLUMBLINE_HARNESS_BASE_RANDOM_H_
#define PLUMBLINE_HARNESS_BASE_RANDOM_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace plumbline {

// FNV-1a over bytes, 64 bits. Source: Fowler, Noll, Vo.
uint64_t Fnv1a64(std::string_view bytes);

// SplitMix64 (Steele, Lea, Flood 2014): one 64-bit word of state, passes BigCrush.
class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t state) : state_(state) {}
  uint64_t Next();
  // Uniform in [0, bound), by 128-bit multiply. bound > 0.
  uint64_t Below(uint64_t bound);
  // Uniform in [0, 1) with 53 bits.
  double Unit();
  uint64_t state() const { return state_; }

 private:
  uint64_t state_;
};

// A named stream of a seed: streams of different names are independent draws.
SplitMix64 NamedStream(uint64_t seed, std::string_view name);

// 0..count-1 in a seeded order (Fisher-Yates). The order is part of the file formats: never change it.
std::vector<int64_t> Permutation(int64_t count, SplitMix64 stream);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_RANDOM_H_
