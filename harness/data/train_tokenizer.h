// Trains the project's SentencePiece unigram models. Called by the train_tokenizer program and its
// tests; the programs that only read tokenizers do not link it.
//
// Vocabulary layouts. KoBART's: <s> 0, </s> 1, <usr> 2, <pad> 3, <sys> 4, <unk> 5, <mask> 6. T5's:
// <pad> 0, </s> 1, <unk> 2. Then speaker tags and PII masks as user-defined symbols (one id each,
// whatever surrounds them), 256 byte pieces, learned pieces. Decisions:
//  - nmt_nfkc: decomposed Hangul and full-width digits give the same ids as their usual forms;
//  newlines become
//    spaces, which loses nothing, for a speaker tag opens every turn;
//  - every character of the training text is in the vocabulary, all others fall back to bytes:
//  nothing is unknown;
//  - digits are single pieces: hours and prices are facts, and no value may be rarer than its
//  digits;
//  - one thread, no sampling, no shuffling: equal texts give equal bytes.
#ifndef PLUMBLINE_HARNESS_DATA_TRAIN_TOKENIZER_H_
#define PLUMBLINE_HARNESS_DATA_TRAIN_TOKENIZER_H_

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harness/data/example.h"

namespace plumbline::data {

// Tags and masks that the data may hold, one id each: #Person1# to #Person7#, #PhoneNumber#, ...
std::span<const char* const> DialogueSymbols();

// Whose special tokens lead the vocabulary.
enum class UnigramLayout { kKobart, kT5 };

// The serialized model of the lines of all dialogues and summaries. Errors: kUsage when the text
// cannot fill (or is too rich for) `vocab_size`.
std::string TrainUnigram(std::span<const Example> examples, int64_t vocab_size,
                         UnigramLayout layout = UnigramLayout::kKobart);

// TrainUnigram over the records of `data`, written as a HuggingFace directory: spiece.model,
// tokenizer_config.json, special_tokens_map.json, and tokenizer_training.json with the digest of
// the data and the settings.
void TrainTokenizer(const std::filesystem::path& data, const std::filesystem::path& directory,
                    int64_t vocab_size, UnigramLayout layout = UnigramLayout::kKobart);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TRAIN_TOKENIZER_H_
