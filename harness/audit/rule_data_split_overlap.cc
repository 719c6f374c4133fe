// data-split-overlap: rows of the evaluation set that training has seen, exactly or nearly. Texts
// are compared in NFC with white space collapsed; near copies by the exact Jaccard index of their
// 5-grams of code points (an index of the smaller split, no sketching).
#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/audit/interval.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"
#include "harness/audit/shared_files.h"
#include "harness/base/random.h"
#include "harness/base/utf8.h"

namespace plumbline::audit {
namespace {

constexpr double kMajorExact = 0.001;
constexpr double kBlockerExact = 0.01;
constexpr double kNearJaccard = 0.8;
constexpr double kBlockerNear = 0.03;
constexpr double kMostRepeats = 0.01;
constexpr size_t kGram = 5;
constexpr size_t kNumExamples = 3;

constexpr Text kExact = {
    "{rows} of {n} {split} documents ({share}) stand in the training data too: {examples}; "
    "{summaries} of them with the same summary",
    "{split} 원문 {n}개 중 {rows}개({share})가 학습 데이터에도 있음: {examples}; 그중 요약까지 같은 것은 {summaries}개"};
constexpr Text kNear = {
    "{rows} of {n} {split} documents ({share}) are near copies of training rows (5-gram Jaccard "
    ">= 0.8): {examples}",
    "{split} 원문 {n}개 중 {rows}개({share})가 학습 행과 거의 같음(5-gram Jaccard 0.8 이상): {examples}"};
constexpr Text kInside = {
    "{rows} of {n} {split} documents ({share}) repeat another one of the same split: {examples}",
    "{split} 원문 {n}개 중 {rows}개({share})가 같은 분할 안에서 중복: {examples}"};
constexpr Text kDo = {
    "remove the shared rows from training, split by document before anything else, evaluate again",
    "겹치는 행을 학습에서 제거하고, 다른 처리 전에 문서 단위로 분할한 뒤 다시 평가"};
constexpr Text kSettle = {"score the evaluation set without those rows beside the whole",
                          "해당 행을 뺀 평가 점수를 전체와 나란히 비교"};
constexpr Text kNeeds = {
    "needs the data's text: train.jsonl beside validation.jsonl or test.jsonl",
    "데이터 텍스트(train.jsonl과 validation.jsonl 또는 test.jsonl) 필요"};

// NFC, white space collapsed; what is no UTF-8 stays as it is.
std::string Normal(const std::string& text) {
  const std::string composed = FirstInvalidUtf8(text) ? text : Nfc(text);
  std::string joined;
  for (const std::string_view word : Words(composed)) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  return joined;
}

// Hashes of all runs of five code points, sorted, each once.
std::vector<uint64_t> Grams(const std::string& text) {
  std::vector<size_t> starts;
  for (size_t at = 0; at < text.size();) {
    starts.push_back(at);
    at += std::max<size_t>(1, CodePointAt(text, at).num_bytes);
  }
  starts.push_back(text.size());
  std::vector<uint64_t> grams;
  for (size_t i = 0; i + kGram < starts.size(); ++i) {
    grams.push_back(Fnv1a64(
        std::string_view(text).substr(starts[i], starts[i + kGram] - starts[i])));
  }
  std::ranges::sort(grams);
  const auto [begin, end] = std::ranges::unique(grams);
  grams.erase(begin, end);
  return grams;
}

struct Hits {
  size_t rows = 0;
  size_t summaries = 0;
  std::string examples;

  void Add(const std::string& id, const std::string& other) {
    if (rows++ < kNumExamples) {
      examples += (examples.empty() ? "" : ", ") + id + " = " + other;
    }
  }
};

// One evaluation split against the training rows.
class Split {
 public:
  explicit Split(const RowFile<DataRow>& file) : file_(file) {
    for (size_t i = 0; i < file.rows.size(); ++i) {
      texts_.push_back(Normal(file.rows[i].source));
      if (texts_.back().empty()) continue;
      const auto [seen, fresh] = by_text_.emplace(texts_.back(), i);
      if (!fresh) inside_.Add(file.rows[i].id, file.rows[seen->second].id);
      grams_.push_back(Grams(texts_.back()));
      for (const uint64_t gram : grams_.back()) by_gram_[gram].push_back(grams_.size() - 1);
      gram_rows_.push_back(i);
    }
    matched_.assign(file.rows.size(), false);
  }

  void Meet(const DataRow& row) {
    const std::string text = Normal(row.source);
    if (text.empty()) return;
    const auto same = by_text_.find(text);
    if (same != by_text_.end()) {
      if (matched_[same->second]) return;
      matched_[same->second] = true;
      const DataRow& mine = file_.rows[same->second];
      exact_.Add(mine.id, row.id);
      exact_.summaries += mine.summaries == row.summaries ? 1 : 0;
      return;
    }
    MeetNearly(row.id, Grams(text));
  }

