#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/eval/rouge_tokenizer.h"

namespace plumbline::eval {
namespace {

struct Kind {
  const char* name;
  std::unique_ptr<RougeTokenizer> (*make)(bool stemmer);
};

constexpr Kind kKinds[] = {
#define ROUGE_TOKENIZER(name, Name) {#name, Make##Name##Tokenizer},
#include "harness/eval/rouge_tokenizers.def"
#undef ROUGE_TOKENIZER
};

}  // namespace

std::vector<std::string> RougeTokenizerNames() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::unique_ptr<RougeTokenizer> MakeRougeTokenizer(const std::string& name, bool stemmer) {
  if (stemmer && name != "ascii") {
    Fail(ErrorKind::kUsage, "ROUGE with the tokenizer " + Quoted(name), "a stemmer",
         "none: it is English", "--tokenizer ascii, or no --stemmer");
  }
  for (const Kind& kind : kKinds) {
    if (name == kind.name) return kind.make(stemmer);
  }
  const std::vector<std::string> names = RougeTokenizerNames();
  std::string known;
  for (const std::string& each : names) known += (known.empty() ? "" : ", ") + each;
  Fail(ErrorKind::kUsage, "the ROUGE tokenizer", Quoted(name), "one of " + known,
       Quoted(NearestName(name, names)));
}

}  // namespace plumbline::eval
