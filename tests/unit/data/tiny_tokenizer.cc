#include "tests/unit/data/tiny_tokenizer.h"

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/random.h"
#include "harness/base/utf8.h"
#include "harness/data/train_tokenizer.h"

namespace plumbline::testing {
namespace {

constexpr char32_t kFirstSyllable = 0xAC00;

// 40 syllables far apart in the block, or 20 consonant-vowel pairs.
std::string Word(SplitMix64& random) {
  std::string word;
  const bool is_korean = random.Below(4) > 0;
  for (uint64_t n = 1 + random.Below(3); n > 0; --n) {
    if (is_korean) {
      AppendUtf8(kFirstSyllable + static_cast<char32_t>(random.Below(40) * 269), word);
    } else {
      word += "bdgkm"[random.Below(5)];
      word += "aeio"[random.Below(4)];
    }
  }
  return word;
}

std::string Sentence(SplitMix64& random) {
  std::string sentence;
  for (int i = 0; i < 6; ++i) sentence += Word(random) + " ";
  return sentence + std::to_string(random.Below(100)) + ".";
}

}  // namespace

std::string TinyDialogues() {
  SplitMix64 random = NamedStream(7, "tiny dialogues");
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    const Json record = {
        {"fname", "train_" + std::to_string(i)},
        {"dialogue", "#Person1#: " + Sentence(random) + "\n#Person2#: " + Sentence(random)},
        {"summary", "#Person1# " + Sentence(random)}};
    lines += record.dump() + "\n";
  }
  return lines;
}

void WriteTinyTokenizer(const std::filesystem::path& directory) {
  MakeDirectories(directory);
  WriteFileAtomic(directory / "train.jsonl", TinyDialogues());
  data::TrainTokenizer(directory / "train.jsonl", directory, kTinyVocabSize);
}

}  // namespace plumbline::testing
