// tok-decoder-start-wrong, tok-added-tokens-untrained, tok-packing-crosstalk: where token ids meet
// the model.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

constexpr Text kNoStart = {
    "the encoder-decoder's decoder_start_token_id is not set: generation has no first decoder id",
    "인코더-디코더의 decoder_start_token_id가 없음: 생성의 첫 디코더 id가 정해지지 않음"};
constexpr Text kOtherStart = {
    "training feeds the decoder {train} first, generation {infer}: the first step is one it never "
    "saw",
    "학습에서 디코더 첫 입력은 {train}, 생성은 {infer}: 본 적 없는 첫 단계"};
constexpr Text kStartDo = {"set decoder_start_token_id to the id that training shifts in",
                           "학습에서 밀어 넣는 id로 decoder_start_token_id를 설정"};
constexpr Text kStartSettle = {"print decoder_input_ids[0] of one training batch",
                               "학습 배치의 decoder_input_ids[0]을 출력"};
constexpr Text kNeedsConfig = {"needs config.json", "config.json 필요"};

constexpr Text kTooMany = {
    "the tokenizer knows ids up to {last}, the embedding has {rows} rows: ids beyond it crash or "
    "read foreign memory",
    "토크나이저의 최대 id는 {last}, 임베딩은 {rows}행: 범위를 벗어난 id"};
constexpr Text kUntrained = {
    "{used} of {added} added tokens stand in the encoded rows, but the adapter trains neither "
    "embeddings nor head: their rows stay random",
    "추가 토큰 {added}개 중 {used}개가 인코딩 행에 쓰이지만 어댑터가 임베딩과 출력층을 학습하지 않음: 해당 행은 무작위 "
    "상태"};
constexpr Text kAddedDo = {
    "resize the embeddings, and train them (modules_to_save: embed_tokens, lm_head)",
    "임베딩 크기를 조정하고 학습(modules_to_save: embed_tokens, lm_head)"};
constexpr Text kAddedSettle = {
    "compare len(tokenizer) with the embedding's rows, and the added rows before and after",
    "len(tokenizer)와 임베딩 행 수, 추가 행의 학습 전후 값을 비교"};
constexpr Text kNeedsSizes = {
    "needs the tokenizer's added_tokens_decoder and the embedding's rows (config.json's vocab_size "
    "or the weights)",
    "토크나이저의 added_tokens_decoder와 임베딩 행 수(config.json vocab_size 또는 가중치) 필요"};

constexpr Text kPacked = {
    "packing is on and nothing separates the samples: attention kernel {kernel}, no position_ids "
    "that start again",
    "packing이 켜져 있지만 샘플을 분리하는 장치가 없음: attention 커널 {kernel}, 다시 시작하는 position_ids 없음"};
constexpr Text kPackedRows = {
    "{rows} of {n} encoded rows hold several BOS without position_ids that start again, first "
    "{id}: samples attend to one another",
    "인코딩 {n}행 중 {rows}행에 BOS가 여러 개이고 position_ids가 다시 시작하지 않음, 첫 사례 {id}: 샘플이 서로를 참조"};
constexpr Text kPackedDo = {
    "use a kernel with variable lengths and per-sample position_ids, or turn packing off",
    "가변 길이 커널과 샘플별 position_ids를 쓰거나 packing을 끔"};
constexpr Text kPackedSettle = {"swap the first sample of a packed row: the second one's logits "
                                "must not move",
                                "묶인 행의 첫 샘플을 바꿔도 둘째 샘플의 로짓이 변하지 않아야 함"};

void JudgeStart(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const auto encoder = EncoderDecoderByConfig(run);
  if (!encoder) {
    sink.NotEvaluated(kNeedsConfig);
    return;
  }
  if (!*encoder) return;
  const std::vector<int64_t> start = GenerationIds(run, "decoder_start_token_id");
  if (start.empty()) {
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.9, kNoStart)
        .Formula("decoder_start_token_id = null")
        .From({"config.json", "decoder_start_token_id", 0})
        .Settle(kStartSettle)
        .Do(kStartDo);
    return;
  }
  const RowFile<EncodedRow>& training = RowsOf(run).training;
  for (const EncodedRow& row : training.rows) {
    if (row.decoder_input_ids.empty() || row.decoder_input_ids.front() == start.front()) continue;
    const std::string train = std::to_string(row.decoder_input_ids.front());
    const std::string infer = std::to_string(start.front());
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kOtherStart)
        .With("train", train)
        .With("infer", infer)
        .Formula(train + " != " + infer)
        .From({training.file, "decoder_input_ids", 0})
        .From({"generation_config.json", "decoder_start_token_id", 0})
        .Settle(kStartSettle)
        .Do(kStartDo);
    return;
  }
}

