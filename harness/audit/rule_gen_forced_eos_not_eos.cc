// gen-forced-eos-not-eos: the id forced at the length limit, or the decoder's start, is none that
// the tokenizer calls EOS, BOS or pad. The KoBART family ships 2 = `<usr>` for both, EOS is 1.
#include <algorithm>
#include <map>
#include <set>

#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kForced = {
    "forced_eos_token_id is {id} (`{piece}`), but the ids that end, start or pad text are {known}: "
    "an output cut at the length limit gets `{piece}` as its last token, not the end token",
    "forced_eos_token_id는 {id}(`{piece}`)이지만 끝·시작·패딩 id는 {known}: 길이 한도에서 잘린 출력의 "
    "마지막 토큰이 종료 토큰이 아니라 `{piece}`"};
constexpr Text kStart = {
    "decoder_start_token_id is {id} (`{piece}`), but the ids that end, start or pad text are "
    "{known}: training that shifts labels from another id decodes from a token it never saw",
    "decoder_start_token_id는 {id}(`{piece}`)이지만 끝·시작·패딩 id는 {known}: 다른 id로 학습했다면 "
    "학습에서 본 적 없는 토큰으로 생성을 시작"};
constexpr Text kSettle = {
    "compare the first decoder input id of one training batch, and the last id of one output at "
    "the length limit, with the tokenizer's eos_token_id",
    "학습 배치의 첫 디코더 입력 id, 그리고 길이 한도에 닿은 출력의 마지막 id를 토크나이저의 "
    "eos_token_id와 비교"};
constexpr Text kDo = {
    "set the id to the tokenizer's own, or state in the run's configuration that {id} is meant",
    "토크나이저의 id로 바꾸거나, {id}이(가) 의도한 값임을 설정에 명시"};
constexpr Text kNeeds = {"needs config.json or generation_config.json",
                         "config.json 또는 generation_config.json 필요"};

// An id, or a list of them.
std::vector<int64_t> IdsOf(const Json& document, const char* name) {
  std::vector<int64_t> ids;
  if (!document.is_object() || !document.contains(name)) return ids;
  const Json& value = document[name];
  if (value.is_number_integer()) ids.push_back(value.get<int64_t>());
  if (value.is_array()) {
    for (const Json& item : value) {
      if (item.is_number_integer()) ids.push_back(item.get<int64_t>());
    }
  }
  return ids;
}

std::map<int64_t, std::string> PiecesOf(const Json& tokenizer_config) {
  std::map<int64_t, std::string> pieces;
  if (!tokenizer_config.is_object() || !tokenizer_config.contains("added_tokens_decoder")) {
    return pieces;
  }
  for (const auto& [id, token] : tokenizer_config["added_tokens_decoder"].items()) {
    const auto parsed = ParseDecimal(id);
    if (parsed && token.is_object() && token.contains("content")) {
      pieces[static_cast<int64_t>(parsed->value)] = token["content"].get<std::string>();
    }
  }
  return pieces;
}

// A text, or {"content": text}.
std::string ContentOf(const Json& token) {
  if (token.is_string()) return token.get<std::string>();
  if (token.is_object() && token.contains("content") && token["content"].is_string()) {
    return token["content"].get<std::string>();
  }
  return "";
}

// Ids that the tokenizer's own files call EOS, BOS or pad; from the model's files without them.
std::set<int64_t> KnownIds(const Documents& documents,
                           const std::map<int64_t, std::string>& pieces) {
  std::set<int64_t> known;
  for (const char* name : {"eos_token", "bos_token", "pad_token"}) {
    for (const Json* source : {&documents.tokenizer_config, &documents.special_tokens_map}) {
      if (!source->is_object() || !source->contains(name)) continue;
      const std::string content = ContentOf((*source)[name]);
      for (const auto& [id, piece] : pieces) {
        if (piece == content) known.insert(id);
      }
    }
  }
  for (const char* name : {"eos_token_id", "bos_token_id", "pad_token_id"}) {
    for (const Json* source : {&documents.config, &documents.generation_config}) {
      for (const int64_t id : IdsOf(*source, name)) known.insert(id);
    }
  }
  return known;
}

void Check(const char* name, const Text& statement, const Documents& documents,
           const std::set<int64_t>& known, const std::map<int64_t, std::string>& pieces,
           Sink& sink) {
  const bool in_generation = !IdsOf(documents.generation_config, name).empty();
  const Json& source = in_generation ? documents.generation_config : documents.config;
  std::string shown;
  for (const int64_t id : known) shown += (shown.empty() ? "" : ", ") + std::to_string(id);
  for (const int64_t id : IdsOf(source, name)) {
    if (known.contains(id)) continue;
    const auto piece = pieces.find(id);
    sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, statement)
        .With("id", std::to_string(id))
        .With("piece", piece == pieces.end() ? "?" : piece->second)
        .With("known", shown)
        .Formula(std::to_string(id) + " not in {" + shown + "}")
        .From({in_generation ? "generation_config.json" : "config.json", name})
        .Settle(kSettle)
        .Do(kDo);
  }
}

void Evaluate(const Context& context, Sink& sink) {
  const Documents& documents = context.run.documents;
  if (!documents.config.is_object() && !documents.generation_config.is_object()) {
    sink.NotEvaluated(kNeeds);
    return;
  }
  const auto pieces = PiecesOf(documents.tokenizer_config);
  const auto known = KnownIds(documents, pieces);
  if (known.empty()) return;
  Check("forced_eos_token_id", kForced, documents, known, pieces, sink);
  Check("decoder_start_token_id", kStart, documents, known, pieces, sink);
}

}  // namespace

Rule GenForcedEosNotEosRule() {
  Rule rule;
  rule.id = "gen-forced-eos-not-eos";
  rule.tier = 1;
  rule.severity = Severity::kMajor;
  rule.title = {"the forced last token or the decoder's start is no EOS, BOS or pad",
                "강제 종료 토큰이나 디코더 시작 토큰이 EOS·BOS·pad가 아님"};
  rule.explanation = {
      "config.json or generation_config.json names, for forced_eos_token_id or "
      "decoder_start_token_id, an id that the tokenizer's files do not call EOS, BOS or pad. "
      "Silent when the ids agree, or when neither file knows any. Rare families start decoding "
      "from a language code on purpose.",
      "config.json 또는 generation_config.json의 forced_eos_token_id나 decoder_start_token_id가 "
      "토크나이저가 EOS·BOS·pad로 부르지 않는 id를 가리킴. id가 일치하거나 알려진 id가 없으면 침묵. 일부 "
      "모델은 의도적으로 언어 코드에서 디코딩을 시작함."};
  rule.sources = {"config.json and tokenizer_config.json of the KoBART family (read)",
                  "seujung/KoBART-summarization#21"};
  rule.evaluate = Evaluate;
  return rule;
}

}  // namespace plumbline::audit
