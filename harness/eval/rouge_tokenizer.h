// The interface of what ROUGE calls a token. Called by rouge.cc alone; knows nothing of scores.
//
// ascii     rouge_score 0.1.2: Python's lower(), then runs of a-z and 0-9; everything else
// separates. With the
//           stemmer, Porter's in NLTK's extended form on tokens longer than three letters.
// unicode   NFC, lower case, then maximal runs of letters, marks and numbers (Unicode L*, M*, N*);
// in Korean these
//           are eojeol without their punctuation.
// particle  as unicode, but tags and masks (#Person1#), digit runs, and runs of non-Hangul letters
// stand alone, and
//           Korean particles are split off runs of Hangul (korean_particles.h). Near to morphemes,
//           without a dictionary.
// syllable  as particle, but every Hangul syllable is a token of its own; spaces do not matter.
#ifndef PLUMBLINE_HARNESS_EVAL_ROUGE_TOKENIZER_H_
#define PLUMBLINE_HARNESS_EVAL_ROUGE_TOKENIZER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::eval {

// Tokens one after another in one buffer: no allocation a token.
class TokenList {
 public:
  void Add(std::string_view token) {
    bytes_ += token;
    ends_.push_back(bytes_.size());
  }
  void Clear() {
    bytes_.clear();
    ends_.clear();
  }
  size_t size() const { return ends_.size(); }
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
};

class RougeTokenizer {
 public:
  virtual ~RougeTokenizer() = default;
  // Appends the tokens of one line of valid UTF-8; a token never crosses a newline.
  virtual void Tokenize(std::string_view line, TokenList& tokens) const = 0;
  // Whether this letter (Unicode L*) can reach a token.
  virtual bool KeepsLetter(char32_t letter) const = 0;
};

// The names of rouge_tokenizers.def, in its order.
std::vector<std::string> RougeTokenizerNames();

// Errors: kUsage for an unknown name (nearest named), or a stemmer with a tokenizer other than
// `ascii`.
std::unique_ptr<RougeTokenizer> MakeRougeTokenizer(const std::string& name, bool stemmer);

#define ROUGE_TOKENIZER(name, Name) \
  std::unique_ptr<RougeTokenizer> Make##Name##Tokenizer(bool stemmer);
#include "harness/eval/rouge_tokenizers.def"
#undef ROUGE_TOKENIZER

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_ROUGE_TOKENIZER_H_
