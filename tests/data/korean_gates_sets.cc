#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

#include "harness/base/random.h"
#include "harness/data/korean/catalog.h"
#include "harness/data/korean/hangul.h"
#include "harness/data/korean/item_check.h"
#include "harness/data/korean/josa.h"
#include "harness/data/korean/lexicon.h"
#include "harness/data/korean/numerals.h"
#include "harness/data/korean/slot_accuracy.h"
#include "tests/data/korean_gates.h"

namespace plumbline::data::korean {
namespace {

constexpr size_t kRunWords = 13;
constexpr size_t kShingle = 5;

std::vector<std::string> WordsOf(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c != ' ' && c != '\n') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// Five consecutive syllables or digits of the turns, spaces and marks left out, as sorted hashes.
std::vector<uint64_t> Shingles(const std::string& text) {
  std::u32string kept;
  bool inside_tag = false;
  for (const char32_t point : Decode(text)) {
    if (point == U'#') inside_tag = !inside_tag;
    const bool digit = point >= U'0' && point <= U'9';
    if (!inside_tag && (IsSyllable(point) || digit)) kept += point;
  }
  std::vector<uint64_t> shingles;
  for (size_t i = 0; i + kShingle <= kept.size(); ++i) {
    uint64_t hash = 0;
    for (size_t k = 0; k < kShingle; ++k) hash = hash * 1'000'003 + kept[i + k];
    shingles.push_back(hash);
  }
  std::sort(shingles.begin(), shingles.end());
  shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
  return shingles;
}

double Share(size_t part, size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Final and rejected values replaced by their slots' names, tags kept: what stays is the wording.
std::string Skeleton(const Item& item) {
  std::string text = item.dialogue;
  const auto mask = [&text](const std::string& value, const std::string& slot) {
    for (size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + 1))
      text.replace(at, value.size(), "<" + slot + ">");
  };
  for (const Fact& fact : item.facts) {
    mask(fact.final, fact.slot);
    for (const std::string& rejected : fact.rejected) mask(rejected, fact.slot);
  }
  return text;
}

std::set<std::string> RunsOf(const Item& item) {
  // The opening and the closing turn are left out: greetings repeat by nature.
  std::set<std::string> runs;
  std::string text;
  for (size_t t = 1; t + 1 < item.turns.size(); ++t) text += item.turns[t] + " ";
  const std::vector<std::string> words = WordsOf(text);
  for (size_t i = 0; i + kRunWords <= words.size(); ++i) {
    std::string run;
    for (size_t k = 0; k < kRunWords; ++k) run += words[i + k] + " ";
    runs.insert(run);
  }
  return runs;
}

}  // namespace

double Similarity(const std::string& a, const std::string& b) {
  const auto left = Shingles(a), right = Shingles(b);
  std::vector<uint64_t> common;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                        std::back_inserter(common));
  return Share(common.size(), left.size() + right.size() - common.size());
}

std::vector<double> NearestSimilarities(const Items& train, const Items& held_out) {
  std::unordered_map<uint64_t, std::vector<int>> index;
  std::vector<size_t> sizes;
  for (size_t i = 0; i < train.size(); ++i) {
    const auto shingles = Shingles(train[i].dialogue);
    sizes.push_back(shingles.size());
    for (const uint64_t shingle : shingles) index[shingle].push_back(static_cast<int>(i));
  }
  std::vector<double> nearest;
  std::vector<int> common(train.size());
  for (const Item& item : held_out) {
    std::fill(common.begin(), common.end(), 0);
    const auto shingles = Shingles(item.dialogue);
    for (const uint64_t shingle : shingles) {
      const auto found = index.find(shingle);
      if (found == index.end()) continue;
      for (const int i : found->second) ++common[static_cast<size_t>(i)];
    }
    double best = 0;
    for (size_t i = 0; i < train.size(); ++i) {
      const auto shared = static_cast<size_t>(common[i]);
      best = std::max(best, Share(shared, shingles.size() + sizes[i] - shared));
    }
    nearest.push_back(best);
  }
  return nearest;
}

