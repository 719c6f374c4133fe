// adp-param-count-mismatch and adp-scaling-mismatch: what an adapter counts and how it scales.
#include <cmath>

#include "harness/audit/model_shape.h"
#include "harness/audit/phrase.h"
#include "harness/audit/report_text.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr double kClaimTolerance = 0.1;

constexpr Text kTotal = {
    "the claimed {claimed} parameters do not fit the checkpoint: {model} has {count} ({ratio}x){other}",
    "주장된 파라미터 {claimed}은(는) 체크포인트와 맞지 않음: {model}은(는) {count} ({ratio}배){other}"};
constexpr Text kTrainable = {
    "{trainable} trainable parameters, but rank {rank} on {targets} of {model} gives {count}{explained}",
    "학습 파라미터 {trainable}, 그러나 {model}의 {targets}에 랭크 {rank}이면 {count}{explained}"};
constexpr Text kUnpacked = {
    "{percent} % trainable = {trainable} / {total}, the base counted unpacked (with 4-bit storage a "
    "plain count would give {packed}): the counter knows adapters, or the base was not 4-bit; "
    "treat the quantization as declared only",
    "학습 비율 {percent} % = {trainable} / {total}, 기본 모델을 풀어서 센 값 (4비트 저장이면 {packed}): "
    "어댑터를 아는 계수기이거나 4비트가 아니었음; 양자화는 선언된 것으로만 볼 것"};
constexpr Text kDo = {"print trainable and total parameters from the model itself, with the modules",
                      "모델에서 직접 학습·전체 파라미터 수와 모듈을 출력할 것"};
constexpr Text kNeeds = {"needs a parameter count and a model whose shapes are known",
                         "파라미터 수와 구조를 아는 모델 필요"};

std::optional<ModelShape> ShapeOf(const Evidence& run) {
  if (auto shape = ShapeOfConfig(run.documents.config)) return shape;
  const Setting* path = run.Effective("model.path");
  for (const std::string& name : {run.model, path == nullptr ? std::string() : path->text}) {
    if (auto shape = ShapeByName(Lowered(name))) return shape;
  }
  return std::nullopt;
}

void ClaimedTotal(const Context& context, const ModelShape& shape, Sink& sink) {
  const auto total = static_cast<double>(TotalParameters(shape));
  for (const Claim* claim : context.run.ClaimsOf("total_params")) {
    const double claimed = claim->value.Middle();
    if (claim->value.Contains(total) || std::abs(claimed / total - 1) <= kClaimTolerance) continue;
    std::string other;
    std::string other_korean;
    for (const char* name : {"mt5-small", "mt5-base", "mt5-large"}) {
      const auto sibling = ShapeByName(name);
      if (shape.family != "t5" || !sibling) continue;
      const auto count = static_cast<double>(TotalParameters(*sibling));
      if (claim->value.Contains(count)) {
        other = "; the figure is " + sibling->name + "'s (" + Show(count, 12) + ")";
        other_korean = "; 이 수치는 " + sibling->name + "의 값 (" + Show(count, 12) + ")";
      }
    }
    sink.Add(Verdict::kContradiction, Severity::kMinor, 0.9, kTotal)
        .With("claimed", claim->text)
        .With("model", context.run.model + " (" + shape.name + "-sized)",
              context.run.model + " (" + shape.name + " 크기)")
        .With("count", Show(total, 12))
        .With("ratio", Show(claimed / total, 3))
        .With("other", other, other_korean)
        .FormulaAsItIs(claim->text + " / " + Show(total, 12) + " = " + Show(claimed / total, 3))
        .From(claim->place)
        .Do(kDo);
  }
}

std::vector<std::string> Targets(const Evidence& run) {
  std::vector<std::string> targets;
  const Setting* setting = run.Effective("lora.target_modules");
  std::string word;
  for (const char c : setting == nullptr ? std::string() : setting->text + ",") {
    if (c == ',') {
      if (!word.empty()) targets.push_back(word);
      word.clear();
    } else if (c != ' ') {
      word += c;
    }
  }
  return targets;
}

