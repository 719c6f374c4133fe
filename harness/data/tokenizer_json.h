// A tokenizer from the document of a tokenizer.json, wherever that comes from.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_H_

#include <filesystem>
#include <memory>
#include <string_view>

#include "harness/base/json.h"
#include "harness/data/tokenizer.h"

namespace plumbline::data {

// `source` are the bytes that the digest covers, `file` is named in errors and has the
// configuration files beside it. Errors: kModel.
std::unique_ptr<Tokenizer> TokenizerOf(const Json& document, std::string_view source,
                                       const std::filesystem::path& file);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_H_
