// Sampling: what is drawn has the exact distribution, and depends on the seed and the row alone.
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "harness/base/random.h"
#include "harness/eval/generator.h"
#include "tests/engine/generation/hash_model.h"

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;
using testing::HashModel;

constexpr int64_t kVocabulary = 12;

GenerationConfig Sampling() {
  GenerationConfig config;
  config.do_sample = true;
  config.top_k = 0;
  config.max_new_tokens = 6;
  config.eos_token_id = {1};
  config.decoder_start_token_id = 0;
  return config;
}

// The distribution after `prefix`, by the definitions: divide, keep the k likeliest, keep the
// smallest set of likeliest tokens whose mass reaches p, renormalise.
std::vector<double> Exact(const HashModel& model, const Ids& source, const Ids& prefix,
                          const GenerationConfig& config) {
  std::vector<float> logits(kVocabulary);
  model.WriteLogits(source, prefix, logits.data());
  std::vector<std::pair<double, int64_t>> likeliest;
  double total = 0;
  for (int64_t id = 0; id < kVocabulary; ++id) total += std::exp(logits[id] / config.temperature);
  for (int64_t id = 0; id < kVocabulary; ++id) {
    likeliest.emplace_back(std::exp(logits[id] / config.temperature) / total, id);
  }
  std::sort(likeliest.rbegin(), likeliest.rend());
  if (config.top_k > 0) likeliest.resize(static_cast<size_t>(config.top_k));
  double kept = 0, mass = 0;
  for (const auto& [probability, id] : likeliest) mass += probability;
  std::vector<double> exact(kVocabulary, 0);
  for (const auto& [probability, id] : likeliest) {
    if (kept >= config.top_p * mass) break;
    exact[id] = probability;
    kept += probability;
  }
  for (double& probability : exact) probability /= kept;
  return exact;
}

// Pearson's statistic and its degrees of freedom.
struct ChiSquare {
  double statistic = 0;
  int64_t degrees = -1;
  void Add(double observed, double expected) {
    statistic += (observed - expected) * (observed - expected) / expected;
    ++degrees;
  }
  // Standard normal deviate by Wilson and Hilferty (1931).
  double Deviate() const {
    const double k = static_cast<double>(degrees);
    return (std::cbrt(statistic / k) - (1 - 2 / (9 * k))) / std::sqrt(2 / (9 * k));
  }
};

// First tokens, and second tokens after each likely first one, of many rows against the exact
// probabilities.
void ExpectExact(const GenerationConfig& config, uint64_t seed) {
  constexpr int64_t kRows = 20000;
  HashModel model({.seed = seed, .vocab_size = kVocabulary});
  const Ids source = {3, 4};
  GenerationOptions options{500, nullptr};
  options.seed = seed;
  const auto outputs = Generate(model, std::vector<Ids>(kRows, source), config, options);
  std::vector<double> first(kVocabulary, 0);
  std::vector<std::vector<double>> second(kVocabulary, std::vector<double>(kVocabulary, 0));
  for (const GenerationOutput& output : outputs) {
    first[output.ids[0]] += 1;
    if (output.ids.size() > 1) second[output.ids[0]][output.ids[1]] += 1;
  }
  const auto check = [&](const std::vector<double>& counts, const std::vector<double>& exact,
                         double rows) {
    ChiSquare chi;
    for (int64_t id = 0; id < kVocabulary; ++id) {
      if (exact[id] == 0) {
        EXPECT_EQ(counts[id], 0) << "token " << id << " has no probability";
      } else {
        chi.Add(counts[id], exact[id] * rows);
      }
    }
    if (chi.degrees > 0) {
      EXPECT_LT(std::abs(chi.Deviate()), 4) << chi.statistic << " at " << chi.degrees;
    }
  };
  check(first, Exact(model, source, {0}, config), kRows);
  for (int64_t id = 0; id < kVocabulary; ++id) {
    if (id == 1 || first[id] < 500) continue;
    check(second[id], Exact(model, source, {0, id}, config), first[id]);
  }
}

