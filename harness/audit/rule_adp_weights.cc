// adp-targets-partial, adp-not-applied, ckp-empty-adapter: what an adapter's file holds.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/audit/adapter_targets.h"
#include "harness/audit/interval.h"
#include "harness/audit/path.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"
#include "harness/audit/weights.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "adapter_model.safetensors";
constexpr double kZeroNorm = 1e-6;

constexpr Text kNeedsAdapter = {
    "needs adapter_config.json and adapter_model.safetensors",
    "adapter_config.json과 adapter_model.safetensors 필요"};
constexpr Text kNothing = {
    "not one of the adapter's {n} targets ({patterns}) matched a module: nothing was trained",
    "어댑터 대상 {n}개({patterns}) 중 일치하는 모듈이 없음: 아무것도 학습되지 않음"};
constexpr Text kNoneNamed = {
    "none of the {n} names in the expression of target_modules ({patterns}) stands in the name of a "
    "trained module",
    "target_modules 정규식의 이름 {n}개({patterns}) 중 학습된 모듈 이름에 있는 것이 없음"};
constexpr Text kUnmatched = {
    "{missing} of {n} adapter targets match no module: {patterns}; matched: {counts}",
    "어댑터 대상 {n}개 중 {missing}개가 어떤 모듈과도 일치하지 않음: {patterns}; 일치한 대상: {counts}"};
constexpr Text kLayers = {
    "{missing} of {n} layers of {stack} carry no adapter (layers {layers})",
    "{stack}의 {n}개 층 중 {missing}개에 어댑터가 없음(층 {layers})"};
constexpr Text kLayersNoted = {"layers without adapter: {layers}", "어댑터가 없는 층: {layers}"};
constexpr Text kTargetsDo = {
    "name the modules as this family calls them (`target_modules: all-linear` takes all)",
    "이 모델 계열의 모듈 이름으로 지정(`target_modules: all-linear`는 전부)"};
constexpr Text kTargetsSettle = {"print model.named_modules() and the trainable parameters",
                                 "model.named_modules()와 학습 파라미터를 출력"};
constexpr Text kZero = {
    "{zero} of {n} lora_B matrices are still zero after training, first {name}: the adapter adds "
    "nothing there",
    "학습 후에도 lora_B 행렬 {n}개 중 {zero}개가 0, 첫 사례 {name}: 그 위치에서 어댑터 효과 없음"};
constexpr Text kZeroDo = {
    "make the optimizer after the adapter, enable input gradients under checkpointing, and look "
    "at the gradients of lora_B in the first step",
    "어댑터를 붙인 뒤 옵티마이저를 만들고, 체크포인팅에서는 입력 그래디언트를 켜고, 첫 스텝의 lora_B 그래디언트를 확인"};
constexpr Text kZeroSettle = {"compare logits with and without the adapter on one row",
                              "한 행에서 어댑터 유무의 로짓을 비교"};
constexpr Text kBroken = {
    "the adapter file of {bytes} bytes holds no usable tensors: {why}",
    "{bytes}바이트 어댑터 파일에 쓸 수 있는 텐서가 없음: {why}"};
constexpr Text kEmptyTensor = {"{n} adapter tensors are empty, first {name} of shape {shape}",
                               "빈 어댑터 텐서 {n}개, 첫 사례 {name} 크기 {shape}"};
constexpr Text kNonFinite = {
    "{n} of {all} adapter values ({share}) are NaN or infinite, first in {name}",
    "어댑터 값 {all}개 중 {n}개({share})가 NaN 또는 무한대, 첫 사례 {name}"};
constexpr Text kEmptyDo = {"save again from gathered weights, and load the file before deleting",
                           "가중치를 모은 뒤 다시 저장하고, 원본 삭제 전에 파일을 읽어 확인"};

// "model.layers.0.self_attn.q_proj" of "base_model.model.model.layers...q_proj.lora_A.weight";
// empty for other tensors.
std::string ModuleOf(const std::string& tensor) {
  const size_t lora = tensor.find(".lora_");
  return lora == std::string::npos ? "" : tensor.substr(0, lora);
}

