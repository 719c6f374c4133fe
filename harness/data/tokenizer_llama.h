// SentencePiece models of Llama 1 and 2, as transformers 5.23 reads them: not with the sentencepiece
// library but as a tokenizer.json that it makes of the file.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_LLAMA_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_LLAMA_H_

#include <filesystem>
#include <memory>
#include <string>

#include "harness/data/tokenizer.h"

namespace plumbline::data {

// `bytes` are those of the model `file`; tokenizer_config.json beside it may set legacy (false),
// add_prefix_space (true), add_bos_token (false) and add_eos_token (false). Special tokens in a text
// are special. Errors: kModel.
std::unique_ptr<Tokenizer> LoadLlama(const std::string& bytes, const std::filesystem::path& file);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_LLAMA_H_
