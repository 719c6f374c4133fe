#include "harness/eval/rouge.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "harness/eval/lcs.h"
#include "harness/eval/rouge_tokenizer.h"
#include "harness/eval/text_runs.h"

namespace plumbline::eval {
namespace {

using Ids = std::vector<TokenId>;

// One text as token ids, cut into the lines that rougeLsum calls sentences.
struct TokenizedText {
  Ids ids;
  std::vector<size_t> sentence_ends;  // of the sentences that hold a token

  std::span<const TokenId> Sentence(size_t i) const {
    const size_t begin = i == 0 ? 0 : sentence_ends[i - 1];
    return std::span(ids).subspan(begin, sentence_ends[i] - begin);
  }
};

// Tokens to ids, in order of appearance.
class Interner {
 public:
  TokenId IdOf(std::string_view token) {
    const auto found = ids_.find(token);
    if (found != ids_.end()) return found->second;
    const auto id = static_cast<TokenId>(ids_.size());
    ids_.emplace(token, id);
    return id;
  }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, TokenId, Hash, std::equal_to<>> ids_;
};

// rouge_score's definitions, in its order of operations.
RougeScore ScoreOf(int64_t hits, size_t prediction_count, size_t reference_count) {
  RougeScore score;
  score.precision =
      static_cast<double>(hits) / static_cast<double>(std::max<size_t>(prediction_count, 1));
  score.recall =
      static_cast<double>(hits) / static_cast<double>(std::max<size_t>(reference_count, 1));
  const double sum = score.precision + score.recall;
  if (sum > 0) score.f1 = 2 * score.precision * score.recall / sum;
  return score;
}

// Sorted keys of all n-grams; n is 1 or 2.
std::vector<uint64_t> SortedGrams(const Ids& ids, size_t n) {
  std::vector<uint64_t> grams;
  for (size_t i = 0; i + n <= ids.size(); ++i) {
    grams.push_back(n == 1 ? ids[i] : static_cast<uint64_t>(ids[i]) << 32 | ids[i + 1]);
  }
  std::sort(grams.begin(), grams.end());
  return grams;
}

// Size of the multiset intersection: the clipped overlap.
int64_t Overlap(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  int64_t overlap = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      ++overlap, ++i, ++j;
    } else if (a[i] < b[j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return overlap;
}

// Hits of the union of longest common subsequences, no token counted more often than either text
// holds it.
int64_t UnionHits(const TokenizedText& prediction, const TokenizedText& reference) {
  std::unordered_map<TokenId, int64_t> left_in_prediction,
      left_in_reference;  // looked up, never iterated
  for (const TokenId id : prediction.ids) ++left_in_prediction[id];
  for (const TokenId id : reference.ids) ++left_in_reference[id];
  int64_t hits = 0;
  for (size_t r = 0; r < reference.sentence_ends.size(); ++r) {
    const auto sentence = reference.Sentence(r);
    std::set<int64_t> united;
    for (size_t p = 0; p < prediction.sentence_ends.size(); ++p) {
      for (const int64_t index : LcsIndices(sentence, prediction.Sentence(p))) united.insert(index);
    }
    for (const int64_t index : united) {
      const TokenId id = sentence[static_cast<size_t>(index)];
      if (left_in_prediction[id] <= 0 || left_in_reference[id] <= 0) continue;
      ++hits, --left_in_prediction[id], --left_in_reference[id];
    }
  }
  return hits;
}

}  // namespace

std::string_view RougeTypeName(RougeType type) {
  constexpr std::string_view kNames[] = {"rouge1", "rouge2", "rougeL", "rougeLsum"};
  return kNames[type];
}

class RougeScorer::State {
 public:
  explicit State(const RougeOptions& options)
      : tokenizer_(MakeRougeTokenizer(options.tokenizer, options.stemmer)) {}

  const RougeTokenizer& tokenizer() const { return *tokenizer_; }

  TokenizedText Read(std::string_view text) {
    if (const auto broken = FirstInvalidUtf8(text)) {
      Fail(ErrorKind::kData, "scoring a text",
           "a broken UTF-8 sequence at byte " + std::to_string(*broken), "UTF-8",
           "converting the text to UTF-8");
    }
    TokenizedText result;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      tokens_.Clear();
      tokenizer_->Tokenize(text.substr(0, end), tokens_);
      for (size_t i = 0; i < tokens_.size(); ++i) result.ids.push_back(interner_.IdOf(tokens_[i]));
      if (tokens_.size() > 0) result.sentence_ends.push_back(result.ids.size());
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
  }

  RougeScores Pair(const TokenizedText& prediction, const TokenizedText& reference) {
    RougeScores scores;
    for (const size_t n : {1, 2}) {
      const auto of_prediction = SortedGrams(prediction.ids, n);
      const auto of_reference = SortedGrams(reference.ids, n);
      scores[n == 1 ? kRouge1 : kRouge2] =
          ScoreOf(Overlap(of_prediction, of_reference), of_prediction.size(), of_reference.size());
    }
    const int64_t common = lcs_length_(reference.ids, prediction.ids);
    scores[kRougeL] = ScoreOf(common, prediction.ids.size(), reference.ids.size());
    // With one sentence on each side the union is the subsequence itself.
    const bool is_single =
        prediction.sentence_ends.size() <= 1 && reference.sentence_ends.size() <= 1;
    scores[kRougeLsum] = is_single ? scores[kRougeL]
                                   : ScoreOf(UnionHits(prediction, reference),
                                             prediction.ids.size(), reference.ids.size());
    return scores;
  }

 private:
  std::unique_ptr<RougeTokenizer> tokenizer_;
  Interner interner_;
  TokenList tokens_;
  LcsLength lcs_length_;
};

RougeScorer::RougeScorer(const RougeOptions& options) : state_(std::make_unique<State>(options)) {}
RougeScorer::~RougeScorer() = default;

RougeScores RougeScorer::Score(std::string_view prediction,
                               std::span<const std::string> references) {
  if (references.empty()) {
    Fail(ErrorKind::kData, "scoring a prediction", "no reference", "at least one",
         "a file with summaries");
  }
  const TokenizedText read_prediction = state_->Read(prediction);
  RougeScores best = state_->Pair(read_prediction, state_->Read(references[0]));
  for (const std::string& reference : references.subspan(1)) {
    const RougeScores scores = state_->Pair(read_prediction, state_->Read(reference));
    for (size_t type = 0; type < kNumRougeTypes; ++type) {
      if (scores[type].f1 > best[type].f1) best[type] = scores[type];
    }
  }
  return best;
}

LetterCount RougeScorer::CountLetters(std::string_view text) const {
  LetterCount count;
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = CodePointAt(text, i);
    i += std::max<size_t>(point.num_bytes, 1);
    if (!IsLetter(point.value)) continue;
    ++count.total;
    count.kept += state_->tokenizer().KeepsLetter(point.value);
  }
  return count;
}

}  // namespace plumbline::eval
