#include "harness/base/utf8.h"
#include "harness/eval/rouge_tokenizer.h"
#include "harness/eval/text_runs.h"

namespace plumbline::eval {
namespace {

constexpr size_t kSyllableBytes = 3;  // U+AC00..U+D7A3 in UTF-8

class SyllableTokenizer final : public RougeTokenizer {
 public:
  void Tokenize(std::string_view line, TokenList& tokens) const override {
    for (const Run& run : TextRuns(line)) {
      if (run.kind != RunKind::kHangul) {
        tokens.Add(run.text);
        continue;
      }
      // A mark may follow a syllable; it stays with it.
      const std::string_view text = run.text;
      for (size_t begin = 0; begin < text.size();) {
        size_t end = begin + kSyllableBytes;
        while (end < text.size() && !StartsSyllable(text, end)) ++end;
        tokens.Add(text.substr(begin, end - begin));
        begin = end;
      }
    }
  }
  bool KeepsLetter(char32_t /*letter*/) const override { return true; }

 private:
  static bool StartsSyllable(std::string_view text, size_t i) {
    return IsHangulSyllable(CodePointAt(text, i).value);
  }
};

}  // namespace

std::unique_ptr<RougeTokenizer> MakeSyllableTokenizer(bool /*stemmer*/) {
  return std::make_unique<SyllableTokenizer>();
}

}  // namespace plumbline::eval
