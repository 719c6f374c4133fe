#include "harness/eval/rouge_tokenizer.h"
#include "harness/eval/text_runs.h"

namespace plumbline::eval {
namespace {

class UnicodeTokenizer final : public RougeTokenizer {
 public:
  void Tokenize(std::string_view line, TokenList& tokens) const override {
    for (const std::string& word : UnicodeWords(line)) tokens.Add(word);
  }
  bool KeepsLetter(char32_t /*letter*/) const override { return true; }
};

}  // namespace

std::unique_ptr<RougeTokenizer> MakeUnicodeTokenizer(bool /*stemmer*/) {
  return std::make_unique<UnicodeTokenizer>();
}

}  // namespace plumbline::eval