// The stack in front of ".layers.N." (or block, h) and N.
std::optional<std::pair<std::string, int64_t>> LayerOf(const std::string& module) {
  for (const char* word : {".layers.", ".block.", ".h.", ".layer."}) {
    const size_t at = module.find(word);
    if (at == std::string::npos) continue;
    const size_t begin = at + std::string(word).size();
    const auto number = ParseInt(module.substr(begin, module.find('.', begin) - begin));
    if (number) return std::pair(module.substr(0, at), *number);
  }
  return std::nullopt;
}

std::optional<int64_t> NumLayers(const Json& config, const std::string& stack) {
  const auto first = [&config](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const auto ids = IdsIn(config, name);
      if (!ids.empty()) return std::optional(ids.front());
    }
    return std::optional<int64_t>();
  };
  if (stack.find("encoder") != std::string::npos) return first({"encoder_layers", "num_layers"});
  if (stack.find("decoder") != std::string::npos) {
    return first({"decoder_layers", "num_decoder_layers", "num_layers", "num_hidden_layers"});
  }
  return first({"num_hidden_layers", "n_layer"});
}

void SayPatterns(const std::vector<std::string>& patterns, const std::set<std::string>& modules,
                 bool anywhere, Sink& sink) {
  std::string missing, counts;
  size_t num_missing = 0;
  for (const std::string& pattern : patterns) {
    const auto count = std::ranges::count_if(
        modules, [&](const std::string& module) { return TargetMatches(module, pattern, anywhere); });
    if (count == 0) {
      ++num_missing;
      missing += (missing.empty() ? "" : ", ") + pattern;
    } else {
      counts += (counts.empty() ? "" : ", ") + pattern + " " + std::to_string(count);
    }
  }
  if (num_missing == 0) return;
  const bool all = num_missing == patterns.size();
  const std::string others = counts.empty() ? "" : "; " + counts;
  // An expression may name what only other models have: it is wrong where nothing of it is here.
  if (anywhere && !all) return;
  sink.Add(anywhere ? Verdict::kSymptom : Verdict::kDefect,
           all && !anywhere ? Severity::kBlocker : Severity::kMajor, anywhere ? 0.4 : 0.95,
           anywhere ? kNoneNamed : all ? kNothing : kUnmatched)
      .With("n", std::to_string(patterns.size()))
      .With("missing", std::to_string(num_missing))
      .With("patterns", missing)
      .With("counts", counts)
      .Formula(missing + ": 0 modules" + others, missing + ": 모듈 0개" + others)
      .From({"adapter_config.json", "target_modules", 0})
      .From({kFile, "", 0})
      .Settle(kTargetsSettle)
      .Do(kTargetsDo);
}

void SayLayers(const std::set<std::string>& modules, const Json& config, Sink& sink) {
  std::map<std::string, std::set<int64_t>> stacks;
  for (const std::string& module : modules) {
    if (const auto layer = LayerOf(module)) stacks[layer->first].insert(layer->second);
  }
  for (const auto& [stack, layers] : stacks) {
    const auto n = NumLayers(config, stack);
    if (!n || *n <= 0 || *n > 10'000) continue;
    std::vector<int64_t> missing;
    for (int64_t i = 0; i < *n; ++i) {
      if (!layers.contains(i)) missing.push_back(i);
    }
    if (missing.empty()) continue;
    sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kLayers)
        .With("missing", std::to_string(missing.size()))
        .With("n", std::to_string(*n))
        .With("stack", stack)
        .With("layers", ShowIds(missing))
        .Formula(std::to_string(layers.size()) + " of " + std::to_string(*n) + " layers")
        .From({kFile, stack, 0})
        .Settle(kTargetsSettle)
        .Do(kTargetsDo);
  }
}

