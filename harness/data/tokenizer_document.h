// Parts of the tokenizer.json that transformers makes of a SentencePiece model. Called by the
// families that are read in that way.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_DOCUMENT_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_DOCUMENT_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "harness/base/json.h"
#include "harness/data/sentencepiece_model.h"

namespace plumbline::data {

inline constexpr const char* kWordStart = "\xE2\x96\x81";  // U+2581

// An entry of "added_tokens" that is matched as it stands.
Json AddedToken(int64_t id, const std::string& content, bool is_special);

// The control pieces, which are special, and the user-defined ones, which are not.
Json AddedTokensOf(const SentencePieceModel& model);

// A post-processor that puts special tokens around a text.
class TextTemplate {
 public:
  // Both must outlive the object; `file` is named in errors.
  TextTemplate(const SentencePieceModel& model, const std::filesystem::path& file)
      : model_(model), file_(file) {}

  void AddText();
  // `name`: of the token, in errors. kModel when there is no such token or no piece for it.
  void AddToken(const std::optional<std::string>& token, const std::string& name);
  Json Processor() const;

 private:
  const SentencePieceModel& model_;
  const std::filesystem::path& file_;
  Json single_ = Json::array();
  Json tokens_ = Json::object();
};

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_DOCUMENT_H_
