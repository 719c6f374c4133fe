// What tokenizer_config.json and special_tokens_map.json change in a tokenizer.json beside them, as
// transformers 5.23 applies it (TokenizersBackend).
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_CONFIGURATION_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_CONFIGURATION_H_

#include <filesystem>

#include "harness/data/tokenizer.h"
#include "harness/data/tokenizer_json/added_tokens.h"
#include "harness/data/tokenizer_json/model.h"

namespace plumbline::data::tokenizer_json {

struct Configuration {
  SpecialIds special_ids;
  bool cleans_up = false;  // decoded text loses spaces before punctuation
};

// Also adds to `added` what the files add: the tokens of added_tokens_decoder, and the named
// special tokens of the model's vocabulary. Errors: kModel when a file is broken, or names a token
// that tokenizer.json lacks. add_bos_token and add_eos_token mean nothing here: transformers, too,
// leaves that to the post-processor of tokenizer.json.
Configuration ReadConfiguration(const std::filesystem::path& directory, const Model& model,
                                AddedTokens& added);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_CONFIGURATION_H_
