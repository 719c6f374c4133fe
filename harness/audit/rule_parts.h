// Small words shared by the rules that look at rows: shares as text, words of a text, ids from
// documents, and the sentence for a missing file. Used by rule_*.cc alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_RULE_PARTS_H_
#define PLUMBLINE_HARNESS_AUDIT_RULE_PARTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/finding.h"
#include "harness/audit/rows.h"
#include "harness/base/error.h"

namespace plumbline::audit {

inline constexpr Text kNeedsPredictions = {
    "needs the scored texts (predictions.jsonl)", "채점한 텍스트(predictions.jsonl) 필요"};
inline constexpr Text kNeedsReferences = {
    "needs predictions with their references (predictions.jsonl and references.jsonl)",
    "예측과 정답(predictions.jsonl, references.jsonl) 필요"};
inline constexpr Text kNeedsEncoded = {
    "needs encoded training rows with labels (encoded.jsonl)",
    "labels가 있는 학습 인코딩(encoded.jsonl) 필요"};
inline constexpr Text kNeedsInference = {
    "needs the ids that generation was given (encoded_inference.jsonl)",
    "생성 입력 id(encoded_inference.jsonl) 필요"};

// "12.5 %".
std::string Percent(double share);
inline double Share(size_t part, size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Runs of bytes without ASCII white space.
std::vector<std::string_view> Words(std::string_view text);
// The position of `part` as consecutive words of `whole`; nullopt: not in it, or `part` is empty.
std::optional<size_t> FindRun(const std::vector<std::string_view>& whole,
                              const std::vector<std::string_view>& part);

// A field of a document, when it is there and of that type: files may hold anything.
std::string TextIn(const Json& document, const std::string& name);  // also {"content": text}
std::optional<double> NumberIn(const Json& document, const std::string& name);
bool FlagIn(const Json& document, const std::string& name);
// The ids of a key of a document: one number or a list; empty when absent.
std::vector<int64_t> IdsIn(const Json& document, const char* name);
// Of generation_config.json, else of config.json.
std::vector<int64_t> GenerationIds(const Evidence& run, const char* name);
// The id of eos_token, bos_token or pad_token: by the tokenizer's files, else by the model's.
std::optional<int64_t> SpecialId(const Evidence& run, const std::string& role);
// config.json's is_encoder_decoder, or its architectures; nullopt without a config.
std::optional<bool> EncoderDecoderByConfig(const Evidence& run);

// "3, 1, 7": the first `most` of them.
std::string ShowIds(const std::vector<int64_t>& ids, size_t most = 8);

// Whether the file has rows; says what is missing when it has not. Errors: kData when the file is
// there but broken.
template <typename Row>
bool Have(const RowFile<Row>& file, const Text& needs, Sink& sink) {
  if (!file.problem.empty()) throw Error(ErrorKind::kData, file.problem);
  if (file.Empty()) sink.NotEvaluated(needs);
  return !file.Empty();
}

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_RULE_PARTS_H_
