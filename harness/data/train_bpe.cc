#include "harness/data/train_bpe.h"

#include <array>
#include <queue>
#include <set>

#include "harness/base/error.h"

namespace plumbline::data {
namespace {

using Pair = std::pair<int32_t, int32_t>;

constexpr int64_t kNumBytes = 256;
constexpr int64_t kLeastCount = 2;  // a pair that occurs once teaches nothing

struct Word {
  std::vector<int32_t> ids;
  int64_t count = 0;
};

struct Candidate {
  int64_t count = 0;
  Pair pair;

  // Of a max-heap: the best one is the greatest.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

class Trainer {
 public:
  Trainer(const WordCounts& words, const std::vector<uint8_t>& alphabet) {
    std::array<int32_t, kNumBytes> id_of{};
    for (size_t id = 0; id < alphabet.size(); ++id) {
      id_of[alphabet[id]] = static_cast<int32_t>(id);
      vocabulary_.pieces.emplace_back(1, static_cast<char>(alphabet[id]));
    }
    for (const auto& [text, count] : words) {
      Word word{{}, count};
      for (const char byte : text) word.ids.push_back(id_of[static_cast<uint8_t>(byte)]);
      words_.push_back(std::move(word));
    }
    for (size_t index = 0; index < words_.size(); ++index) Count(index, 1);
    for (const auto& [pair, count] : counts_) heap_.push({count, pair});
  }

  // False when no pair is left that occurs often enough.
  bool MergeOne() {
    while (!heap_.empty()) {
      const Candidate best = heap_.top();
      heap_.pop();
      const int64_t count = counts_[best.pair];
      if (count != best.count) continue;  // an older figure; the present one is in the heap too
      if (count < kLeastCount) return false;
      Merge(best.pair);
      return true;
    }
    return false;
  }

  BpeVocabulary Take() { return std::move(vocabulary_); }
  int64_t num_pieces() const { return std::ssize(vocabulary_.pieces); }

 private:
  // Adds (sign 1) or takes away (sign -1) all pairs of one word.
  void Count(size_t index, int64_t sign) {
    const Word& word = words_[index];
    for (size_t i = 1; i < word.ids.size(); ++i) {
      const Pair pair{word.ids[i - 1], word.ids[i]};
      counts_[pair] += sign * word.count;
      if (sign > 0) places_[pair].insert(index);
      touched_.insert(pair);
    }
  }

  void Merge(const Pair& pair) {
    const auto merged = static_cast<int32_t>(num_pieces());
    vocabulary_.pieces.push_back(vocabulary_.pieces[pair.first] + vocabulary_.pieces[pair.second]);
    vocabulary_.merges.push_back(pair);
    touched_.clear();
    const std::set<size_t> places = std::move(places_[pair]);
    for (const size_t index : places) {
      Count(index, -1);
      Replace(&words_[index].ids, pair, merged);
      Count(index, 1);
    }
    for (const Pair& changed : touched_) heap_.push({counts_[changed], changed});
  }

  static void Replace(std::vector<int32_t>* ids, const Pair& pair, int32_t merged) {
    size_t out = 0;
    for (size_t i = 0; i < ids->size(); ++i) {
      const bool is_pair = i + 1 < ids->size() && (*ids)[i] == pair.first && (*ids)[i + 1] == pair.second;
      (*ids)[out++] = is_pair ? merged : (*ids)[i];
      i += is_pair;
    }
    ids->resize(out);
  }

  BpeVocabulary vocabulary_;
  std::vector<Word> words_;
  std::map<Pair, int64_t> counts_;
  std::map<Pair, std::set<size_t>> places_;  // words that hold, or held, the pair
  std::set<Pair> touched_;
  std::priority_queue<Candidate> heap_;
};

}  // namespace

BpeVocabulary TrainBpe(const WordCounts& words, const std::vector<uint8_t>& alphabet,
                       int64_t vocab_size) {
  PLUMBLINE_CHECK(std::ssize(alphabet) == kNumBytes);
  if (vocab_size < kNumBytes) {
    Fail(ErrorKind::kUsage, "training a byte-pair encoding",
         "a vocabulary of " + std::to_string(vocab_size), "at least 256: one piece a byte",
         "a larger --vocab-size");
  }
  Trainer trainer(words, alphabet);
  while (trainer.num_pieces() < vocab_size && trainer.MergeOne()) {
  }
  return trainer.Take();
}

}  // namespace plumbline::data
