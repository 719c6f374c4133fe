// What the HuggingFace files beside a tokenizer say about special tokens. Called by the kinds of
// tokenizer; knows tokens as text, never ids.
#ifndef PLUMBLINE_HARNESS_DATA_SPECIAL_TOKENS_H_
#define PLUMBLINE_HARNESS_DATA_SPECIAL_TOKENS_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace plumbline::data {

struct SpecialTokens {
  std::optional<std::string> bos, eos, unk, pad, mask;
  std::string tokenizer_class;  // empty when no file names one
  std::optional<bool> add_bos, add_eos;
  std::optional<bool> legacy, add_prefix_space;  // of a Llama vocabulary: where a word start is put
  std::optional<int64_t> extra_ids;  // how many sentinels a T5 vocabulary has behind its pieces
};

// tokenizer_config.json, then special_tokens_map.json of `directory`, either may be absent; a token
// is a text or an object with "content". A token that neither names is the one that the class's
// constructor has by default in transformers 5.23 (T5, Qwen2, Llama). Errors: kModel when a file is
// broken or the two name different tokens.
SpecialTokens ReadSpecialTokens(const std::filesystem::path& directory);

// `tokenizer_class` without the suffix "Fast".
std::string PlainClass(std::string tokenizer_class);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_SPECIAL_TOKENS_H_
