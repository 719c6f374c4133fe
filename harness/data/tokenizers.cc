#include <array>

#include "harness/base/error.h"
#include "harness/data/tokenizer.h"

namespace plumbline::data {
namespace {

struct Kind {
  std::optional<std::filesystem::path> (*find)(const std::filesystem::path&);
  std::unique_ptr<Tokenizer> (*load)(const std::filesystem::path&);
};

constexpr Kind kKinds[] = {
#define TOKENIZER(Name) {Find##Name, Load##Name},
#include "harness/data/tokenizers.def"
#undef TOKENIZER
};

}  // namespace

std::unique_ptr<Tokenizer> LoadTokenizer(const std::filesystem::path& path) {
  for (const Kind& kind : kKinds) {
    if (const auto file = kind.find(path)) return kind.load(*file);
  }
  Fail(ErrorKind::kModel, "loading a tokenizer from " + Quoted(path.string()),
       std::filesystem::exists(path) ? "no file of a known kind" : "no such path",
       "a directory with tokenizer.json, spiece.model or tokenizer.model, or such a file",
       "tokenizer.path=DIR, or rows of token ids, which need none");
}

bool HasTokenizer(const std::filesystem::path& path) {
  for (const Kind& kind : kKinds) {
    if (kind.find(path)) return true;
  }
  return false;
}

}  // namespace plumbline::data
