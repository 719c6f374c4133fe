// SentencePiece models of T5 and mT5, as transformers 5.23 reads them: not with the sentencepiece
// library but as a tokenizer.json that it makes of the file.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_T5_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_T5_H_

#include <filesystem>
#include <memory>
#include <string>

#include "harness/data/tokenizer.h"

namespace plumbline::data {

// `bytes` are those of the model `file`; tokenizer_config.json beside it may set extra_ids (100).
// Errors: kModel.
std::unique_ptr<Tokenizer> LoadT5(const std::string& bytes, const std::filesystem::path& file);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_T5_H_
