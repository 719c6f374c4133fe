// gen-degenerate-output: outputs that no reader would take for summaries. Shares over all rows.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/audit/interval.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"
#include "harness/eval/lcs.h"

namespace plumbline::audit {
namespace {

constexpr double kMostEmpty = 0.01;
constexpr double kMostSentinel = 0.001;
constexpr double kFewestDistinct = 0.5;
constexpr double kMostRepeated = 0.3;
constexpr double kCopied = 0.9;
constexpr double kMostCopied = 0.3;
constexpr size_t kFewestRows = 10;  // below it two equal outputs say nothing
constexpr size_t kShortestCopy = 5;
constexpr size_t kGram = 4;
constexpr size_t kShownBytes = 60;

constexpr Text kEmpty = {"{rows} of {n} outputs ({share}) are empty, first in {id}",
                         "출력 {n}개 중 {rows}개({share})가 비어 있음, 첫 사례 {id}"};
constexpr Text kSentinel = {
    "{rows} of {n} outputs ({share}) hold a sentinel token such as <extra_id_0>, first in {id}: "
    "the checkpoint was never fine-tuned away from its pre-training task",
    "출력 {n}개 중 {rows}개({share})에 <extra_id_0> 같은 센티널 토큰 포함, 첫 사례 {id}: 사전학습 과제에서 벗어나지 "
    "못한 체크포인트"};
constexpr Text kSame = {
    "only {rows} of {n} outputs ({share}) differ from one another; `{id}` is the most frequent",
    "출력 {n}개 중 서로 다른 것은 {rows}개({share})뿐; 가장 잦은 출력은 `{id}`"};
constexpr Text kRepeated = {
    "{share} of the outputs' 4-grams repeat an earlier one of the same output, worst in {id}: "
    "generation loops",
    "출력의 4-gram 중 {share}이(가) 같은 출력 안에서 반복, 가장 심한 행 {id}: 생성이 반복에 빠짐"};
constexpr Text kCopies = {
    "{rows} of {n} outputs ({share}) are taken word for word from their document, first in {id}",
    "출력 {n}개 중 {rows}개({share})가 원문을 그대로 옮김, 첫 사례 {id}"};
constexpr Text kDo = {"read ten outputs, then check stopping, repetition and length settings",
                      "출력 10개를 읽고 종료·반복·길이 설정을 확인"};
constexpr Text kSettle = {"read row {id}", "{id} 행을 읽어 확인"};

class Census {
 public:
  explicit Census(const RowFile<ScoredRow>& scored) : scored_(scored) {}

  void Speak(Sink& sink) {
    for (const ScoredRow& row : scored_.rows) Count(row);
    const size_t n = scored_.rows.size();
    if (Share(empty_.rows, n) > kMostEmpty) Say(kEmpty, empty_, n, sink);
    if (Share(sentinel_.rows, n) > kMostSentinel) Say(kSentinel, sentinel_, n, sink);
    if (n >= kFewestRows && Share(times_.size(), n) < kFewestDistinct) {
      Say(kSame, {times_.size(), MostFrequent()}, n, sink);
    }
    if (num_grams_ > 0 && Share(num_repeats_, num_grams_) > kMostRepeated) SayRepeats(sink);
    if (num_with_source_ > 0 && Share(copied_.rows, num_with_source_) > kMostCopied) {
      Say(kCopies, copied_, num_with_source_, sink);
    }
  }

 private:
  struct Hits {
    size_t rows = 0;
    std::string first;

    void Add(const std::string& id) {
      if (rows++ == 0) first = id;
    }
  };

  void Count(const ScoredRow& row) {
    const auto words = Words(row.prediction);
    if (words.empty()) empty_.Add(row.id);
    if (row.prediction.find("<extra_id_") != std::string::npos) sentinel_.Add(row.id);
    ++times_[row.prediction];
    CountRepeats(words, row.id);
    if (row.source.empty() || words.size() < kShortestCopy) return;
    ++num_with_source_;
    if (LongestCommon(words, Words(row.source)) > kCopied) copied_.Add(row.id);
  }

