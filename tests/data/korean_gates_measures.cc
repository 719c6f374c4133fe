#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "harness/data/korean/catalog.h"
#include "harness/data/korean/hangul.h"
#include "harness/data/korean/item_check.h"
#include "harness/data/korean/josa.h"
#include "harness/data/korean/lexicon.h"
#include "harness/eval/rouge_tokenizer.h"
#include "tests/data/korean_gates.h"

namespace plumbline::data::korean {
namespace {

constexpr int64_t kMinOccurrences = 30;

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = Mean(a), mean_b = Mean(b);
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

std::set<std::string> WordSet(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != '\n') {
      word += c;
      continue;
    }
    if (!word.empty()) words.insert(word);
    word.clear();
  }
  return words;
}

// Tokens of the particle-split tokenizer, tags and particles dropped: stems and numbers.
std::vector<std::string> StemsOf(const std::string& text) {
  std::string untagged;
  bool inside = false;
  for (const char c : text) {
    if (c == '#') inside = !inside;
    if (!inside && c != '#') untagged += c;
  }
  static const auto tokenizer = eval::MakeRougeTokenizer("particle", false);
  static const std::set<std::string, std::less<>> particles = {
      "은",   "는",   "이",     "가", "을", "를", "과",   "와",   "로",     "으로", "에",
      "에서", "에게", "에게서", "의", "도", "만", "부터", "까지", "이라고", "라고"};
  std::replace(untagged.begin(), untagged.end(), '\n', ' ');
  eval::TokenList tokens;
  tokenizer->Tokenize(untagged, tokens);
  std::vector<std::string> stems;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (particles.contains(tokens[i])) continue;
    // A Korean root has one or two syllables; what follows is mostly endings, which differ between
    // speech and writing.
    const std::u32string points = Decode(tokens[i]);
    stems.push_back(IsSyllable(points.front()) && points.size() > 2 ? Encode(points.substr(0, 2))
                                                                    : std::string(tokens[i]));
  }
  return stems;
}

int SentencesIn(const std::string& summary) {
  int count = 0;
  for (size_t i = 0; i < summary.size(); ++i)
    count += summary[i] == '.' && (i + 1 == summary.size() || summary[i + 1] == ' ') ? 1 : 0;
  return count;
}

// Probability of a chi-square above `value`: Wilson and Hilferty's cube-root normal approximation.
double ChiSquareTail(double value, double degrees) {
  const double z =
      (std::cbrt(value / degrees) - (1 - 2 / (9 * degrees))) / std::sqrt(2 / (9 * degrees));
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}

// How often each value should be drawn: rows of its table, else alike. Frames with forbidden
// combinations are left out.
std::map<std::string, double> ExpectedShares(const Frame& frame, const Slot& slot) {
  std::map<std::string, double> shares;
  if (slot.table < 0) {
    for (const Value& value : slot.values)
      shares[value.text] += 1.0 / static_cast<double>(slot.values.size());
    return shares;
  }
  const JointTable& table = frame.tables[static_cast<size_t>(slot.table)];
  const auto column = static_cast<size_t>(
      std::find(table.slots.begin(), table.slots.end(), slot.name) - table.slots.begin());
  for (const auto& row : table.rows)
    shares[row[column].text] += 1.0 / static_cast<double>(table.rows.size());
  return shares;
}

using SlotCounts =
    std::map<std::string, std::map<std::string, int64_t>>;  // "T01 slot" -> value -> count

SlotCounts CountFinals(const Items& items) {
  SlotCounts counts;
  for (const Item& item : items) {
    for (const auto& [slot, value] : item.slots) ++counts[item.topic_id + " " + slot][value];
  }
  return counts;
}

constexpr std::string_view kCues[] = {"말고", "아니라",     "그럼", "그러면", "할게",
                                      "하자", "하겠습니다", "맞",   "바꾸",   "바꿀",
                                      "낫겠", "잘못",       "착각", "헷갈"};

// Distance in bytes from a mention to the nearest cue word of its turn; large when there is none.
size_t CueDistance(const Item& item, const Mention& mention) {
  const std::string& turn = item.turns[static_cast<size_t>(mention.turn)];
  const size_t at = turn.find(mention.rendered);
  size_t best = std::string::npos;
  for (const std::string_view cue : kCues) {
    for (size_t found = turn.find(cue); found != std::string::npos;
         found = turn.find(cue, found + 1)) {
      best = std::min(best, found > at ? found - at : at - found);
    }
  }
  return best;
}

std::string NearCue(const Item& item, const Fact& fact) {
  const Mention* best = &fact.said.front();
  size_t distance = std::string::npos;
  for (const Mention& mention : fact.said) {
    const size_t own = CueDistance(item, mention);
    if (own == std::string::npos || own > distance) continue;
    distance = own;  // the later one of equals
    best = &mention;
  }
  return best->value;
}

}  // namespace

