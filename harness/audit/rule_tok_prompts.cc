// tok-double-bos, tok-left-pad-missing, tok-template-drift: the prompt that generation sees against
// the one that training saw.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"

namespace plumbline::audit {
namespace {

constexpr double kMostThinking = 0.005;
constexpr size_t kFewestRows = 4;  // for what rows have in common

constexpr Text kDouble = {
    "{rows} of {n} rows of {file} begin with {count} BOS tokens, first {id}: {ids}",
    "{file} {n}행 중 {rows}행이 BOS {count}개로 시작, 첫 사례 {id}: {ids}"};
constexpr Text kUnequal = {
    "training rows begin with {train} BOS, generation inputs with {infer}: the model is asked in "
    "another way than it was taught",
    "학습 행은 BOS {train}개, 생성 입력은 {infer}개로 시작: 학습과 다른 형식으로 질의"};
constexpr Text kDoubleDo = {
    "let either the template or the tokenizer add BOS (add_special_tokens=False for rendered text)",
    "템플릿과 토크나이저 중 한쪽만 BOS를 추가(렌더링된 텍스트에는 add_special_tokens=False)"};
constexpr Text kRight = {
    "{rows} of {n} generation inputs are padded on the right, first {id}: a decoder-only model "
    "goes on behind the padding",
    "생성 입력 {n}개 중 {rows}개가 오른쪽에 패딩됨, 첫 사례 {id}: 디코더 전용 모델이 패딩 뒤에서 이어 씀"};
constexpr Text kRightDo = {"set tokenizer.padding_side to left for generation",
                           "생성 시 tokenizer.padding_side를 left로 설정"};
constexpr Text kDrift = {
    "the generation prompt of row {id} leaves the same row's training ids at token {at}: {infer} "
    "instead of {train} ({rows} of {n} rows)",
    "{id} 행의 생성 프롬프트가 {at}번째 토큰에서 학습 id와 달라짐: {train} 대신 {infer} ({n}행 중 {rows}행)"};
constexpr Text kHead = {
    "all training rows begin with {train}, all generation inputs with {infer}: the template's head "
    "differs",
    "모든 학습 행은 {train}(으)로 시작하지만 생성 입력은 {infer}(으)로 시작: 템플릿의 앞부분이 다름"};
constexpr Text kTail = {
    "before the first target all training rows have {train}, generation inputs end with {infer}: "
    "the generation prompt differs",
    "첫 목표 앞에서 모든 학습 행은 {train}이지만 생성 입력의 끝은 {infer}: 생성 프롬프트가 다름"};
constexpr Text kThink = {
    "{rows} of {n} outputs ({share}) hold <think> tags, first {id}: the template of a thinking "
    "model, or its end, is not the one of training",
    "출력 {n}개 중 {rows}개({share})에 <think> 태그 포함, 첫 사례 {id}: 학습과 다른 (사고 모델용) 템플릿"};
constexpr Text kDriftDo = {
    "render training and generation prompts by one function, and compare their ids in a test",
    "학습과 생성 프롬프트를 같은 함수로 만들고 id를 테스트로 비교"};
constexpr Text kSettle = {"decode the first 40 ids of one training row and one generation input",
                          "학습 행과 생성 입력의 앞 40개 id를 디코딩해 비교"};
constexpr Text kNeedsBos = {"needs the id of BOS and encoded rows of a decoder-only model",
                            "BOS id와 디코더 전용 모델의 인코딩 행 필요"};

std::vector<int64_t> WithoutPads(const EncodedRow& row) {
  std::vector<int64_t> ids;
  for (size_t i = 0; i < row.input_ids.size(); ++i) {
    const bool real = i >= row.attention_mask.size() || row.attention_mask[i] != 0;
    if (real) ids.push_back(row.input_ids[i]);
  }
  return ids;
}

size_t LeadingBos(const EncodedRow& row, int64_t bos) {
  const std::vector<int64_t> ids = WithoutPads(row);
  const auto end = std::ranges::find_if(ids, [bos](int64_t id) { return id != bos; });
  return static_cast<size_t>(end - ids.begin());
}

void SayDoubles(const RowFile<EncodedRow>& file, int64_t bos, Sink& sink) {
  size_t rows = 0, most = 0;
  const EncodedRow* first = nullptr;
  for (const EncodedRow& row : file.rows) {
    const size_t count = LeadingBos(row, bos);
    if (count < 2) continue;
    if (rows++ == 0) first = &row;
    most = std::max(most, count);
  }
  if (first == nullptr) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.95, kDouble)
      .With("rows", std::to_string(rows))
      .With("n", std::to_string(file.rows.size()))
      .With("file", file.file)
      .With("count", std::to_string(most))
      .With("id", first->id)
      .With("ids", ShowIds(WithoutPads(*first), 4))
      .Formula("leading " + std::to_string(bos) + " counted: " + std::to_string(most) + " >= 2")
      .From({file.file, "input_ids", 0})
      .Settle(kSettle)
      .Do(kDoubleDo);
}

void JudgeBos(const Context& context, Sink& sink) {
  const Rows& rows = RowsOf(context.run);
  const auto bos = SpecialId(context.run, "bos_token");
  if (!bos || (rows.training.Empty() && rows.inference.Empty())) {
    sink.NotEvaluated(kNeedsBos);
    return;
  }
  SayDoubles(rows.training, *bos, sink);
  SayDoubles(rows.inference, *bos, sink);
  if (rows.training.Empty() || rows.inference.Empty()) return;
  const size_t train = LeadingBos(rows.training.rows.front(), *bos);
  const size_t infer = LeadingBos(rows.inference.rows.front(), *bos);
  if (train == infer) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kUnequal)
      .With("train", std::to_string(train))
      .With("infer", std::to_string(infer))
      .Formula(std::to_string(train) + " != " + std::to_string(infer))
      .From({rows.training.file, "input_ids", 0})
      .From({rows.inference.file, "input_ids", 0})
      .Settle(kSettle)
      .Do(kDoubleDo);
}