Duplication MeasureDuplication(const Items& train, const Items& held_out) {
  Duplication found;
  std::set<std::string> dialogues, summaries, runs;
  std::map<std::string, std::map<std::string, size_t>> skeletons;
  size_t equal_dialogues = 0, equal_summaries = 0;
  for (const Item& item : train) {
    equal_dialogues += dialogues.insert(item.dialogue).second ? 0 : 1;
    equal_summaries += summaries.insert(item.summary).second ? 0 : 1;
    ++skeletons[item.topic_id][Skeleton(item)];
    runs.merge(RunsOf(item));
  }
  for (const auto& [topic, counts] : skeletons) {
    size_t total = 0, largest = 0;
    for (const auto& [unused, count] : counts) {
      total += count;
      largest = std::max(largest, count);
    }
    if (largest > 1)
      found.largest_skeleton = std::max(found.largest_skeleton, Share(largest, total));
  }
  size_t overlapping = 0;
  for (const Item& item : held_out) {
    equal_dialogues += dialogues.contains(item.dialogue) ? 1 : 0;
    found.shared_summaries += summaries.contains(item.summary) ? 1 : 0;
    const auto own = RunsOf(item);
    overlapping += std::any_of(own.begin(), own.end(),
                               [&runs](const std::string& run) { return runs.contains(run); })
                       ? 1
                       : 0;
  }
  std::vector<double> nearest = NearestSimilarities(train, held_out);
  std::sort(nearest.begin(), nearest.end());
  found.equal_dialogues = Share(equal_dialogues, train.size() + held_out.size());
  found.equal_summaries = Share(equal_summaries, train.size());
  found.long_overlap = Share(overlapping, held_out.size());
  if (!nearest.empty()) {
    found.median_similarity = nearest[nearest.size() / 2];
    found.largest_similarity = nearest.back();
  }
  return found;
}

ParticleBalance MeasureParticleBalance(const Items& items) {
  std::map<std::string, size_t> ends;
  for (const Item& item : items) {
    for (std::string word : WordsOf(item.summary)) {
      while (!word.empty() && (word.back() == '.' || word.back() == ',')) word.pop_back();
      if (word.size() > 3) ++ends[word.substr(word.size() - 3)];
    }
  }
  const auto share = [&ends](const std::string& vowel, const std::string& consonant) {
    return Share(ends[vowel], ends[vowel] + ends[consonant]);
  };
  return {share("는", "은"), share("가", "이"), share("를", "을")};
}

std::vector<double> FactPositions(const Items& items) {
  std::vector<double> fifths(5, 0.0);
  double total = 0;
  for (const Item& item : items) {
    for (const Fact& fact : item.facts) {
      const auto last = static_cast<double>(std::max<size_t>(1, item.turns.size() - 1));
      fifths[static_cast<size_t>(std::min(4.0, std::floor(5.0 * fact.turn / last)))] += 1;
      total += 1;
    }
  }
  for (double& fifth : fifths) fifth /= total;
  return fifths;
}

double LargestRoleImbalance(const Items& items) {
  std::map<std::string, std::pair<size_t, size_t>> topics;
  for (const Item& item : items) {
    auto& [first, total] = topics[item.topic_id];
    const auto role = item.roles.find("A");
    first += role != item.roles.end() && role->second == "#Person1#" ? 1 : 0;
    ++total;
  }
  double largest = 0;
  for (const Frame& frame : Frames()) {
    std::set<char> openers;
    for (const Block& block : frame.blocks) {
      if (block.kind != BlockKind::kOpen) continue;
      for (const Script& script : block.scripts) openers.insert(script.turns.front().role);
    }
    const auto found = topics.find(frame.id);
    if (openers.size() < 2 || found == topics.end()) continue;
    largest = std::max(largest, std::abs(Share(found->second.first, found->second.second) - 0.5));
  }
  return largest;
}

std::string LeadOf(const Item& item, size_t num_turns) {
  std::string text;
  for (size_t t = 0; t < std::min(num_turns, item.turns.size()); ++t)
    text += (t == 0 ? "" : " ") + item.turns[t];
  return text;
}

std::string LastOf(const Item& item) { return item.turns.back(); }

}  // namespace plumbline::data::korean
