// tok-loss-mask-wrong and tok-truncation-cuts-signal: what the loss is taken on, and what the
// length limit took away.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "harness/audit/interval.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"

namespace plumbline::audit {
namespace {

constexpr double kNoteShare = 0.01;
constexpr double kMajorShare = 0.05;
constexpr double kBlockerShare = 0.20;
constexpr double kMostCutTargets = 0.005;
constexpr size_t kFewestAtLimit = 3;

constexpr Text kPads = {
    "{pads} padding positions of {n} encoded rows have a label, first in {id}: padding is a target "
    "and dilutes the loss",
    "인코딩 {n}행에서 패딩 위치 {pads}개에 label이 있음, 첫 사례 {id}: 패딩이 학습 목표가 되어 손실을 희석"};
constexpr Text kPrompt = {
    "{share} of the loss tokens are prompt tokens although {key} asks for completions alone",
    "{key} 설정은 응답만 학습하도록 하지만 손실 토큰의 {share}이(가) 프롬프트 토큰"};
constexpr Text kMaskDo = {"set labels to -100 outside the completion, by length",
                          "응답 밖의 labels를 길이 기준으로 -100으로 설정"};
constexpr Text kMaskSettle = {"print ids, mask and labels of row {id} side by side",
                              "{id} 행의 id, mask, labels를 나란히 출력"};
constexpr Text kCutTargets = {
    "{rows} of {n} targets ({share}) end without the end token at {limit} tokens, first in {id}: "
    "the limit cuts the summary and its end",
    "목표 {n}개 중 {rows}개({share})가 {limit}토큰에서 종료 토큰 없이 끝남, 첫 사례 {id}: 길이 제한이 요약과 종료 "
    "토큰을 자름"};
constexpr Text kCutInputs = {
    "{rows} of {n} inputs ({share}) reach the limit of {limit} tokens, first in {id}: what lies "
    "behind it was cut",
    "입력 {n}개 중 {rows}개({share})가 {limit}토큰 한도에 도달, 첫 사례 {id}: 그 뒤 내용은 잘림"};
constexpr Text kCutDo = {
    "raise the limit to the 99th percentile of the lengths, or drop the rows on purpose and say so",
    "한도를 길이의 99백분위로 올리거나, 해당 행을 의도적으로 제외하고 명시"};
constexpr Text kCutSettle = {"count the tokens of row {id} without a limit",
                             "한도 없이 {id} 행의 토큰 수를 확인"};

size_t RealLength(const EncodedRow& row) {
  if (row.attention_mask.empty()) return row.input_ids.size();
  return static_cast<size_t>(std::ranges::count(row.attention_mask, 1));
}

bool LabelsFollowInput(const EncodedRow& row) {
  return row.labels.size() == row.input_ids.size();
}

// Positions without attention whose label is a target; labels run beside the ids (decoder-only).
size_t CountPadTargets(const EncodedRow& row) {
  if (!LabelsFollowInput(row) || row.attention_mask.size() != row.labels.size()) return 0;
  size_t pads = 0;
  for (size_t i = 0; i < row.labels.size(); ++i) {
    pads += row.attention_mask[i] == 0 && row.labels[i] >= 0 ? 1 : 0;
  }
  return pads;
}

// Trailing pads behind an end token among the labels of an encoder-decoder.
size_t CountPadLabels(const EncodedRow& row, int64_t pad, int64_t eos) {
  const auto end = std::ranges::find(row.labels, eos);
  if (end == row.labels.end()) return 0;
  return static_cast<size_t>(std::count(end + 1, row.labels.end(), pad));
}

// The setting that says "loss on completions alone"; nullptr: nobody asked for it.
const Setting* CompletionOnly(const Evidence& run) {
  const auto is = [&run](const char* key, bool wanted) -> const Setting* {
    return run.Truth(key) == wanted ? run.Effective(key) : nullptr;
  };
  for (const char* key : {"other.completion_only_loss", "other.assistant_only_loss"}) {
    if (const Setting* setting = is(key, true)) return setting;
  }
  return is("other.train_on_inputs", false);
}

void SayPads(size_t pads, const std::string& first, const RowFile<EncodedRow>& training,
             Sink& sink) {
  if (pads == 0) return;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kPads)
      .With("pads", std::to_string(pads))
      .With("n", std::to_string(training.rows.size()))
      .With("id", first)
      .Formula(std::to_string(pads) + " > 0")
      .From({training.file, "labels", 0})
      .From({training.file, "attention_mask", 0})
      .Settle(kMaskSettle)
      .Do(kMaskDo);
}

// With completions alone as targets, a row's first token is never one.
void SayPrompts(const Setting& setting, const RowFile<EncodedRow>& training, Sink& sink) {
  size_t targets = 0, prompt_rows_targets = 0;
  std::string first;
  for (const EncodedRow& row : training.rows) {
    if (!LabelsFollowInput(row)) continue;
    const auto count = static_cast<size_t>(
        std::ranges::count_if(row.labels, [](int64_t id) { return id >= 0; }));
    targets += count;
    const auto begin = std::ranges::find_if(row.labels, [](int64_t id) { return id >= 0; });
    if (begin == row.labels.end() || begin - row.labels.begin() > 1) continue;
    prompt_rows_targets += count;
    if (first.empty()) first = row.id;
  }
  if (prompt_rows_targets == 0) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kPrompt)
      .With("share", Percent(Share(prompt_rows_targets, targets)))
      .With("key", setting.key)
      .With("id", first)
      .Formula(std::to_string(prompt_rows_targets) + " / " + std::to_string(targets) +
               " lie in rows whose first tokens are targets")
      .From(setting.place)
      .From({training.file, "labels", 0})
      .Settle(kMaskSettle)
      .Do(kMaskDo);
}