  void Speak(const char* name, const std::string& train_file, Sink& sink) const {
    const double exact = Share(exact_.rows, file_.rows.size());
    if (exact >= kMajorExact) {
      Say(kExact, exact >= kBlockerExact ? Severity::kBlocker : Severity::kMajor, exact_, name,
          train_file, sink);
    }
    if (Share(near_.rows, file_.rows.size()) >= kBlockerNear) {
      Say(kNear, Severity::kBlocker, near_, name, train_file, sink);
    }
    if (Share(inside_.rows, file_.rows.size()) > kMostRepeats) {
      Say(kInside, Severity::kMinor, inside_, name, train_file, sink);
    }
  }

 private:
  void MeetNearly(const std::string& id, const std::vector<uint64_t>& grams) {
    std::unordered_map<size_t, size_t> shared;  // only looked up and walked for its maximum
    for (const uint64_t gram : grams) {
      const auto rows = by_gram_.find(gram);
      if (rows == by_gram_.end()) continue;
      for (const size_t row : rows->second) ++shared[row];
    }
    for (const auto& [row, count] : shared) {
      const size_t all = grams.size() + grams_[row].size() - count;
      const size_t place = gram_rows_[row];
      if (Share(count, all) < kNearJaccard || matched_[place]) continue;
      matched_[place] = true;
      near_.Add(file_.rows[place].id, id);
    }
  }

  void Say(const Text& statement, Severity severity, const Hits& hits, const char* name,
           const std::string& train_file, Sink& sink) const {
    const size_t n = file_.rows.size();
    sink.Add(Verdict::kDefect, severity, 0.97, statement)
        .With("rows", std::to_string(hits.rows))
        .With("n", std::to_string(n))
        .With("share", Percent(Share(hits.rows, n)))
        .With("split", name)
        .With("examples", hits.examples)
        .With("summaries", std::to_string(hits.summaries))
        .Formula(std::to_string(hits.rows) + " / " + std::to_string(n))
        .From({file_.file, "dialogue", 0})
        .From({train_file, "dialogue", 0})
        .Settle(kSettle)
        .Do(kDo);
  }

  const RowFile<DataRow>& file_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, size_t> by_text_;
  std::vector<std::vector<uint64_t>> grams_;
  std::vector<size_t> gram_rows_;  // row of each entry of grams_
  std::unordered_map<uint64_t, std::vector<size_t>> by_gram_;
  std::vector<bool> matched_;
  Hits exact_, near_, inside_;
};

// What the two files say, once for all runs that were made with them.
using Findings = std::vector<Finding>;
std::shared_ptr<const Findings> Overlap(const char* name, const RowFile<DataRow>& file,
                                        const RowFile<DataRow>& train, SharedFiles* files) {
  constexpr size_t kMostPairs = 256;
  const bool shared = !train.identity.empty() && !file.identity.empty();
  const std::string pair = shared ? train.identity + " " + file.identity + " " + name : "";
  return GetShared<Findings>(files, pair, kMostPairs, [&] {
    Sink sink("data-split-overlap");
    Split split(file);
    for (const DataRow& row : train.rows) split.Meet(row);
    split.Speak(name, train.file, sink);
    return Findings(sink.findings().begin(), sink.findings().end());
  });
}

void Evaluate(const Context& context, Sink& sink) {
  const Rows& rows = RowsOf(context.run);
  const bool has_evaluation = !rows.Validation().Empty() || !rows.test.Empty();
  if (!Have(rows.Train(), kNeeds, sink)) return;
  if (!has_evaluation) {
    sink.NotEvaluated(kNeeds);
    return;
  }
  for (const auto& [name, file] : {std::pair{"validation", &rows.Validation()},
                                   std::pair{"test", &rows.test}}) {
    if (file->Empty()) continue;
    const auto findings = Overlap(name, *file, rows.Train(), context.run.shared.get());
    sink.findings().insert(sink.findings().end(), findings->begin(), findings->end());
  }
}

}  // namespace

Rule DataSplitOverlapRule() {
  return {"data-split-overlap",
          3,
          Severity::kBlocker,
          {"evaluation rows stand in the training data", "평가 행이 학습 데이터에 있음"},
          {"Documents equal in NFC with white space collapsed: major from 0.1 % of the evaluation "
           "rows, a blocker from 1 %. Near copies (5-gram Jaccard 0.8 or more) from 3 %. Repeats "
           "inside the evaluation split above 1 % are minor. Templated dialogues may be alike by "
           "nature: compare the summaries too.",
           "NFC·공백 정규화 후 같은 원문: 평가 행의 0.1 %부터 중대, 1 %부터 차단. 거의 같은 원문(5-gram Jaccard 0.8 이상)은 "
           "3 %부터 차단. 평가 분할 내부 중복 1 % 초과는 경미. 틀이 있는 대화는 원래 비슷할 수 있으니 요약도 비교."},
          {"huggingface/datasets#4261", "bazingagin/npc_gzip#13", "embeddings-benchmark/mteb#1036",
           "TelecomsXChangeAPi/OpenTextShield#195"},
          Evaluate};
}

}  // namespace plumbline::audit