Lengths MeasureLengths(const Items& items) {
  Lengths lengths;
  std::vector<double> turns, characters, words, summaries, ratios, verbatim, stems,
      sentences(4, 0.0);
  for (const Item& item : items) {
    turns.push_back(static_cast<double>(item.turns.size()));
    characters.push_back(NumCharacters(item.dialogue));
    words.push_back(NumWords(item.dialogue));
    summaries.push_back(NumCharacters(item.summary));
    ratios.push_back(summaries.back() / characters.back());
    const std::set<std::string> said = WordSet(item.dialogue);
    double all = 0, found = 0;
    for (const std::string& word : WordSet(item.summary)) {
      all += 1;
      found += said.contains(word) ? 1 : 0;
    }
    verbatim.push_back(found / all);
    const auto spoken = StemsOf(item.dialogue), told = StemsOf(item.summary);
    const std::set<std::string> spoken_set(spoken.begin(), spoken.end());
    stems.push_back(static_cast<double>(std::count_if(
                        told.begin(), told.end(),
                        [&](const std::string& s) { return spoken_set.contains(s); })) /
                    static_cast<double>(std::max<size_t>(1, told.size())));
    sentences[static_cast<size_t>(std::clamp(SentencesIn(item.summary), 1, 4)) - 1] += 1;
    lengths.corrected += item.num_corrections > 0 ? 1 : 0;
    lengths.distracted += item.num_distractors > 0 ? 1 : 0;
    lengths.contested += std::any_of(item.facts.begin(), item.facts.end(),
                                     [](const Fact& f) { return !f.rejected.empty(); })
                             ? 1
                             : 0;
  }
  const auto n = static_cast<double>(items.size());
  for (double& share : sentences) share /= n;
  lengths.corrected /= n;
  lengths.distracted /= n;
  lengths.contested /= n;
  lengths.turns = Mean(turns);
  lengths.characters = Mean(characters);
  lengths.words = Mean(words);
  lengths.summary_characters = Mean(summaries);
  lengths.compression = Mean(ratios);
  lengths.correlation = Correlation(characters, summaries);
  lengths.verbatim_words = Mean(verbatim);
  lengths.found_stems = Mean(stems);
  lengths.sentences = sentences;
  return lengths;
}

Vocabulary MeasureVocabulary(const Items& items) {
  Vocabulary vocabulary;
  std::set<std::string> stems, words;
  std::set<char32_t> syllables;
  std::map<std::string, int64_t> occurrences;
  double vowel = 0, consonant = 0, rieul = 0;
  for (const Item& item : items) {
    const std::string text = item.dialogue + "\n" + item.summary;
    for (const std::string& word : WordSet(text)) words.insert(word);
    for (const std::string& stem : StemsOf(text)) stems.insert(stem);
    for (const char32_t point : Decode(text)) {
      if (IsSyllable(point)) syllables.insert(point);
    }
    for (const auto& [slot, value] : item.slots)
      ++occurrences[item.topic_id + " " + slot + " " + value];
    for (const Fact& fact : item.facts) {
      for (const Mention& mention : fact.said)
        ++occurrences[item.topic_id + " " + fact.slot + " " + mention.value];
    }
    if (item.named.empty()) continue;
    const FinalSound sound = FinalSoundOf(item.named);
    (sound == FinalSound::kVowel ? vowel : sound == FinalSound::kRieul ? rieul : consonant) += 1;
  }
  vocabulary.stems = static_cast<int64_t>(stems.size());
  vocabulary.words = static_cast<int64_t>(words.size());
  vocabulary.syllables = static_cast<int64_t>(syllables.size());
  for (const auto& [value, count] : occurrences) {
    if (count < kMinOccurrences)
      vocabulary.rare_values.push_back(value + " " + std::to_string(count));
  }
  const double names = vowel + consonant + rieul;
  vocabulary.vowel_names = vowel / names;
  vocabulary.consonant_names = consonant / names;
  vocabulary.rieul_names = rieul / names;
  const SlotCounts counts = CountFinals(items);
  for (const Frame& frame : Frames()) {
    for (const Slot& slot : frame.slots) {
      const auto found = counts.find(frame.id + " " + slot.name);
      if (found == counts.end() || !slot.is_fact) continue;
      double total = 0, largest = 0, chi = 0;
      for (const auto& [unused, count] : found->second) {
        total += static_cast<double>(count);
        largest = std::max(largest, static_cast<double>(count));
      }
      const auto expected = ExpectedShares(frame, slot);
      for (const auto& [value, share] : expected) {
        const auto seen = found->second.find(value);
        const double count = seen == found->second.end() ? 0.0 : static_cast<double>(seen->second);
        chi += (count - share * total) * (count - share * total) / (share * total);
      }
      if (largest / total > vocabulary.largest_share) {
        vocabulary.largest_share = largest / total;
        vocabulary.largest_slot = found->first;
      }
      const double p = frame.forbidden.empty()
                           ? ChiSquareTail(chi, static_cast<double>(expected.size()) - 1)
                           : 1;
      if (p < vocabulary.smallest_p) {
        vocabulary.smallest_p = p;
        vocabulary.smallest_slot = found->first;
      }
    }
  }
  return vocabulary;
}

Heuristics MeasureHeuristics(const Items& items, bool contested) {
  SlotCounts finals = CountFinals(items);
  double total = 0;
  Heuristics right;
  for (const Item& item : items) {
    for (const Fact& fact : item.facts) {
      if (fact.said.empty() || (contested && fact.rejected.empty())) continue;
      total += 1;
      right.first += fact.said.front().value == fact.final ? 1 : 0;
      right.last += fact.said.back().value == fact.final ? 1 : 0;
      right.near_cue += NearCue(item, fact) == fact.final ? 1 : 0;
      const auto& counts = finals[item.topic_id + " " + fact.slot];
      const auto most =
          std::max_element(counts.begin(), counts.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
      right.most_frequent += most->first == fact.final ? 1 : 0;
    }
  }
  for (double* value : {&right.first, &right.last, &right.near_cue, &right.most_frequent})
    *value /= total;
  return right;
}

}  // namespace plumbline::data::korean