void JudgePadding(const Context& context, Sink& sink) {
  const RowFile<EncodedRow>& inference = RowsOf(context.run).inference;
  const auto encoder = EncoderDecoderByConfig(context.run);
  if (encoder.value_or(false)) return;
  if (!Have(inference, kNeedsInference, sink)) return;
  if (!encoder) {
    sink.NotEvaluated({"needs config.json", "config.json 필요"});
    return;
  }
  size_t rows = 0;
  std::string first;
  for (const EncodedRow& row : inference.rows) {
    if (row.attention_mask.empty() || row.attention_mask.back() != 0) continue;
    if (rows++ == 0) first = row.id;
  }
  if (rows == 0) return;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kRight)
      .With("rows", std::to_string(rows))
      .With("n", std::to_string(inference.rows.size()))
      .With("id", first)
      .Formula("last attention_mask = 0 in " + std::to_string(rows) + " rows")
      .From({inference.file, "attention_mask", 0})
      .Settle(kSettle)
      .Do(kRightDo);
}

size_t CommonPrefix(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  const auto [end, unused] = std::ranges::mismatch(a, b);
  return static_cast<size_t>(end - a.begin());
}

// What all rows begin with.
std::vector<int64_t> Head(const std::vector<std::vector<int64_t>>& rows) {
  std::vector<int64_t> head = rows.front();
  for (const auto& row : rows) head.resize(CommonPrefix(head, row));
  return head;
}

std::vector<std::vector<int64_t>> Reversed(std::vector<std::vector<int64_t>> rows) {
  for (auto& row : rows) std::ranges::reverse(row);
  return rows;
}

