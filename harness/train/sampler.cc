#include "harness/train/sampler.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/random.h"

namespace plumbline::train {
namespace {

// transformers' bounds on a mega-batch, in groups.
constexpr int64_t kMaxGroups = 50;
constexpr int64_t kWantedMegaBatches = 4;

std::vector<int64_t> ShuffledRows(const SamplerSettings& settings, int64_t epoch) {
  return Permutation(settings.num_rows, NamedStream(settings.seed, "train/order/" + std::to_string(epoch)));
}

int64_t MegaBatchRows(const SamplerSettings& settings) {
  const int64_t group = settings.batch_size * settings.gradient_accumulation_steps;
  const int64_t groups = std::min(settings.num_rows / (group * kWantedMegaBatches), kMaxGroups);
  return group * std::max<int64_t>(groups, 1);
}

std::vector<int64_t> GroupedRows(const SamplerSettings& settings, int64_t epoch) {
  std::vector<int64_t> rows = ShuffledRows(settings, epoch);
  const auto length_of = [&](int64_t row) { return settings.lengths[static_cast<size_t>(row)]; };
  const auto mega_batch_rows = static_cast<size_t>(MegaBatchRows(settings));
  size_t longest = 0;  // where the mega-batch with the longest row begins; the first of equals
  for (size_t begin = 0; begin < rows.size(); begin += mega_batch_rows) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = rows.begin() + static_cast<std::ptrdiff_t>(std::min(begin + mega_batch_rows, rows.size()));
    std::stable_sort(first, last, [&](int64_t a, int64_t b) { return length_of(a) > length_of(b); });
    if (length_of(rows[begin]) > length_of(rows[longest])) longest = begin;
  }
  if (!rows.empty()) std::swap(rows[0], rows[longest]);
  return rows;
}

}  // namespace

std::vector<int64_t> EpochOrder(const SamplerSettings& settings, int64_t epoch) {
  if (settings.group_by_length) {
    PLUMBLINE_CHECK(static_cast<int64_t>(settings.lengths.size()) == settings.num_rows);
    return GroupedRows(settings, epoch);
  }
  if (settings.shuffle) return ShuffledRows(settings, epoch);
  std::vector<int64_t> rows(static_cast<size_t>(settings.num_rows));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

std::vector<std::vector<int64_t>> EpochBatches(const SamplerSettings& settings, int64_t epoch) {
  PLUMBLINE_CHECK(settings.batch_size > 0);
  const std::vector<int64_t> order = EpochOrder(settings, epoch);
  const auto batch_size = static_cast<size_t>(settings.batch_size);
  std::vector<std::vector<int64_t>> batches;
  for (size_t begin = 0; begin < order.size(); begin += batch_size) {
    const size_t end = std::min(begin + batch_size, order.size());
    batches.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(begin),
                         order.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return batches;
}

}  // namespace plumbline::train