  void CountRepeats(const std::vector<std::string_view>& words, const std::string& id) {
    std::set<std::vector<std::string_view>> seen;
    size_t repeats = 0;
    for (size_t i = 0; i + kGram <= words.size(); ++i) {
      ++num_grams_;
      const auto begin = words.begin() + static_cast<std::ptrdiff_t>(i);
      if (!seen.insert({begin, begin + kGram}).second) ++repeats;
    }
    num_repeats_ += repeats;
    if (repeats > worst_repeats_) {
      worst_repeats_ = repeats;
      worst_ = id;
    }
  }

  // Longest common subsequence of words over the output's words.
  double LongestCommon(const std::vector<std::string_view>& output,
                       const std::vector<std::string_view>& source) {
    std::unordered_map<std::string_view, eval::TokenId> ids;
    const auto number = [&ids](const std::vector<std::string_view>& words) {
      std::vector<eval::TokenId> numbers;
      for (const std::string_view word : words) {
        numbers.push_back(ids.emplace(word, static_cast<eval::TokenId>(ids.size())).first->second);
      }
      return numbers;
    };
    const auto a = number(output);
    const auto b = number(source);
    return static_cast<double>(lcs_(a, b)) / static_cast<double>(a.size());
  }

  std::string MostFrequent() const {
    const auto most = std::ranges::max_element(
        times_, [](const auto& a, const auto& b) { return a.second < b.second; });
    size_t end = std::min(most->first.size(), kShownBytes);
    while (end < most->first.size() && (most->first[end] & 0xC0) == 0x80) --end;  // whole UTF-8
    return most->first.substr(0, end);
  }

  void Say(const Text& statement, const Hits& hits, size_t n, Sink& sink) const {
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.9, statement)
        .With("rows", std::to_string(hits.rows))
        .With("n", std::to_string(n))
        .With("share", Percent(Share(hits.rows, n)))
        .With("id", hits.first)
        .Formula(std::to_string(hits.rows) + " / " + std::to_string(n))
        .From({scored_.file, "prediction", 0})
        .Settle(kSettle)
        .Do(kDo);
  }

  void SayRepeats(Sink& sink) const {
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.9, kRepeated)
        .With("share", Percent(Share(num_repeats_, num_grams_)))
        .With("id", worst_)
        .Formula(std::to_string(num_repeats_) + " / " + std::to_string(num_grams_) + " > 30 %")
        .From({scored_.file, "prediction", 0})
        .Settle(kSettle)
        .Do(kDo);
  }

  const RowFile<ScoredRow>& scored_;
  Hits empty_, sentinel_, copied_;
  std::map<std::string, size_t> times_;
  size_t num_grams_ = 0, num_repeats_ = 0, worst_repeats_ = 0, num_with_source_ = 0;
  std::string worst_;
  eval::LcsLength lcs_;
};

void Evaluate(const Context& context, Sink& sink) {
  const Rows& rows = RowsOf(context.run);
  if (Have(rows.scored, kNeedsPredictions, sink)) Census(rows.scored).Speak(sink);
}

}  // namespace

Rule GenDegenerateOutputRule() {
  return {"gen-degenerate-output",
          2,
          Severity::kBlocker,
          {"outputs are empty, sentinels, repeated, all alike, or copied",
           "출력이 비었거나 센티널·반복·동일·복사"},
          {"Shares over all outputs: empty above 1 %, sentinel tokens above 0.1 %, fewer than half "
           "of the outputs distinct (from 10 rows on), repeated 4-grams above 30 %, or more than "
           "30 % of outputs whose words are, to 90 %, a subsequence of their document. Extractive "
           "tasks copy on purpose.",
           "전체 출력 대비 비율: 빈 출력 1 % 초과, 센티널 토큰 0.1 % 초과, 서로 다른 출력이 절반 미만(10행 이상), 반복 "
           "4-gram 30 % 초과, 단어의 90 % 이상이 원문의 부분수열인 출력 30 % 초과. 추출 요약은 의도된 복사."},
          {"huggingface/transformers#29700", "huggingface/transformers#8704",
           "huggingface/transformers#9792", "thresholds unsourced"},
          Evaluate};
}

}  // namespace plumbline::audit