// The ids before the first target.
std::vector<std::vector<int64_t>> PromptsOf(const std::vector<EncodedRow>& rows) {
  std::vector<std::vector<int64_t>> prompts;
  for (const EncodedRow& row : rows) {
    if (row.labels.size() != row.input_ids.size()) continue;
    const auto begin = std::ranges::find_if(row.labels, [](int64_t id) { return id >= 0; });
    if (begin == row.labels.end() || begin - row.labels.begin() < 2) continue;
    prompts.emplace_back(row.input_ids.begin(),
                         row.input_ids.begin() + (begin - row.labels.begin()));
  }
  return prompts;
}

void SayTemplate(const Text& statement, const std::vector<int64_t>& train,
                 const std::vector<int64_t>& infer, const Rows& rows, Sink& sink) {
  sink.Add(Verdict::kSymptom, Severity::kBlocker, 0.7, statement)
      .With("train", "[" + ShowIds(train) + "]")
      .With("infer", "[" + ShowIds(infer) + "]")
      .Formula("[" + ShowIds(train) + "] != [" + ShowIds(infer) + "]")
      .From({rows.training.file, "input_ids", 0})
      .From({rows.inference.file, "input_ids", 0})
      .Settle(kSettle)
      .Do(kDriftDo);
}

// One of them must be the beginning of the other: chance may lengthen what few rows share.
void CompareTemplates(const std::vector<std::vector<int64_t>>& train,
                      const std::vector<std::vector<int64_t>>& infer, const Text& statement,
                      bool from_the_end, const Rows& rows, Sink& sink) {
  auto a = Head(from_the_end ? Reversed(train) : train);
  auto b = Head(from_the_end ? Reversed(infer) : infer);
  const size_t common = CommonPrefix(a, b);
  if (common == a.size() || common == b.size()) return;
  if (from_the_end) {
    std::ranges::reverse(a);
    std::ranges::reverse(b);
  }
  SayTemplate(statement, a, b, rows, sink);
}

// The same rows in both files; whether there were any.
bool CompareSameRows(const Rows& rows, Sink& sink) {
  std::map<std::string, const EncodedRow*> training;
  for (const EncodedRow& row : rows.training.rows) training[row.id] = &row;
  size_t n = 0, differing = 0, at = 0;
  const EncodedRow* first = nullptr;
  std::vector<int64_t> first_train, first_infer;
  for (const EncodedRow& row : rows.inference.rows) {
    const auto same = training.find(row.id);
    if (same == training.end()) continue;
    ++n;
    const auto infer = WithoutPads(row);
    const auto train = WithoutPads(*same->second);
    const size_t common = CommonPrefix(infer, train);
    if (common == infer.size()) continue;
    if (differing++ > 0) continue;
    first = &row;
    at = common;
    first_train = {train.begin() + static_cast<std::ptrdiff_t>(common), train.end()};
    first_infer = {infer.begin() + static_cast<std::ptrdiff_t>(common), infer.end()};
  }
  if (first == nullptr) return n > 0;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kDrift)
      .With("id", first->id)
      .With("at", std::to_string(at))
      .With("infer", "[" + ShowIds(first_infer, 4) + "]")
      .With("train", "[" + ShowIds(first_train, 4) + "]")
      .With("rows", std::to_string(differing))
      .With("n", std::to_string(n))
      .Formula("common prefix " + std::to_string(at) + " < prompt length")
      .From({rows.training.file, "input_ids", 0})
      .From({rows.inference.file, "input_ids", 0})
      .Settle(kSettle)
      .Do(kDriftDo);
  return true;
}

void SayThinking(const RowFile<ScoredRow>& scored, Sink& sink) {
  size_t rows = 0;
  std::string first;
  for (const ScoredRow& row : scored.rows) {
    if (row.prediction.find("<think>") == std::string::npos) continue;
    if (rows++ == 0) first = row.id;
  }
  if (Share(rows, scored.rows.size()) <= kMostThinking) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.85, kThink)
      .With("rows", std::to_string(rows))
      .With("n", std::to_string(scored.rows.size()))
      .With("share", Percent(Share(rows, scored.rows.size())))
      .With("id", first)
      .Formula(std::to_string(rows) + " / " + std::to_string(scored.rows.size()) + " > 0.5 %")
      .From({scored.file, "prediction", 0})
      .Settle(kSettle)
      .Do(kDriftDo);
}