// A run of ours keeps no config.json beside an adapter; its ledger says what was left out.
void SayLedgerLayers(const Json& ledger, Sink& sink) {
  const Json::json_pointer place("/declared/layers_without_adapter");
  if (!ledger.is_object() || !ledger.contains(place) || !ledger.at(place).is_array()) return;
  std::string layers;
  size_t n = 0;
  for (const Json& layer : ledger.at(place)) {
    if (!layer.is_string()) continue;
    layers += (n++ == 0 ? "" : ", ") + layer.get<std::string>();
  }
  if (n == 0) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kLayersNoted)
      .With("layers", layers)
      .Formula(std::to_string(n) + " layers > 0")
      .From({"ledger.json", "declared.layers_without_adapter", 0})
      .Settle(kTargetsSettle)
      .Do(kTargetsDo);
}

void JudgeTargets(const Context& context, Sink& sink) {
  const Json& adapter = context.run.documents.adapter_config;
  const Weights weights = Weights::OfAdapter(context.run);
  if (!adapter.is_object() || weights.Empty()) {
    sink.NotEvaluated(kNeedsAdapter);
    return;
  }
  std::set<std::string> modules;
  for (const Tensor& tensor : weights.tensors()) {
    const std::string module = ModuleOf(tensor.name);
    if (!module.empty()) modules.insert(module);
  }
  SayPatterns(AdapterTargets(adapter), modules, TargetsAreExpression(adapter), sink);
  const bool chosen = adapter.contains("layers_to_transform") &&
                      !adapter["layers_to_transform"].is_null();
  if (chosen) return;
  if (context.run.documents.config.is_object()) {
    SayLayers(modules, context.run.documents.config, sink);
  } else {
    SayLedgerLayers(context.run.documents.ledger, sink);
  }
}

void JudgeZeros(const Context& context, Sink& sink) {
  const Weights weights = Weights::OfAdapter(context.run);
  if (weights.Empty()) {
    sink.NotEvaluated(kNeedsAdapter);
    return;
  }
  size_t n = 0, zero = 0;
  std::string first;
  for (const Tensor& tensor : weights.tensors()) {
    if (tensor.name.find(".lora_B") == std::string::npos) continue;
    ++n;
    const TensorSummary summary = Summarize(tensor);
    const bool is_zero = summary.num_values > 0 && summary.num_non_finite == 0 &&
                         std::sqrt(summary.sum_squares) < kZeroNorm;
    if (is_zero && zero++ == 0) first = tensor.name;
  }
  if (zero == 0) return;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.97, kZero)
      .With("zero", std::to_string(zero))
      .With("n", std::to_string(n))
      .With("name", first)
      .Formula(std::to_string(zero) + " / " + std::to_string(n) + " norms below 1e-6")
      .From({kFile, first, 0})
      .Settle(kZeroSettle)
      .Do(kZeroDo);
}

std::string Shape(const std::vector<int64_t>& shape) { return "[" + ShowIds(shape) + "]"; }

void SayTensors(const Weights& weights, Sink& sink) {
  size_t empty = 0, non_finite = 0, all = 0;
  const Tensor* first_empty = nullptr;
  const Tensor* first_broken = nullptr;
  for (const Tensor& tensor : weights.tensors()) {
    if (tensor.NumValues() == 0 && empty++ == 0) first_empty = &tensor;
    const TensorSummary summary = Summarize(tensor);
    all += summary.num_values;
    non_finite += summary.num_non_finite;
    if (summary.num_non_finite > 0 && first_broken == nullptr) first_broken = &tensor;
  }
  if (first_empty != nullptr) {
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.99, kEmptyTensor)
        .With("n", std::to_string(empty))
        .With("name", first_empty->name)
        .With("shape", Shape(first_empty->shape))
        .Formula("0 values in " + first_empty->name, first_empty->name + "의 값 0개")
        .From({kFile, first_empty->name, 0})
        .Do(kEmptyDo);
  }
  if (first_broken != nullptr) {
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.99, kNonFinite)
        .With("n", std::to_string(non_finite))
        .With("all", std::to_string(all))
        .With("share", Percent(Share(non_finite, all)))
        .With("name", first_broken->name)
        .Formula(std::to_string(non_finite) + " / " + std::to_string(all) + " > 0")
        .From({kFile, first_broken->name, 0})
        .Do(kEmptyDo);
  }
}