// Ids of added_tokens_decoder; those not special are what a user added.
std::set<int64_t> AddedIds(const Evidence& run, bool special_too) {
  std::set<int64_t> ids;
  const Json& tokenizer = run.documents.tokenizer_config;
  if (!tokenizer.is_object() || !tokenizer.contains("added_tokens_decoder") ||
      !tokenizer["added_tokens_decoder"].is_object()) {
    return ids;
  }
  for (const auto& [id, token] : tokenizer["added_tokens_decoder"].items()) {
    const auto parsed = ParseInt(id);
    if (parsed && (special_too || !FlagIn(token, "special"))) ids.insert(*parsed);
  }
  return ids;
}

// Rows of the input embedding: by its tensor, else by the config.
std::optional<int64_t> EmbeddingRows(const Evidence& run) {
  for (const TensorHeader& tensor : run.tensors) {
    const bool is_input = tensor.name.ends_with("embed_tokens.weight") ||
                          tensor.name.ends_with("shared.weight");
    if (is_input && tensor.shape.size() == 2) return tensor.shape[0];
  }
  const std::vector<int64_t> size = IdsIn(run.documents.config, "vocab_size");
  return size.empty() ? std::nullopt : std::optional<int64_t>(size.front());
}

bool TrainsEmbeddings(const Json& adapter) {
  std::string trained;
  for (const char* key : {"modules_to_save", "target_modules", "trainable_token_indices"}) {
    if (adapter.contains(key) && !adapter[key].is_null()) trained += adapter[key].dump();
  }
  return trained.find("embed") != std::string::npos ||
         trained.find("lm_head") != std::string::npos ||
         trained.find("shared") != std::string::npos ||
         (adapter.contains("trainable_token_indices") &&
          !adapter["trainable_token_indices"].is_null());
}

void JudgeAdded(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const std::set<int64_t> all = AddedIds(run, true);
  const auto rows = EmbeddingRows(run);
  if (all.empty() || !rows) {
    sink.NotEvaluated(kNeedsSizes);
    return;
  }
  if (*all.rbegin() >= *rows) {
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kTooMany)
        .With("last", std::to_string(*all.rbegin()))
        .With("rows", std::to_string(*rows))
        .Formula(std::to_string(*all.rbegin()) + " >= " + std::to_string(*rows))
        .From({"tokenizer_config.json", "added_tokens_decoder", 0})
        .Settle(kAddedSettle)
        .Do(kAddedDo);
  }
  const Json& adapter = run.documents.adapter_config;
  const std::set<int64_t> added = AddedIds(run, false);
  if (!adapter.is_object() || added.empty() || TrainsEmbeddings(adapter)) return;
  std::set<int64_t> used;
  for (const EncodedRow& row : RowsOf(run).training.rows) {
    for (const int64_t id : row.input_ids) {
      if (added.contains(id)) used.insert(id);
    }
  }
  if (used.empty()) return;
  sink.Add(Verdict::kSymptom, Severity::kMajor, 0.6, kUntrained)
      .With("used", std::to_string(used.size()))
      .With("added", std::to_string(added.size()))
      .Formula(std::to_string(used.size()) + " > 0; modules_to_save without embeddings")
      .From({"adapter_config.json", "modules_to_save", 0})
      .From({RowsOf(run).training.file, "input_ids", 0})
      .Settle(kAddedSettle)
      .Do(kAddedDo);
}

bool PositionsStartAgain(const EncodedRow& row) {
  return std::count(row.position_ids.begin(), row.position_ids.end(), 0) > 1;
}

// Rows with a BOS inside that no position marks as a beginning.
void SayPackedRows(const RowFile<EncodedRow>& training, int64_t bos, Sink& sink) {
  size_t rows = 0;
  std::string first;
  for (const EncodedRow& row : training.rows) {
    const auto begin = std::ranges::find_if(row.input_ids, [bos](int64_t id) { return id != bos; });
    if (std::count(begin, row.input_ids.end(), bos) == 0 || PositionsStartAgain(row)) continue;
    if (rows++ == 0) first = row.id;
  }
  if (Share(rows, training.rows.size()) < 0.5) return;
  sink.Add(Verdict::kSymptom, Severity::kMajor, 0.7, kPackedRows)
      .With("rows", std::to_string(rows))
      .With("n", std::to_string(training.rows.size()))
      .With("id", first)
      .Formula("BOS " + std::to_string(bos) + " inside " + std::to_string(rows) + " rows")
      .From({training.file, "input_ids", 0})
      .Settle(kPackedSettle)
      .Do(kPackedDo);
}

