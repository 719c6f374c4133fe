// The JSON line that `plumbline tokenize` prints for a text.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZE_LINE_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZE_LINE_H_

#include <string_view>

#include "harness/base/json.h"
#include "harness/data/tokenizer.h"

namespace plumbline::data {

// {"ids","pieces","offsets","decoded"}: offsets are [begin, end) in characters (code points) of
// `text`, as HuggingFace's are; special tokens are added and decoded. Errors: those of Encode.
Json TokenizeLine(const Tokenizer& tokenizer, std::string_view text);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZE_LINE_H_
