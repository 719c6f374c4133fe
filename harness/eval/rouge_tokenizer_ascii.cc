#include <array>

#include "harness/eval/porter_stemmer.h"
#include "harness/eval/rouge_tokenizer.h"

namespace plumbline::eval {
namespace {

// Outside ASCII, Python's lower() gives a letter a-z for two characters only (checked over all of
// Unicode): U+212A KELVIN SIGN becomes k, and U+0130 becomes i and a combining dot, which
// separates.
constexpr std::string_view kKelvin = "\xE2\x84\xAA";
constexpr std::string_view kDottedI = "\xC4\xB0";

constexpr std::array<char, 256> LowerTable() {
  std::array<char, 256> table{};  // 0: separates
  for (char c = 'a'; c <= 'z'; ++c)
    table[static_cast<size_t>(c)] = table[static_cast<size_t>(c - 32)] = c;
  for (char c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = c;
  return table;
}

constexpr std::array<char, 256> kLower = LowerTable();

class AsciiTokenizer final : public RougeTokenizer {
 public:
  explicit AsciiTokenizer(bool stemmer) : stemmer_(stemmer) {}

  void Tokenize(std::string_view line, TokenList& tokens) const override {
    std::string word;
    for (size_t i = 0; i < line.size(); ++i) {
      const char lower = kLower[static_cast<unsigned char>(line[i])];
      if (lower != 0) {
        word.push_back(lower);
      } else if (line.substr(i).starts_with(kKelvin)) {
        word.push_back('k');
        i += kKelvin.size() - 1;
      } else {
        if (line.substr(i).starts_with(kDottedI)) word.push_back('i');
        Flush(word, tokens);
      }
    }
    Flush(word, tokens);
  }

  bool KeepsLetter(char32_t letter) const override {
    return letter < 128 || letter == 0x212A || letter == 0x130;
  }

 private:
  static constexpr size_t kLongestUnstemmed = 3;

  void Flush(std::string& word, TokenList& tokens) const {
    if (word.empty()) return;
    tokens.Add(stemmer_ && word.size() > kLongestUnstemmed ? PorterStem(word) : word);
    word.clear();
  }

  const bool stemmer_;
};

}  // namespace

std::unique_ptr<RougeTokenizer> MakeAsciiTokenizer(bool stemmer) {
  return std::make_unique<AsciiTokenizer>(stemmer);
}

}  // namespace plumbline::eval
