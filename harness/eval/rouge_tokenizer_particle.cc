#include "harness/eval/korean_particles.h"
#include "harness/eval/rouge_tokenizer.h"
#include "harness/eval/text_runs.h"

namespace plumbline::eval {
namespace {

class ParticleTokenizer final : public RougeTokenizer {
 public:
  void Tokenize(std::string_view line, TokenList& tokens) const override {
    for (const Run& run : TextRuns(line)) {
      if (run.kind == RunKind::kHangul) {
        for (const std::string_view part : SplitParticles(run.text, run.is_attached))
          tokens.Add(part);
      } else {
        tokens.Add(run.text);
      }
    }
  }
  bool KeepsLetter(char32_t /*letter*/) const override { return true; }
};

}  // namespace

std::unique_ptr<RougeTokenizer> MakeParticleTokenizer(bool /*stemmer*/) {
  return std::make_unique<ParticleTokenizer>();
}

}  // namespace plumbline::eval
