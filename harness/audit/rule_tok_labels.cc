// tok-pad-equals-eos-masked and tok-response-marker-missed: rows that teach no end, and rows that
// teach nothing.
#include <string>
#include <vector>

#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"

namespace plumbline::audit {
namespace {

constexpr double kFewestEnds = 0.95;
constexpr double kManyBlank = 0.01;

constexpr Text kMasked = {
    "pad and EOS are one id ({eos}), and {ends} of {n} encoded rows ({share}) have it as their "
    "last target: the end is masked with the padding, the model never learns to stop",
    "pad와 EOS가 같은 id({eos})이고 인코딩 {n}행 중 {ends}행({share})만 마지막 목표가 EOS: 패딩과 함께 종료 토큰이 "
    "마스킹되어 모델이 멈춤을 배우지 못함"};
constexpr Text kMaskedDo = {
    "give pad an id of its own, or mask labels by length instead of by id",
    "pad에 별도 id를 주거나 id가 아닌 길이로 labels를 마스킹"};
constexpr Text kMaskedSettle = {
    "print the last five labels of row {id} beside its ids",
    "{id} 행의 마지막 labels 5개를 id와 함께 출력"};
constexpr Text kNeedsIds = {
    "needs the ids of pad and EOS (tokenizer_config.json, config.json)",
    "pad와 EOS id(tokenizer_config.json, config.json) 필요"};
constexpr Text kBlank = {
    "{rows} of {n} encoded rows ({share}) have no target at all, first {id}: the response marker "
    "was not found, the row trains nothing",
    "인코딩 {n}행 중 {rows}행({share})에 학습 목표가 전혀 없음, 첫 사례 {id}: 응답 표식을 찾지 못해 아무것도 학습하지 "
    "않는 행"};
constexpr Text kBlankDo = {
    "give the collator the marker's ids as they stand in context, and fail on rows without targets",
    "문맥 안의 표식 id를 collator에 주고, 목표 없는 행은 오류로 처리"};
constexpr Text kBlankSettle = {"print row {id} around the place where the response begins",
                               "{id} 행에서 응답이 시작되는 부분의 id를 출력"};

void JudgeEnds(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const auto pad = SpecialId(run, "pad_token");
  const auto eos = SpecialId(run, "eos_token");
  if (!pad || !eos) {
    sink.NotEvaluated(kNeedsIds);
    return;
  }
  if (*pad != *eos) return;
  const RowFile<EncodedRow>& training = RowsOf(run).training;
  if (!Have(training, kNeedsEncoded, sink)) return;
  size_t n = 0, ends = 0;
  std::string first;
  for (const EncodedRow& row : training.rows) {
    const int64_t last = LastTarget(row.labels);
    if (last < 0) continue;
    ++n;
    ends += last == *eos ? 1 : 0;
    if (last != *eos && first.empty()) first = row.id;
  }
  if (n == 0 || Share(ends, n) >= kFewestEnds) return;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kMasked)
      .With("eos", std::to_string(*eos))
      .With("ends", std::to_string(ends))
      .With("n", std::to_string(n))
      .With("share", Percent(Share(ends, n)))
      .With("id", first)
      .Formula("pad " + std::to_string(*pad) + " = eos " + std::to_string(*eos) + "; " +
               std::to_string(ends) + " / " + std::to_string(n) + " < 0.95")
      .From({"tokenizer_config.json", "pad_token", 0})
      .From({training.file, "labels", 0})
      .Settle(kMaskedSettle)
      .Do(kMaskedDo);
}

void JudgeBlanks(const Context& context, Sink& sink) {
  const RowFile<EncodedRow>& training = RowsOf(context.run).training;
  if (!Have(training, kNeedsEncoded, sink)) return;
  size_t n = 0, blank = 0;
  std::string first;
  for (const EncodedRow& row : training.rows) {
    if (row.labels.empty()) continue;
    ++n;
    if (LastTarget(row.labels) >= 0) continue;
    if (blank++ == 0) first = row.id;
  }
  if (n == 0) {
    sink.NotEvaluated(kNeedsEncoded);
    return;
  }
  if (blank == 0) return;
  const bool many = Share(blank, n) >= kManyBlank;
  sink.Add(Verdict::kDefect, many ? Severity::kBlocker : Severity::kMajor, 0.97, kBlank)
      .With("rows", std::to_string(blank))
      .With("n", std::to_string(n))
      .With("share", Percent(Share(blank, n)))
      .With("id", first)
      .Formula(std::to_string(blank) + " / " + std::to_string(n) + " > 0")
      .From({training.file, "labels", 0})
      .Settle(kBlankSettle)
      .Do(kBlankDo);
}

}  // namespace

Rule TokPadEqualsEosMaskedRule() {
  return {"tok-pad-equals-eos-masked",
          3,
          Severity::kBlocker,
          {"pad is EOS and the end is masked", "pad가 EOS라 종료 토큰이 마스킹됨"},
          {"Pad and EOS share an id and a collator that masks every pad also masks the end: "
           "generation drifts to its cap. Fires when the last unmasked label of fewer than 95 % "
           "of the encoded rows is EOS. Silent when pad has an id of its own, or when labels keep "
           "the end.",
           "pad와 EOS가 같은 id이고 모든 pad를 마스킹하는 collator가 종료 토큰까지 마스킹: 생성이 길이 한도로 흘러감. "
           "마지막 유효 label이 EOS인 행이 95 % 미만이면 발화. pad에 별도 id가 있거나 labels가 종료 토큰을 유지하면 침묵."},
          {"huggingface/transformers#23530", "huggingface/transformers#22794", "huggingface/trl#976",
           "huggingface/blog#1302", "mlabonne/llm-course#33", "huggingface/open-r1#494"},
          JudgeEnds};
}

Rule TokResponseMarkerMissedRule() {
  return {"tok-response-marker-missed",
          3,
          Severity::kBlocker,
          {"rows without a single target", "목표가 하나도 없는 행"},
          {"A response marker that is tokenised differently in context is not found, and the whole "
           "row is masked. Any row without an unmasked label is reported; a blocker from 1 % on. "
           "Truncation can also leave a row without targets.",
           "문맥 안에서 다르게 토큰화된 응답 표식을 찾지 못하면 행 전체가 마스킹됨. 유효 label이 없는 행은 모두 보고, "
           "1 % 이상이면 차단. 잘림도 원인이 될 수 있음."},
          {"huggingface/trl#1183", "huggingface/trl#1820", "huggingface/trl#1920",
           "huggingface/trl#588", "huggingface/trl#1493"},
          JudgeBlanks};
}

}  // namespace plumbline::audit