void JudgePacking(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const RowFile<EncodedRow>& training = RowsOf(run).training;
  const auto packing = run.Truth("other.packing");
  if (!packing && training.Empty()) {
    sink.NotEvaluated({"needs the packing setting or encoded rows",
                       "packing 설정 또는 인코딩 행 필요"});
    return;
  }
  const Setting* kernel = run.Effective("other.attn_implementation");
  const std::string name = kernel == nullptr ? "(default)" : kernel->text;
  const std::string korean = kernel == nullptr ? "(기본값)" : kernel->text;
  const bool apart = name.find("flash") != std::string::npos ||
                     name.find("flex") != std::string::npos ||
                     std::ranges::any_of(training.rows, PositionsStartAgain);
  if (packing.value_or(false) && !apart) {
    sink.Add(Verdict::kDefect, Severity::kMajor, 0.85, kPacked)
        .With("kernel", name, korean)
        .Formula("packing = true, kernel " + name, "packing = true, 커널 " + korean)
        .From(run.Effective("other.packing")->place)
        .Settle(kPackedSettle)
        .Do(kPackedDo);
    return;
  }
  const auto bos = SpecialId(run, "bos_token");
  // Families whose BOS is also their end or padding have it inside every row.
  const bool shared = bos == SpecialId(run, "eos_token") || bos == SpecialId(run, "pad_token");
  if (bos && !shared && !apart && !training.Empty()) SayPackedRows(training, *bos, sink);
}

}  // namespace

Rule TokDecoderStartWrongRule() {
  return {"tok-decoder-start-wrong",
          3,
          Severity::kBlocker,
          {"no decoder start, or another one than in training", "디코더 시작 id가 없거나 학습과 다름"},
          {"An encoder-decoder whose configuration has no decoder_start_token_id, or whose encoded "
           "training rows (decoder_input_ids) begin with another id than generation does.",
           "decoder_start_token_id가 없거나, 인코딩된 학습 행(decoder_input_ids)의 첫 id가 생성과 다른 인코더-디코더."},
          {"seujung/KoBART-summarization#21", "VinAIResearch/BARTpho#2",
           "huggingface/transformers#20842", "huggingface/transformers#7961",
           "huggingface/transformers#12870"},
          JudgeStart};
}

Rule TokAddedTokensUntrainedRule() {
  return {"tok-added-tokens-untrained",
          3,
          Severity::kBlocker,
          {"added tokens without embedding rows or training", "추가 토큰의 임베딩이 없거나 학습되지 않음"},
          {"The tokenizer's highest added id lies beyond the embedding; or added, non-special "
           "tokens stand in the encoded rows while the adapter trains neither embeddings nor head "
           "(a symptom: the base may know them already).",
           "토크나이저의 최대 추가 id가 임베딩 범위를 넘거나, 특수 토큰이 아닌 추가 토큰이 인코딩 행에 쓰이는데 어댑터가 "
           "임베딩·출력층을 학습하지 않음(증상: 기본 모델이 이미 알 수도 있음)."},
          {"huggingface/peft#1300", "huggingface/peft#1335", "huggingface/peft#1932",
           "huggingface/transformers#11518", "huggingface/sentence-transformers#3980"},
          JudgeAdded};
}

Rule TokPackingCrosstalkRule() {
  return {"tok-packing-crosstalk",
          3,
          Severity::kMajor,
          {"packed samples attend to one another", "묶인 샘플이 서로를 참조"},
          {"Packing is on, the attention kernel has no variable lengths and no saved row has "
           "positions that start again; or most encoded rows hold several BOS without such "
           "positions. Whether the kernel separates samples by itself cannot be seen here.",
           "packing이 켜져 있고 커널이 가변 길이를 지원하지 않으며 다시 시작하는 position이 없음; 또는 대부분의 인코딩 행에 "
           "BOS가 여러 개인데 그런 position이 없음. 커널이 스스로 분리하는지는 여기서 알 수 없음."},
          {"huggingface/trl#1230", "huggingface/trl#3067", "huggingface/trl#3526",
           "huggingface/transformers#31629"},
          JudgePacking};
}

}  // namespace plumbline::audit
