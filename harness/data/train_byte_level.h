// Trains the project's byte-level BPE tokenizers and writes them as a tokenizer.json. Called by the
// train_tokenizer program and its tests.
//
// The pipelines are those of the families: Llama 3 (numbers of up to three digits, ignore_merges, BOS before every
// text) and Qwen3 (NFC, single digits, nothing added). Vocabulary: the family's special tokens, speaker tags and
// PII masks (one id each), 256 byte pieces in the order of their letters, learned pieces.
#ifndef PLUMBLINE_HARNESS_DATA_TRAIN_BYTE_LEVEL_H_
#define PLUMBLINE_HARNESS_DATA_TRAIN_BYTE_LEVEL_H_

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::data {

enum class ByteLevelLayout { kLlama3, kQwen3 };

// tokenizer.json over `texts`. Equal texts give equal bytes. Errors: kUsage when vocab_size has no room for the
// special tokens and the 256 bytes, or the texts cannot fill it.
Json TrainByteLevel(std::span<const std::string> texts, int64_t vocab_size, ByteLevelLayout layout);

// TrainByteLevel over the dialogues and summaries of `data` and the words of the chat format, written as a
// HuggingFace directory: tokenizer.json, tokenizer_config.json, tokenizer_training.json.
void TrainByteLevelTokenizer(const std::filesystem::path& data, const std::filesystem::path& directory,
                             int64_t vocab_size, ByteLevelLayout layout);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TRAIN_BYTE_LEVEL_H_