void JudgeEmpty(const Context& context, Sink& sink) {
  const fs::path path = context.run.files.directory / kFile;
  if (context.run.files.directory.empty() || !IsFile(path)) {
    sink.NotEvaluated(kNeedsAdapter);
    return;
  }
  std::string why = "no tensor in it";
  try {
    const Weights weights = Weights::OfAdapter(context.run);
    if (!weights.Empty()) {
      SayTensors(weights, sink);
      return;
    }
  } catch (const Error& error) {
    why = error.what();
  }
  const std::string bytes = std::to_string(SizeOf(path));
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.97, kBroken)
      .With("bytes", bytes)
      .With("why", why)
      .Formula(bytes + " bytes, 0 tensors")
      .From({kFile, "", 0})
      .Do(kEmptyDo);
}

}  // namespace

Rule AdpTargetsPartialRule() {
  return {"adp-targets-partial",
          4,
          Severity::kBlocker,
          {"adapter targets match nothing, or not all layers", "어댑터 대상이 없거나 일부 층에만 있음"},
          {"Each name of target_modules is held against the modules in the adapter's file: a name "
           "without a module (major; a blocker when all are), layers without any adapter (major). Of a "
           "regular expression's names at least one must be in a module's (a symptom). "
           "layers_to_transform chosen by the user is respected.",
           "target_modules의 각 이름을 어댑터 파일의 모듈과 대조: 일치하는 모듈이 없는 이름(중대, 전부면 차단), 어댑터가 없는 "
           "층(중대). 정규식이면 그 이름 중 하나는 모듈 이름에 있어야 함(징후). 사용자가 정한 layers_to_transform은 존중."},
          {"huggingface/peft#40", "huggingface/peft#51", "huggingface/peft#1289",
           "cactus-compute/needle#53"},
          JudgeTargets};
}

Rule AdpNotAppliedRule() {
  return {"adp-not-applied",
          4,
          Severity::kBlocker,
          {"lora_B is still zero", "lora_B가 여전히 0"},
          {"A lora_B matrix starts at zero; one whose norm is below 1e-6 after training got no "
           "gradient or was not in the optimizer. An adapter saved before the first step is zero "
           "rightly. Keys that do not load, and equal logits, need a run.",
           "lora_B는 0에서 시작; 학습 후 노름이 1e-6 미만이면 그래디언트가 없었거나 optimizer에 없었음. 첫 스텝 전에 저장한 "
           "어댑터는 0이 정상. 로드되지 않는 키와 같은 로짓은 실행이 필요."},
          {"huggingface/transformers#34068", "huggingface/peft#1678", "huggingface/peft#2566",
           "huggingface/peft#2699", "locuslab/open-unlearning#178", "microsoft/LoRA#120",
           "huggingface/peft#1142", "alvdansen/signet-trainer#105"},
          JudgeZeros};
}

Rule CkpEmptyAdapterRule() {
  return {"ckp-empty-adapter",
          4,
          Severity::kBlocker,
          {"the saved adapter is empty or not finite", "저장된 어댑터가 비었거나 유한하지 않음"},
          {"A sharded save writes tensors of size zero, a truncated file, or NaN. Every tensor is "
           "read: an empty dimension, a non-finite value or an unreadable file is reported.",
           "분산 저장이 크기 0인 텐서, 잘린 파일, NaN을 남김. 모든 텐서를 읽어 빈 차원, 유한하지 않은 값, 읽을 수 없는 파일을 "
           "보고."},
          {"huggingface/trl#4416", "huggingface/peft#2892", "huggingface/peft#2450",
           "deepspeedai/DeepSpeed#7900", "getainode/ainode#186"},
          JudgeEmpty};
}

}  // namespace plumbline::audit
