#include "harness/base/random.h"

#include <numeric>
#include <utility>

namespace plumbline {

uint64_t Fnv1a64(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3u;
  }
  return hash;
}

uint64_t SplitMix64::Next() {
  state_ += 0x9e3779b97f4a7c15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t SplitMix64::Below(uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<uint64_t>((static_cast<Wide>(Next()) * bound) >> 64);
}

double SplitMix64::Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

SplitMix64 NamedStream(uint64_t seed, std::string_view name) {
  return SplitMix64(seed ^ Fnv1a64(name));
}

std::vector<int64_t> Permutation(int64_t count, SplitMix64 stream) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[stream.Below(i)]);
  return order;
}

}  // namespace plumbline
