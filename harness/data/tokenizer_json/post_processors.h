// The post-processors of a tokenizer.json: ByteLevel, TemplateProcessing and sequences of them; and
// its truncation and padding entries.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_POST_PROCESSORS_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_POST_PROCESSORS_H_

#include <functional>
#include <string_view>

#include "harness/data/tokenizer.h"
#include "harness/data/tokenizer_json/json_node.h"

namespace plumbline::data::tokenizer_json {

// `text` is the original one. Without `with_special` no token is added, but offsets are trimmed.
using PostProcessor =
    std::function<void(std::string_view text, bool with_special, Encoding& encoding)>;

// Errors: kModel for a kind or a setting that is not supported.
PostProcessor ReadPostProcessor(const JsonNode& node);

// Applied to the encoding of a text: truncation before the post-processor, `num_added` tokens of
// room left for it; padding after it.
using LengthRule = std::function<void(Encoding& encoding)>;
LengthRule ReadTruncation(const JsonNode& node, size_t num_added);
LengthRule ReadPadding(const JsonNode& node);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_POST_PROCESSORS_H_
