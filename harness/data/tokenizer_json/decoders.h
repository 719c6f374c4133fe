// The decoders of a tokenizer.json: ByteLevel, Metaspace, Replace, Fuse, ByteFallback, Strip,
// BPEDecoder and sequences of them.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_DECODERS_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_DECODERS_H_

#include <functional>
#include <string>
#include <vector>

#include "harness/data/tokenizer_json/json_node.h"

namespace plumbline::data::tokenizer_json {

// Rewrites the list of pieces; the text is what remains, joined.
using Decoder = std::function<void(std::vector<std::string>& pieces)>;

// Errors: kModel for a kind or a setting that is not supported.
Decoder ReadDecoder(const JsonNode& node);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_DECODERS_H_