void JudgeMasks(const Context& context, Sink& sink) {
  const RowFile<EncodedRow>& training = RowsOf(context.run).training;
  if (!Have(training, kNeedsEncoded, sink)) return;
  const auto pad = SpecialId(context.run, "pad_token");
  const auto eos = SpecialId(context.run, "eos_token");
  const bool encoder = EncoderDecoderByConfig(context.run).value_or(false);
  size_t pads = 0;
  std::string first;
  for (const EncodedRow& row : training.rows) {
    size_t found = encoder ? 0 : CountPadTargets(row);
    if (encoder && pad && eos && *pad != *eos) found += CountPadLabels(row, *pad, *eos);
    if (found > 0 && first.empty()) first = row.id;
    pads += found;
  }
  SayPads(pads, first, training, sink);
  if (const Setting* setting = CompletionOnly(context.run)) SayPrompts(*setting, training, sink);
}

Severity SeverityOf(double share) {
  if (share > kBlockerShare) return Severity::kBlocker;
  return share > kMajorShare ? Severity::kMajor : Severity::kInfo;
}

struct AtLimit {
  size_t n = 0;
  size_t limit = 0;
  size_t rows = 0;
  std::string first;
};

void SayCut(const Text& statement, const AtLimit& cut, Severity severity, const Place& place,
            Sink& sink) {
  sink.Add(severity == Severity::kInfo ? Verdict::kNote : Verdict::kDefect, severity, 0.85,
           statement)
      .With("rows", std::to_string(cut.rows))
      .With("n", std::to_string(cut.n))
      .With("share", Percent(Share(cut.rows, cut.n)))
      .With("limit", std::to_string(cut.limit))
      .With("id", cut.first)
      .Formula(std::to_string(cut.rows) + " / " + std::to_string(cut.n))
      .From(place)
      .Settle(kCutSettle)
      .Do(kCutDo);
}

// Targets at the longest length that do not end with EOS, where other rows show that EOS ends
// targets or the tokenizer has one.
AtLimit CutTargets(const std::vector<EncodedRow>& rows, int64_t eos) {
  AtLimit cut;
  for (const EncodedRow& row : rows) {
    const auto length = static_cast<size_t>(
        std::ranges::count_if(row.labels, [](int64_t id) { return id >= 0; }));
    if (length == 0) continue;
    ++cut.n;
    cut.limit = std::max(cut.limit, length);
    if (LastTarget(row.labels) == eos) continue;
    if (cut.rows++ == 0) cut.first = row.id;
  }
  return cut;
}

