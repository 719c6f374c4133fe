// The pre-tokenizers of a tokenizer.json: Split, ByteLevel, Metaspace, WhitespaceSplit and
// sequences of them.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_PRE_TOKENIZERS_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_PRE_TOKENIZERS_H_

#include <functional>
#include <vector>

#include "harness/data/tokenizer_json/aligned_text.h"
#include "harness/data/tokenizer_json/json_node.h"

namespace plumbline::data::tokenizer_json {

// Cuts one text into the pieces that the model gets one by one; appends them.
using PreTokenizer = std::function<void(AlignedText text, std::vector<AlignedText>& pieces)>;

// Errors: kModel for a kind or a setting that is not supported.
PreTokenizer ReadPreTokenizer(const JsonNode& node);

// Metaspace is a pre-tokenizer and a decoder.
enum class PrependScheme { kFirst, kNever, kAlways };

struct Metaspace {
  std::string replacement;  // one character, for spaces
  PrependScheme prepend_scheme = PrependScheme::kAlways;
  bool is_split = true;
};

Metaspace ReadMetaspace(const JsonNode& node);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_PRE_TOKENIZERS_H_