void DeclaredTrainable(const Context& context, const ModelShape& shape, Sink& sink) {
  const Reading* trainable = context.run.Fact("trainable_params");
  const auto rank = context.run.Number("lora.r");
  const auto targets = Targets(context.run);
  if (trainable == nullptr || !rank || targets.empty()) return;
  const int64_t count = LoraParameters(shape, static_cast<int64_t>(*rank), targets);
  const auto declared = static_cast<int64_t>(trainable->value.value);
  if (count == declared || count == 0) return;
  std::string names;
  for (const std::string& target : targets) names += (names.empty() ? "" : ",") + target;
  const std::string explained = ExplainLora(shape, declared);
  sink.Add(Verdict::kContradiction, Severity::kMajor, 0.95, kTrainable)
      .With("trainable", trainable->value.text)
      .With("rank", Show(*rank))
      .With("targets", names)
      .With("model", shape.name)
      .With("count", std::to_string(count))
      .With("explained", explained.empty() ? "" : "; " + explained + " reproduces it",
            explained.empty() ? "" : "; " + KoreanWords(explained) + "이면 일치")
      .Formula("r * sum(in + out) = " + std::to_string(count))
      .From(trainable->place)
      .Do(kDo);
}

void Unpacked(const Context& context, const ModelShape& shape, Sink& sink) {
  const Reading* percent = context.run.Fact("trainable_percent");
  const Reading* trainable = context.run.Fact("trainable_params");
  const auto method = context.run.words.find("method");
  if (percent == nullptr || trainable == nullptr || method == context.run.words.end()) return;
  if (method->second != "qlora") return;
  const auto total = static_cast<double>(TotalParameters(shape));
  const double share = trainable->value.value / (total + trainable->value.value);
  if (!percent->value.Printed().Contains(100 * share)) return;
  // Linears of 4 bits are stored two to a byte: half of their count; embeddings stay.
  const double embeddings = static_cast<double>(shape.vocabulary * shape.width);
  const double packed = embeddings + (total - embeddings) / 2 + trainable->value.value;
  sink.Add(Verdict::kNote, Severity::kInfo, 0.7, kUnpacked)
      .With("percent", percent->value.text)
      .With("trainable", trainable->value.text)
      .With("total", Show(total, 12))
      .With("packed", Percent(trainable->value.value / packed, 2))
      .Formula(trainable->value.text + " / " + Show(total + trainable->value.value, 12) + " = " +
               Percent(share, 2))
      .From(percent->place)
      .From(trainable->place);
}

void ParamCount(const Context& context, Sink& sink) {
  const auto shape = ShapeOf(context.run);
  const bool counted = context.run.Fact("trainable_params") != nullptr ||
                       !context.run.ClaimsOf("total_params").empty();
  if (!shape || !counted) {
    sink.NotEvaluated(kNeeds);
    return;
  }
  ClaimedTotal(context, *shape, sink);
  DeclaredTrainable(context, *shape, sink);
  Unpacked(context, *shape, sink);
}

constexpr Text kScaleDiffers = {
    "the adapter is scaled by {trained} in the run's settings and by {served} in adapter_config.json",
    "어댑터 배율이 실행 설정에서는 {trained}, adapter_config.json에서는 {served}"};
constexpr Text kScaleUnusual = {
    "the adapter's scale {scale} lies outside 0.5 to 4: check it against the server's formula",
    "어댑터 배율 {scale}이(가) 0.5~4 범위 밖: 서빙 쪽 식과 대조할 것"};
constexpr Text kScaleDo = {
    "serve with the scale of training: alpha / r, or alpha / sqrt(r) with use_rslora",
    "학습과 같은 배율로 서빙: alpha / r, use_rslora이면 alpha / sqrt(r)"};
constexpr Text kScaleNeeds = {"needs lora r and alpha", "lora r과 alpha 필요"};

std::optional<double> NumberIn(const Json& json, const char* name) {
  if (!json.is_object() || !json.contains(name) || !json[name].is_number()) return std::nullopt;
  return json[name].get<double>();
}

