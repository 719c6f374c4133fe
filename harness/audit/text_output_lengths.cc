// The prediction branch of gen-runaway-length: outputs cut at the cap, and the row-by-row branch of
// met-delta-within-noise.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/audit/interval.h"
#include "harness/audit/rule_parts.h"
#include "harness/audit/text_branches.h"
#include "harness/base/random.h"
#include "harness/eval/rouge.h"

namespace plumbline::audit {
namespace {

constexpr double kManyCut = 0.2;
constexpr double kMostCut = 0.8;
constexpr size_t kFewestRows = 10;
constexpr int kNumResamples = 2000;
constexpr uint64_t kSeed = 42;

constexpr Text kCut = {
    "{rows} of {n} outputs ({share}) end at {cap} tokens without having ended themselves: "
    "generation runs to its cap",
    "출력 {n}개 중 {rows}개({share})가 스스로 끝나지 못하고 {cap}토큰에서 잘림: 생성이 길이 한도까지 진행"};
constexpr Text kCutDo = {
    "compare the cap with the references' lengths; if it is long enough, check that training "
    "taught the end token and that generation stops on it",
    "길이 한도를 정답 길이와 비교; 충분히 길다면 학습이 종료 토큰을 가르쳤는지, 생성이 그 토큰에서 멈추는지 확인"};
constexpr Text kCutSettle = {"raise the cap for row {id} and see where it ends",
                             "{id} 행의 한도를 올려 어디서 끝나는지 확인"};
constexpr Text kNoise = {
    "{metric} changes by {delta} from {first} to {last} over {n} rows; the paired bootstrap's 95 % "
    "interval [{low}, {high}] contains 0: no ranking follows",
    "{first}에서 {last}까지 {n}개 행의 {metric} 변화 {delta}; 대응 부트스트랩 95 % 구간 [{low}, {high}]이 0을 "
    "포함: 순위를 말할 수 없음"};
constexpr Text kNoiseDo = {"call it unchanged, or score more rows",
                           "변화 없음으로 보거나 더 많은 행을 채점"};

// The longest output allowed, in generated ids: max_new_tokens, or max_length less the start token
// that encoder-decoders count. nullopt: nobody says.
std::optional<size_t> CapOf(const Evidence& run) {
  const auto number = [&run](const char* key, const char* name) -> std::optional<double> {
    if (const auto setting = run.Number(key)) return setting;
    const auto ids = IdsIn(run.documents.generation_config, name);
    return ids.empty() ? std::nullopt : std::optional<double>(static_cast<double>(ids.front()));
  };
  if (const auto fresh = number("generation.max_new_tokens", "max_new_tokens")) {
    return static_cast<size_t>(*fresh);
  }
  const auto whole = number("generation.max_length", "max_length");
  if (!whole || *whole < 2 || !EncoderDecoderByConfig(run).value_or(false)) return std::nullopt;
  return static_cast<size_t>(*whole) - 1;
}

bool EndsItself(const ScoredRow& row, const std::vector<int64_t>& ends) {
  return std::ranges::find(ends, row.token_ids.back()) != ends.end();
}

std::vector<double> RowScores(const std::vector<ScoredRow>& rows, const std::string& tokenizer,
                              std::vector<std::string>& ids) {
  eval::RougeScorer scorer({tokenizer, false});
  std::vector<double> scores;
  for (const ScoredRow& row : rows) {
    if (row.references.empty()) continue;
    ids.push_back(row.id);
    scores.push_back(scorer.Score(row.prediction, row.references)[eval::kRouge1].f1);
  }
  return scores;
}

// The 2.5 and 97.5 percentiles of the mean over seeded resamples of the rows.
Interval BootstrapOfMean(const std::vector<double>& differences) {
  SplitMix64 stream = NamedStream(kSeed, "audit paired bootstrap");
  std::vector<double> means;
  for (int i = 0; i < kNumResamples; ++i) {
    double sum = 0;
    for (size_t k = 0; k < differences.size(); ++k) {
      sum += differences[stream.Below(differences.size())];
    }
    means.push_back(sum / static_cast<double>(differences.size()));
  }
  std::ranges::sort(means);
  return {means[kNumResamples / 40], means[kNumResamples - 1 - kNumResamples / 40]};
}

}  // namespace

bool JudgeOutputLengths(const Context& context, Sink& sink) {
  const RowFile<ScoredRow>& scored = RowsOf(context.run).scored;
  const std::vector<int64_t> ends = GenerationIds(context.run, "eos_token_id");
  const std::optional<size_t> cap = CapOf(context.run);
  const std::vector<int64_t> forced = GenerationIds(context.run, "forced_eos_token_id");
  size_t n = 0, rows = 0, longest = 0;
  std::string first;
  for (const ScoredRow& row : scored.rows) {
    if (!row.token_ids.empty()) longest = std::max(longest, row.token_ids.size());
  }
  for (const ScoredRow& row : scored.rows) {
    if (row.token_ids.empty()) continue;
    ++n;
    const bool at_cap = row.token_ids.size() >= cap.value_or(longest);
    // A forced end token stands at the cap whether the model meant to end there or not.
    const bool ended = EndsItself(row, ends) && !(cap && !forced.empty());
    if (!at_cap || ended) continue;
    if (rows++ == 0) first = row.id;
  }
  if (n < kFewestRows || ends.empty()) return false;
  const double share = Share(rows, n);
  if (share <= kManyCut) return true;
  sink.Add(Verdict::kDefect, share > kMostCut ? Severity::kBlocker : Severity::kMajor, 0.9, kCut)
      .With("rows", std::to_string(rows))
      .With("n", std::to_string(n))
      .With("share", Percent(share))
      .With("cap", std::to_string(cap.value_or(longest)))
      .With("id", first)
      .Formula(std::to_string(rows) + " / " + std::to_string(n) + " > 20 %")
      .From({scored.file, "token_ids", 0})
      .Settle(kCutSettle)
      .Do(kCutDo);
  return true;
}

bool JudgePairedScores(const Context& context, Sink& sink) {
  const std::vector<RowFile<ScoredRow>>& moments = RowsOf(context.run).checkpoints;
  if (moments.size() < 2) return false;
  const Setting* setting = context.run.Effective("evaluation.rouge_tokenizer");
  const std::string tokenizer = setting == nullptr ? "unicode" : setting->text;
  std::vector<std::string> ids_a, ids_b;
  const auto a = RowScores(moments.front().rows, tokenizer, ids_a);
  const auto b = RowScores(moments.back().rows, tokenizer, ids_b);
  if (a.size() < kFewestRows || ids_a != ids_b) return false;
  std::vector<double> differences;
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    differences.push_back(b[i] - a[i]);
    sum += b[i] - a[i];
  }
  const Interval interval = BootstrapOfMean(differences);
  if (!interval.Contains(0)) return true;
  sink.Add(Verdict::kNote, Severity::kMinor, 0.9, kNoise)
      .With("metric", "ROUGE-1 (" + tokenizer + ")")
      .With("delta", Show(sum / static_cast<double>(a.size()), 3))
      .With("first", moments.front().file)
      .With("last", moments.back().file)
      .With("n", std::to_string(a.size()))
      .With("low", Show(interval.low, 3))
      .With("high", Show(interval.high, 3))
      .Formula("2000 resamples of " + std::to_string(a.size()) + " paired differences, seed 42")
      .From({moments.front().file, "prediction", 0})
      .From({moments.back().file, "prediction", 0})
      .Do(kNoiseDo);
  return true;
}

}  // namespace plumbline::audit
