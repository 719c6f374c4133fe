// train_tokenizer --data FILE --out DIR [--vocab-size N] [--layout NAME]: the recipe of the committed tokenizers.
#include <cstdio>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/data/train_tokenizer.h"

namespace plumbline::data {
namespace {

constexpr const char* kHelp =
    "train_tokenizer --data FILE --out DIR [--vocab-size N] [--layout kobart|t5]\n"
    "Trains a SentencePiece unigram model on the dialogues and summaries of FILE (JSON lines or "
    "CSV)\n"
    "and writes a tokenizer directory. Equal data and N give equal bytes. N defaults to 4000,\n"
    "the layout of the special tokens to kobart's.\n";

struct Arguments {
  std::string data;
  std::string out;
  int64_t vocab_size = 4000;
  UnigramLayout layout = UnigramLayout::kKobart;
  bool wants_help = false;
};

int64_t VocabSize(std::string_view text) {
  const auto size = ParseInt(text);
  if (size && *size > 0) return *size;
  Fail(ErrorKind::kUsage, "--vocab-size", Quoted(text), "a positive number", "--vocab-size 4000");
}

UnigramLayout LayoutOf(std::string_view name) {
  if (name == "kobart") return UnigramLayout::kKobart;
  if (name == "t5") return UnigramLayout::kT5;
  Fail(ErrorKind::kUsage, "--layout", Quoted(name), "kobart or t5", "--layout t5");
}

Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--help") {
      arguments.wants_help = true;
    } else if (i + 1 < argc && flag == "--data") {
      arguments.data = argv[++i];
    } else if (i + 1 < argc && flag == "--out") {
      arguments.out = argv[++i];
    } else if (i + 1 < argc && flag == "--vocab-size") {
      arguments.vocab_size = VocabSize(argv[++i]);
    } else if (i + 1 < argc && flag == "--layout") {
      arguments.layout = LayoutOf(argv[++i]);
    } else {
      Fail(ErrorKind::kUsage, "train_tokenizer", Quoted(flag),
           "--data, --out, --vocab-size or --layout and a value", "--help");
    }
  }
  if (!arguments.wants_help && (arguments.data.empty() || arguments.out.empty())) {
    Fail(ErrorKind::kUsage, "train_tokenizer", "no --data or no --out", "both", "--help");
  }
  return arguments;
}

int Main(int argc, char** argv) {
  try {
    const Arguments arguments = Parse(argc, argv);
    if (arguments.wants_help) return std::fputs(kHelp, stdout) < 0;
    TrainTokenizer(arguments.data, arguments.out, arguments.vocab_size, arguments.layout);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "train_tokenizer: %s\n", error.what());
    return ExitStatusOf(error.kind());
  }
}

}  // namespace
}  // namespace plumbline::data

int main(int argc, char** argv) { return plumbline::data::Main(argc, argv); }