TEST(Sampling, DrawsHaveTheExactDistribution) {
  GenerationConfig config = Sampling();
  config.max_new_tokens = 2;
  ExpectExact(config, 1);
  config.temperature = 0.6;
  ExpectExact(config, 2);
  config.top_k = 5;
  ExpectExact(config, 3);
  config.top_p = 0.8;
  ExpectExact(config, 4);
  config.top_k = 0;
  config.temperature = 1.7;
  ExpectExact(config, 5);
}

TEST(Sampling, TheChiSquareTestSeesAWrongDistribution) {
  ChiSquare chi;
  for (const double observed : {5200.0, 4800.0, 5000.0}) chi.Add(observed, 5000);
  EXPECT_GT(chi.Deviate(), 2.5);
}

std::vector<Ids> Sources(int64_t count) {
  std::vector<Ids> sources;
  for (int64_t i = 0; i < count; ++i)
    sources.push_back(Ids(static_cast<size_t>(1 + i % 7), 2 + i % 9));
  return sources;
}

TEST(Sampling, ARowsDrawsDependOnSeedAndNameAlone) {
  HashModel model({.lifted = {1}, .lift = 1});
  GenerationConfig config = Sampling();
  config.num_return_sequences = 3;
  const auto sources = Sources(9);
  GenerationOptions options{9, nullptr};
  options.seed = 7;
  for (size_t i = 0; i < sources.size(); ++i) options.names.push_back("row" + std::to_string(i));
  const auto together = Generate(model, sources, config, options);
  std::set<Ids> distinct;
  for (size_t i = 0; i < sources.size(); ++i) {
    GenerationOptions alone{1, nullptr};
    alone.seed = 7;
    alone.names = {options.names[i]};
    const auto one = Generate(model, {sources[i]}, config, alone)[0];
    ASSERT_EQ(one.candidates.size(), 3U);
    EXPECT_EQ(one.ids, one.candidates[0].ids);
    for (size_t place = 0; place < 3; ++place) {
      EXPECT_EQ(one.candidates[place].ids, together[i].candidates[place].ids);
      EXPECT_FALSE(one.candidates[place].score.has_value());
      distinct.insert(one.candidates[place].ids);
    }
  }
  EXPECT_GT(distinct.size(), 20U);  // of 27: sequences of one row differ from one another
  options.seed = 8;
  EXPECT_NE(Generate(model, sources, config, options)[0].ids, together[0].ids);
}

TEST(Sampling, EachSequenceEndsAtItsOwnEos) {
  HashModel model({.lifted = {1}, .lift = 2});
  GenerationConfig config = Sampling();
  config.num_return_sequences = 4;
  config.min_new_tokens = 2;
  std::set<size_t> lengths;
  for (const GenerationOutput& output : Generate(model, Sources(8), config, {3, nullptr})) {
    for (const Hypothesis& hypothesis : output.candidates) {
      const Ids& ids = hypothesis.ids;
      lengths.insert(ids.size());
      EXPECT_GE(ids.size(), 3U);
      EXPECT_EQ(std::count(ids.begin(), ids.end() - 1, 1), 0);
      EXPECT_TRUE(ids.back() == 1 || ids.size() == 6);
    }
  }
  EXPECT_GE(lengths.size(), 3U);
}

TEST(Sampling, TopOneIsGreedySearch) {
  HashModel model({.lifted = {1}, .lift = 1});
  GenerationConfig drawn = Sampling();
  drawn.top_k = 1;
  GenerationConfig greedy = Sampling();
  greedy.do_sample = false;
  const auto a = Generate(model, Sources(12), drawn, {4, nullptr});
  const auto b = Generate(model, Sources(12), greedy, {4, nullptr});
  for (size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].ids, b[i].ids);
}

}  // namespace
}  // namespace plumbline::eval
