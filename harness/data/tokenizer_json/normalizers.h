// The normalizers of a tokenizer.json: NFC, NFD, NFKC, NFKD, Precompiled, Replace, Prepend, Strip,
// Lowercase, BertNormalizer with everything off, and sequences of them.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_NORMALIZERS_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_NORMALIZERS_H_

#include <functional>

#include "harness/data/tokenizer_json/aligned_text.h"
#include "harness/data/tokenizer_json/json_node.h"

namespace plumbline::data::tokenizer_json {

// Rewrites a text in place.
using Normalizer = std::function<void(AlignedText&)>;

// Errors: kModel for a kind or a setting that is not supported.
Normalizer ReadNormalizer(const JsonNode& node);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_NORMALIZERS_H_
