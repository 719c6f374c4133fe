// train_tokenizer --data FILE --out DIR [--vocab-size N] [--layout NAME]: the recipe of the committed tokenizers.
#include <cstdio>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/data/train_byte_level.h"
#include "harness/data/train_tokenizer.h"

namespace plumbline::data {
namespace {

constexpr const char* kHelp =
    "train_tokenizer --data FILE --out DIR [--vocab-size N] [--layout kobart|t5|llama3|qwen3]\n"
    "Trains a SentencePiece unigram model, or byte-level BPE for llama3 and qwen3, on the dialogues "
    "and\n"
    "summaries of FILE (JSON lines or CSV) and writes a tokenizer directory. Equal data and N give equal bytes. N defaults to 4000,\n"
    "the layout of the special tokens to kobart's.\n";

struct Arguments {
  std::string data;
  std::string out;
  int64_t vocab_size = 4000;
  std::string layout = "kobart";
  bool wants_help = false;
};

int64_t VocabSize(std::string_view text) {
  const auto size = ParseInt(text);
  if (size && *size > 0) return *size;
  Fail(ErrorKind::kUsage, "--vocab-size", Quoted(text), "a positive number", "--vocab-size 4000");
}

void Train(const Arguments& arguments) {
  const auto unigram = [&](UnigramLayout layout) {
    TrainTokenizer(arguments.data, arguments.out, arguments.vocab_size, layout);
  };
  const auto byte_level = [&](ByteLevelLayout layout) {
    TrainByteLevelTokenizer(arguments.data, arguments.out, arguments.vocab_size, layout);
  };
  const std::string& layout = arguments.layout;
  if (layout == "kobart") return unigram(UnigramLayout::kKobart);
  if (layout == "t5") return unigram(UnigramLayout::kT5);
  if (layout == "llama3") return byte_level(ByteLevelLayout::kLlama3);
  if (layout == "qwen3") return byte_level(ByteLevelLayout::kQwen3);
  Fail(ErrorKind::kUsage, "--layout", Quoted(layout), "kobart, t5, llama3 or qwen3",
       "--layout kobart");
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
      arguments.layout = argv[++i];
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
    Train(arguments);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "train_tokenizer: %s\n", error.what());
    return ExitStatusOf(error.kind());
  }
}

}  // namespace
}  // namespace plumbline::data

int main(int argc, char** argv) { return plumbline::data::Main(argc, argv); }