void JudgeTemplate(const Context& context, Sink& sink) {
  const Rows& rows = RowsOf(context.run);
  SayThinking(rows.scored, sink);
  if (EncoderDecoderByConfig(context.run).value_or(false)) return;
  if (!Have(rows.inference, kNeedsInference, sink) || !Have(rows.training, kNeedsEncoded, sink)) {
    return;
  }
  if (CompareSameRows(rows, sink)) return;
  const auto prompts = PromptsOf(rows.training.rows);
  std::vector<std::vector<int64_t>> infer;
  for (const EncodedRow& row : rows.inference.rows) infer.push_back(WithoutPads(row));
  if (prompts.size() < kFewestRows || infer.size() < kFewestRows) {
    sink.NotEvaluated(kNeedsInference);
    return;
  }
  CompareTemplates(prompts, infer, kHead, false, rows, sink);
  CompareTemplates(prompts, infer, kTail, true, rows, sink);
}

}  // namespace

Rule TokDoubleBosRule() {
  return {"tok-double-bos",
          3,
          Severity::kMajor,
          {"two BOS tokens, or another number than in training", "BOS가 둘이거나 학습과 개수가 다름"},
          {"A template that renders BOS and a tokenizer that adds another. Counts the leading BOS "
           "ids of encoded training rows and generation inputs: two or more, or unequal numbers.",
           "템플릿이 BOS를 쓰고 토크나이저가 또 추가. 학습 행과 생성 입력 앞의 BOS 개수를 셈: 둘 이상이거나 서로 다르면 "
           "발화."},
          {"huggingface/open-r1#462", "huggingface/transformers#31796",
           "huggingface/transformers#37686", "abetlen/llama-cpp-python#1439",
           "MakazhanAlpamys/Soup#781"},
          JudgeBos};
}

Rule TokLeftPadMissingRule() {
  return {"tok-left-pad-missing",
          3,
          Severity::kBlocker,
          {"right padding in batched decoder-only generation", "디코더 전용 배치 생성의 오른쪽 패딩"},
          {"A generation input of a decoder-only model ends in positions without attention. "
           "Encoder-decoders may pad on either side.",
           "디코더 전용 모델의 생성 입력이 attention 없는 위치로 끝남. 인코더-디코더는 어느 쪽 패딩도 무방."},
          {"huggingface/transformers#25790", "huggingface/transformers#34658",
           "flowersteam/lamorel#53", "Vision-CAIR/MiniGPT-4#129"},
          JudgePadding};
}

Rule TokTemplateDriftRule() {
  return {"tok-template-drift",
          3,
          Severity::kBlocker,
          {"the prompt of generation is not the one of training", "생성 프롬프트가 학습과 다름"},
          {"Where the same rows are in both files, the generation ids must open the training ids. "
           "Else the head that all training rows share, and the tokens before their first target, "
           "are compared with those of the generation inputs (a symptom). <think> tags in more "
           "than 0.5 % of the outputs are reported too.",
           "두 파일에 같은 행이 있으면 생성 id가 학습 id의 앞부분이어야 함. 없으면 학습 행 공통 머리와 첫 목표 직전 토큰을 "
           "생성 입력과 비교(증상). 출력의 0.5 % 초과에 <think> 태그가 있어도 보고."},
          {"QwenLM/Qwen3#1618", "hiyouga/LlamaFactory#8832", "hiyouga/LlamaFactory#9092",
           "sgl-project/sglang#3296", "ShishirPatil/gorilla#752"},
          JudgeTemplate};
}

}  // namespace plumbline::audit
