#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "harness/base/number.h"
#include "harness/base/random.h"
#include "harness/eval/generator.h"
#include "harness/eval/search_oracle.h"
#include "tests/engine/generation/hash_model.h"

namespace plumbline::eval {
namespace {

using Ids = std::vector<int64_t>;

constexpr int64_t kNumCases = 1500;
constexpr uint64_t kSeed = 20250807;
// fp32 sums of up to 14 log-probabilities, each rounded once more or less by the vectorised log-softmax.
constexpr double kScoreTolerance = 2e-6;

template <typename T>
T Pick(SplitMix64* random, const std::vector<T>& choices) {
  return choices[random->Below(choices.size())];
}

struct Case {
  testing::HashModelOptions model;
  GenerationConfig config;
  std::vector<Ids> sources;
  int64_t batch_size = 1;
};

Ids RandomIds(SplitMix64* random, int64_t length, int64_t vocab_size) {
  Ids ids;
  for (int64_t i = 0; i < length; ++i) ids.push_back(static_cast<int64_t>(random->Below(vocab_size)));
  return ids;
}

testing::HashModelOptions RandomModel(SplitMix64* random) {
  testing::HashModelOptions model;
  model.seed = random->Next();
  model.vocab_size = Pick<int64_t>(random, {8, 12, 30, 70});
  model.is_encoder_decoder = random->Below(4) != 0;
  model.spread = Pick<double>(random, {0.3, 2.0, 5.0});
  model.lift = Pick<double>(random, {-2.0, 1.0, 3.0});
  return model;
}

GenerationConfig RandomConfig(SplitMix64* random, const testing::HashModelOptions& model) {
  GenerationConfig config;
  config.num_beams = Pick<int64_t>(random, {1, 2, 3, 4, 5});
  config.length_penalty = Pick<double>(random, {0.0, 0.6, 1.0, 2.0, -1.0});
  config.early_stopping = Pick<EarlyStopping>(
      random, {EarlyStopping::kFalse, EarlyStopping::kTrue, EarlyStopping::kNever});
  config.no_repeat_ngram_size = Pick<int64_t>(random, {0, 0, 1, 2, 3});
  config.repetition_penalty = Pick<double>(random, {1.0, 1.0, 1.3, 0.7});
  config.num_return_sequences = 1 + static_cast<int64_t>(random->Below(config.num_beams));
  config.decoder_start_token_id = 0;
  config.eos_token_id = Pick<Ids>(random, {{1}, {1}, {1, 5}, {1, 2, 3}, {}});
  const int64_t prefix = model.is_encoder_decoder ? 1 : 4;
  const int64_t max_new = Pick<int64_t>(random, {1, 2, 5, 9, 14});
  if (random->Below(2) == 0) config.max_new_tokens = max_new;
  if (!config.max_new_tokens || random->Below(4) == 0) config.max_length = prefix + max_new;
  const int64_t min_new = static_cast<int64_t>(random->Below(max_new + 1));
  if (random->Below(3) == 0) config.min_new_tokens = min_new;
  if (random->Below(3) == 0) config.min_length = min_new;
  if (random->Below(4) == 0) config.forced_bos_token_id = 6;
  config.forced_eos_token_id = Pick<Ids>(random, {{}, {}, {}, {1}, {1, 4}});
  return config;
}

Case RandomCase(int64_t number) {
  SplitMix64 random = NamedStream(kSeed, "search " + std::to_string(number));
  Case next;
  next.model = RandomModel(&random);
  next.config = RandomConfig(&random, next.model);
  next.model.lifted = next.config.eos_token_id;
  const int64_t num_items = 1 + static_cast<int64_t>(random.Below(5));
  for (int64_t i = 0; i < num_items; ++i) {
    const int64_t length =
        next.model.is_encoder_decoder ? 1 + static_cast<int64_t>(random.Below(6)) : 4;
    next.sources.push_back(RandomIds(&random, length, next.model.vocab_size));
  }
  next.batch_size = 1 + static_cast<int64_t>(random.Below(num_items));
  return next;
}

std::string Describe(int64_t number, const Case& c) {
  std::ostringstream text;
  text << "case " << number << ": beams " << c.config.num_beams << " lp "
       << c.config.length_penalty << " early " << ToString(c.config.early_stopping) << " ngram "
       << c.config.no_repeat_ngram_size << " repetition " << c.config.repetition_penalty
       << " eos ids " << c.config.eos_token_id.size() << " forced eos "
       << c.config.forced_eos_token_id.size() << " vocab " << c.model.vocab_size << " items "
       << c.sources.size() << " encoder-decoder " << c.model.is_encoder_decoder;
  return text.str();
}

void ExpectSame(const Hypothesis& fast, const Hypothesis& slow, const std::string& what) {
  EXPECT_EQ(fast.ids, slow.ids) << what;
  ASSERT_EQ(fast.score.has_value(), slow.score.has_value()) << what;
  if (!slow.score) return;
  const double scale = std::max(1.0, std::abs(*slow.score));
  EXPECT_NEAR(*fast.score / scale, *slow.score / scale, kScoreTolerance) << what;
}

void ExpectSame(const GenerationOutput& fast, const GenerationOutput& slow,
                const std::string& what) {
  ExpectSame(Hypothesis{fast.ids, fast.score}, Hypothesis{slow.ids, slow.score}, what);
  ASSERT_EQ(fast.candidates.size(), slow.candidates.size()) << what;
  for (size_t i = 0; i < fast.candidates.size(); ++i) {
    ExpectSame(fast.candidates[i], slow.candidates[i], what + ", candidate " + std::to_string(i));
  }
}

TEST(Generator, EqualsTheSlowPortOnRandomModelsAndConfigs) {
  int64_t num_beam_cases = 0;
  int64_t num_ended_early = 0;
  for (int64_t number = 0; number < kNumCases && !HasFailure(); ++number) {
    const Case c = RandomCase(number);
    testing::HashModel model(c.model);
    GenerationConfig config = c.config;
    if (config.num_beams == 1) config.num_return_sequences = 1;
    const auto slow = GenerateSlowly(model, c.sources, config);
    const auto fast = Generate(model, c.sources, config, {c.batch_size, nullptr});
    ASSERT_EQ(fast.size(), slow.size());
    for (size_t i = 0; i < fast.size(); ++i) {
      ExpectSame(fast[i], slow[i], Describe(number, c) + ", item " + std::to_string(i));
    }
    const int64_t full = static_cast<int64_t>(c.sources.size()) * config.num_beams *
                         LengthsOf(config, LimitsOf(model), c.model.is_encoder_decoder ? 1 : 4)
                             .new_tokens();
    num_ended_early += model.num_row_steps() < full ? 1 : 0;
    num_beam_cases += config.num_beams > 1 ? 1 : 0;
  }
  std::cout << kNumCases << " cases, " << num_beam_cases << " with beams, " << num_ended_early
            << " ended before the maximum length\n";
  EXPECT_GT(num_beam_cases, kNumCases / 2);
  EXPECT_GT(num_ended_early, kNumCases / 4);
}

}  // namespace
}  // namespace plumbline::eval