double Scale(double alpha, double rank, bool rslora) {
  return alpha / (rslora ? std::sqrt(rank) : rank);
}

void Scaling(const Context& context, Sink& sink) {
  const Json& adapter = context.run.documents.adapter_config;
  const auto served_rank = NumberIn(adapter, "r");
  const auto served_alpha = NumberIn(adapter, "lora_alpha");
  const bool served_rslora = adapter.is_object() && adapter.value("use_rslora", Json(false)) == true;
  const auto rank = context.run.Number("lora.r");
  const auto alpha = context.run.Number("lora.alpha");
  std::optional<double> served;
  std::optional<double> trained;
  if (served_rank && served_alpha && *served_rank > 0) {
    served = Scale(*served_alpha, *served_rank, served_rslora);
  }
  if (rank && alpha && *rank > 0) {
    trained = Scale(*alpha, *rank, context.run.Truth("lora.use_rslora").value_or(false));
  }
  if (!served && !trained) {
    sink.NotEvaluated(kScaleNeeds);
    return;
  }
  if (served && trained && std::abs(*served - *trained) > 1e-6) {
    sink.Add(Verdict::kContradiction, Severity::kBlocker, 0.97, kScaleDiffers)
        .With("trained", Show(*trained))
        .With("served", Show(*served))
        .Formula("alpha / r: " + Show(*alpha) + " / " + Show(*rank) + " against " +
                 Show(*served_alpha) + " / " + Show(*served_rank))
        .From(context.run.Effective("lora.alpha")->place)
        .From({"adapter_config.json", "lora_alpha", 0})
        .Do(kScaleDo);
    return;
  }
  const double scale = served ? *served : *trained;
  if (scale < 0.5 || scale > 4) {
    sink.Add(Verdict::kNote, Severity::kInfo, 0.6, kScaleUnusual)
        .With("scale", Show(scale))
        .Formula("alpha / r = " + Show(scale))
        .Do(kScaleDo);
  }
}

}  // namespace

Rule AdpParamCountMismatchRule() {
  Rule rule;
  rule.id = "adp-param-count-mismatch";
  rule.title = {"a parameter count that the model's shapes refute", "모델 구조가 반증하는 파라미터 수"};
  rule.explanation = {
      "LoRA's trainable count is r * sum(in + out) over the targeted linears, the total follows "
      "from the shapes of config.json or of a well-known checkpoint; any difference is M, a claimed "
      "total off by more than 10 % is m.",
      "LoRA 학습 파라미터는 대상 선형층의 r * (in + out)의 합, 전체는 config.json 또는 알려진 체크포인트 구조에서 "
      "유도; 차이가 있으면 M, 주장된 전체가 10 % 넘게 다르면 m."};
  rule.sources = {"arithmetic, exact on KoBART, Llama-3.2-3B, Qwen3-4B and mT5-base"};
  rule.evaluate = ParamCount;
  return rule;
}

Rule AdpScalingMismatchRule() {
  Rule rule;
  rule.id = "adp-scaling-mismatch";
  rule.severity = Severity::kBlocker;
  rule.title = {"the adapter is scaled otherwise when served", "어댑터 배율이 학습과 서빙에서 다름"};
  rule.explanation = {
      "alpha / r (alpha / sqrt(r) with rslora) of the run's settings differs from adapter_config.json "
      "by more than 1e-6; a scale outside 0.5 to 4 is a note.",
      "실행 설정의 alpha / r (rslora이면 alpha / sqrt(r))이 adapter_config.json과 1e-6 넘게 다름; 0.5~4 밖은 "
      "참고."};
  rule.sources = {"vllm-project/vllm#6909",     "vllm-project/vllm#10798",
                  "NVIDIA/TensorRT-LLM#1668",   "Blaizzy/mlx-vlm#841",
                  "huggingface/peft#2733"};
  rule.evaluate = Scaling;
  return rule;
}

}  // namespace plumbline::audit
