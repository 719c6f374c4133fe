// A miniature SentencePiece tokenizer, trained in a second on generated dialogues.
#ifndef PLUMBLINE_TESTS_UNIT_DATA_TINY_TOKENIZER_H_
#define PLUMBLINE_TESTS_UNIT_DATA_TINY_TOKENIZER_H_

#include <filesystem>
#include <string>

namespace plumbline::testing {

inline constexpr int kTinyVocabSize = 500;

// JSON lines of 200 records: Korean-looking and Latin words of seeded syllables, speaker tags,
// digits.
std::string TinyDialogues();

// Writes TinyDialogues as train.jsonl and the tokenizer trained on it into `directory`.
void WriteTinyTokenizer(const std::filesystem::path& directory);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_UNIT_DATA_TINY_TOKENIZER_H_