// Inputs at the limit that the settings name.
AtLimit CutInputs(const std::vector<EncodedRow>& rows, size_t limit) {
  AtLimit cut;
  cut.limit = limit;
  for (const EncodedRow& row : rows) {
    if (row.input_ids.empty()) continue;
    ++cut.n;
    if (RealLength(row) < limit) continue;
    if (cut.rows++ == 0) cut.first = row.id;
  }
  return cut;
}

std::optional<double> InputLimit(const Evidence& run) {
  for (const char* key : {"data.max_source_length", "other.max_source_length",
                          "other.max_seq_length", "other.max_input_length"}) {
    if (const auto limit = run.Number(key)) return limit;
  }
  return std::nullopt;
}

void JudgeTruncation(const Context& context, Sink& sink) {
  const RowFile<EncodedRow>& training = RowsOf(context.run).training;
  if (!Have(training, kNeedsEncoded, sink)) return;
  const auto pad = SpecialId(context.run, "pad_token");
  const auto eos = SpecialId(context.run, "eos_token");
  // With pad = EOS a masked end looks like a cut one: tok-pad-equals-eos-masked judges that.
  if (eos && pad != eos) {
    const AtLimit cut = CutTargets(training.rows, *eos);
    const double share = Share(cut.rows, cut.n);
    if (cut.rows >= kFewestAtLimit && share > kMostCutTargets) {
      SayCut(kCutTargets, cut, std::min(Severity::kMajor, SeverityOf(share)),
             {training.file, "labels", 0}, sink);
    }
  }
  const auto limit = InputLimit(context.run);
  if (!limit || *limit < 1) return;
  const AtLimit cut = CutInputs(training.rows, static_cast<size_t>(*limit));
  if (cut.rows > 0 && Share(cut.rows, cut.n) > kNoteShare) {
    SayCut(kCutInputs, cut, SeverityOf(Share(cut.rows, cut.n)), {training.file, "input_ids", 0},
           sink);
  }
}

}  // namespace

Rule TokLossMaskWrongRule() {
  return {"tok-loss-mask-wrong",
          3,
          Severity::kBlocker,
          {"loss on padding or on the prompt", "패딩이나 프롬프트에 대한 손실"},
          {"Labels at padding positions, or (where the settings ask for completions alone) labels "
           "from the first tokens of a row on. Training on whole sequences may be intended: "
           "without such a setting prompts are not judged.",
           "패딩 위치의 label, 또는 응답만 학습하도록 설정했는데 행의 첫 토큰부터 시작하는 label. 전체 시퀀스 학습이 의도일 "
           "수 있으므로 설정이 없으면 프롬프트는 판단하지 않음."},
          {"huggingface/trl#1507", "huggingface/trl#2424", "huggingface/trl#3279",
           "huggingface/open-r1#652", "huggingface/transformers#7828", "getainode/ainode#186"},
          JudgeMasks};
}

Rule TokTruncationCutsSignalRule() {
  return {"tok-truncation-cuts-signal",
          3,
          Severity::kBlocker,
          {"the length limit cuts targets or inputs", "길이 제한이 목표나 입력을 자름"},
          {"Targets whose last label is not the end token (above 0.5 % of the rows and at least "
           "three), and inputs at the limit that the settings name: a note above 1 %, major above "
           "5 %, a blocker above 20 %. Silent when pad and EOS share an id: another rule judges "
           "that.",
           "마지막 label이 종료 토큰이 아닌 목표(행의 0.5 % 초과, 최소 3개), 그리고 설정된 한도에 닿은 입력: 1 % 초과 참고, "
           "5 % 초과 중대, 20 % 초과 차단. pad와 EOS가 같은 id이면 다른 규칙이 판단."},
          {"huggingface/trl#2400", "unslothai/unsloth#2904",
           "2U1/Qwen-VL-Series-Finetune#260"},
          JudgeTruncation};
}

}  // namespace plumbline::audit
