#include "harness/eval/porter_stemmer.h"

#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline::eval {
namespace {

constexpr std::pair<std::string_view, std::string_view> kIrregular[] = {
    {"sky", "sky"},        {"skies", "sky"},       {"dying", "die"},        {"lying", "lie"},
    {"tying", "tie"},      {"news", "news"},       {"innings", "inning"},   {"inning", "inning"},
    {"outings", "outing"}, {"outing", "outing"},   {"cannings", "canning"}, {"canning", "canning"},
    {"howe", "howe"},      {"proceed", "proceed"}, {"exceed", "exceed"},    {"succeed", "succeed"}};

bool IsVowelLetter(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

// y is a consonant at the start and after a vowel; digits are consonants.
std::vector<bool> ConsonantFlags(std::string_view word) {
  std::vector<bool> flags;
  for (const char c : word) {
    flags.push_back(c == 'y' ? flags.empty() || !flags.back() : !IsVowelLetter(c));
  }
  return flags;
}

// m: the number of vowel-consonant sequences.
int Measure(std::string_view stem) {
  const std::vector<bool> flags = ConsonantFlags(stem);
  int measure = 0;
  for (size_t i = 1; i < flags.size(); ++i) measure += !flags[i - 1] && flags[i];
  return measure;
}

bool HasPositiveMeasure(std::string_view stem) { return Measure(stem) > 0; }
bool HasMeasureAboveOne(std::string_view stem) { return Measure(stem) > 1; }

bool ContainsVowel(std::string_view stem) {
  for (const bool is_consonant : ConsonantFlags(stem)) {
    if (!is_consonant) return true;
  }
  return false;
}

bool EndsDoubleConsonant(std::string_view word) {
  const size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && ConsonantFlags(word)[n - 1];
}

// *o, and NLTK's addition of two-letter words such as "at".
bool EndsConsonantVowelConsonant(std::string_view word) {
  const std::vector<bool> flags = ConsonantFlags(word);
  const size_t n = word.size();
  if (n == 2) return !flags[0] && flags[1];
  return n >= 3 && flags[n - 3] && !flags[n - 2] && flags[n - 1] &&
         std::string_view("wxy").find(word[n - 1]) == std::string_view::npos;
}

struct Rule {
  std::string_view suffix;
  std::string_view replacement;
};

using Condition = bool (*)(std::string_view stem);

std::string_view Without(std::string_view word, size_t count) {
  return word.substr(0, word.size() - count);
}

// The first rule whose suffix fits decides, whether its condition holds or not.
std::string Apply(std::string word, std::span<const Rule> rules, Condition condition) {
  for (const Rule& rule : rules) {
    if (!word.ends_with(rule.suffix)) continue;
    const std::string_view stem = Without(word, rule.suffix.size());
    if (condition != nullptr && !condition(stem)) return word;
    return std::string(stem) + std::string(rule.replacement);
  }
  return word;
}

constexpr Rule kStep1a[] = {{"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}};

std::string Step1a(std::string word) {
  if (word.size() == 4 && word.ends_with("ies")) return std::string(Without(word, 3)) + "ie";
  return Apply(std::move(word), kStep1a, nullptr);
}

// What follows a removed -ed or -ing.
std::string RepairStem(std::string stem) {
  for (const std::string_view ending : {"at", "bl", "iz"}) {
    if (stem.ends_with(ending)) return stem + "e";
  }
  const char last = stem.back();
  if (EndsDoubleConsonant(stem)) {
    if (last != 'l' && last != 's' && last != 'z') stem.pop_back();
    return stem;
  }
  if (Measure(stem) == 1 && EndsConsonantVowelConsonant(stem)) stem += "e";
  return stem;
}

std::string Step1b(std::string word) {
  if (word.ends_with("ied")) return std::string(Without(word, 3)) + (word.size() == 4 ? "ie" : "i");
  if (word.ends_with("eed")) {
    return HasPositiveMeasure(Without(word, 3)) ? std::string(Without(word, 1)) : word;
  }
  for (const std::string_view suffix : {"ed", "ing"}) {
    if (!word.ends_with(suffix)) continue;
    const std::string_view stem = Without(word, suffix.size());
    if (ContainsVowel(stem)) return RepairStem(std::string(stem));
  }
  return word;
}

std::string Step1c(std::string word) {
  if (!word.ends_with("y")) return word;
  const std::string_view stem = Without(word, 1);
  if (stem.size() > 1 && ConsonantFlags(stem).back()) word.back() = 'i';
  return word;
}

constexpr Rule kStep2[] = {
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
    {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"},
    {"fulli", "ful"}};

std::string Step2(std::string word) {
  while (word.ends_with("alli") && HasPositiveMeasure(Without(word, 4)))
    word.resize(word.size() - 2);
  // The l of -logi counts as part of the stem, so that "geo" and "theo" are long enough.
  if (word.ends_with("logi")) {
    return HasPositiveMeasure(Without(word, 3)) ? std::string(Without(word, 1)) : word;
  }
  return Apply(std::move(word), kStep2, HasPositiveMeasure);
}

constexpr Rule kStep3[] = {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
                           {"ical", "ic"},  {"ful", ""},   {"ness", ""}};

constexpr Rule kStep4[] = {{"al", ""},   {"ance", ""}, {"ence", ""}, {"er", ""},    {"ic", ""},
                           {"able", ""}, {"ible", ""}, {"ant", ""},  {"ement", ""}, {"ment", ""},
                           {"ent", ""},  {"ion", ""},  {"ou", ""},   {"ism", ""},   {"ate", ""},
                           {"iti", ""},  {"ous", ""},  {"ive", ""},  {"ize", ""}};

std::string Step4(std::string word) {
  if (word.ends_with("ion")) {
    const std::string_view stem = Without(word, 3);
    const bool fits = HasMeasureAboveOne(stem) && (stem.back() == 's' || stem.back() == 't');
    return fits ? std::string(stem) : word;
  }
  return Apply(std::move(word), kStep4, HasMeasureAboveOne);
}

std::string Step5(std::string word) {
  if (word.ends_with("e")) {
    const std::string_view stem = Without(word, 1);
    const int measure = Measure(stem);
    if (measure > 1 || (measure == 1 && !EndsConsonantVowelConsonant(stem))) word.pop_back();
  }
  if (word.ends_with("ll") && HasMeasureAboveOne(Without(word, 1))) word.pop_back();
  return word;
}

}  // namespace

std::string PorterStem(std::string word) {
  for (const auto& [form, stem] : kIrregular) {
    if (word == form) return std::string(stem);
  }
  if (word.size() <= 2) return word;
  word = Step2(Step1c(Step1b(Step1a(std::move(word)))));
  return Step5(Step4(Apply(std::move(word), kStep3, HasPositiveMeasure)));
}

}  // namespace plumbline::eval
