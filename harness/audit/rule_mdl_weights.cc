// mdl-tied-weights-lost, prc-half-precision-weights, adp-merged-into-4bit: the model's own weights
// and their types.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "harness/audit/interval.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"
#include "harness/audit/weights.h"

namespace plumbline::audit {
namespace {

constexpr double kHalfUlpOfBf16 = 1.0 / 512;  // 2^-9: smaller relative steps round away
constexpr double kDefaultInitializer = 0.02;

constexpr Text kTiedLost = {
    "config.json ties the head to the embedding, and the weights hold neither: {names} are absent, "
    "both are random after loading",
    "config.json은 출력층을 임베딩에 묶지만 가중치에 둘 다 없음({names}): 로드 후 둘 다 무작위"};
constexpr Text kHeadLost = {
    "config.json says the head is untied, and lm_head.weight is not among the {n} tensors: it is "
    "random after loading",
    "config.json은 출력층을 묶지 않지만 텐서 {n}개에 lm_head.weight가 없음: 로드 후 무작위"};
constexpr Text kEqual = {
    "config.json says untied, but {head} and {source} are equal bit for bit: training kept them "
    "tied, loading will not",
    "config.json은 묶지 않는다고 하지만 {head}와(과) {source}이(가) 비트 단위로 같음: 학습은 묶인 채였고 로드 후에는 아님"};
constexpr Text kTiedDo = {
    "save the tensor under the name that is tied to, and check tie_word_embeddings",
    "묶이는 이름으로 텐서를 저장하고 tie_word_embeddings를 확인"};
constexpr Text kTiedSettle = {"load the export anew and compare its loss with the trained model's",
                              "내보낸 모델을 새로 로드해 손실을 비교"};
constexpr Text kNeedsWeights = {"needs config.json and model.safetensors",
                                "config.json과 model.safetensors 필요"};

constexpr Text kFp16 = {
    "the trained weights are float16: gradients overflow at 65504 and a scaler refuses them",
    "학습된 가중치가 float16: 그래디언트가 65504에서 넘치고 스케일러가 거부"};
constexpr Text kBf16 = {
    "the trained weights are bfloat16 without a float32 copy: a step of {rate} on weights of "
    "typically {size} is {ratio} of the weight, below 2^-9 it rounds away",
    "학습된 가중치가 float32 사본 없는 bfloat16: 일반적 크기 {size}인 가중치에 {rate} 스텝은 {ratio}배로, 2^-9 미만이면 "
    "반올림되어 사라짐"};
constexpr Text kHalfDo = {"load the weights in float32 and let bf16=True autocast",
                          "가중치를 float32로 로드하고 bf16=True로 autocast"};
constexpr Text kHalfSettle = {"count the weights that are bit-equal after 100 steps",
                              "100 스텝 뒤 비트가 그대로인 가중치를 셈"};
constexpr Text kNeedsType = {
    "needs the trained weights' type (config.json's dtype or the weights) and the learning rate",
    "학습된 가중치의 자료형(config.json dtype 또는 가중치)과 학습률 필요"};

constexpr Text kMerged = {
    "{key} is on and the base is 4-bit: merging rounds the adapter into the quantised weights, "
    "outputs shift",
    "{key} 설정이 켜져 있고 기본 모델이 4비트: 병합이 어댑터를 양자화 가중치로 반올림해 출력이 달라짐"};
constexpr Text kMergedDo = {"merge into the base loaded in 16 or 32 bit, or serve the adapter apart",
                            "16·32비트로 로드한 기본 모델에 병합하거나 어댑터를 따로 서빙"};
constexpr Text kMergedSettle = {
    "greedy token agreement of 50 prompts, merged against unmerged (0.98 or more is fine)",
    "프롬프트 50개의 greedy 토큰 일치율을 병합 전후로 비교(0.98 이상이면 정상)"};
constexpr Text kNeedsMerge = {"needs the quantization and merge settings", "양자화와 병합 설정 필요"};

constexpr const char* kHeads[] = {"lm_head.weight"};
constexpr const char* kSources[] = {"model.embed_tokens.weight", "model.shared.weight",
                                    "shared.weight", "transformer.wte.weight",
                                    "model.decoder.embed_tokens.weight",
                                    "decoder.embed_tokens.weight"};

const Tensor* FindAny(const Weights& weights, std::span<const char* const> names) {
  for (const char* name : names) {
    if (const Tensor* tensor = weights.Find(name)) return tensor;
  }
  return nullptr;
}

void JudgeTied(const Context& context, Sink& sink) {
  const Json& config = context.run.documents.config;
  const Weights weights = Weights::OfModel(context.run);
  if (!config.is_object() || weights.Empty() || !config.contains("tie_word_embeddings") ||
      !config["tie_word_embeddings"].is_boolean()) {
    sink.NotEvaluated(kNeedsWeights);
    return;
  }
  const Tensor* head = FindAny(weights, kHeads);
  const Tensor* source = FindAny(weights, kSources);
  const bool tied = config["tie_word_embeddings"].get<bool>();
  const bool causal = config.contains("architectures") &&
                      config["architectures"].dump().find("CausalLM") != std::string::npos;
  const auto say = [&](const Text& statement, const std::string& formula) -> Finding& {
    return sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, statement)
        .Formula(formula)
        .From({"config.json", "tie_word_embeddings", 0})
        .From({weights.tensors().front().file, "", 0})
        .Settle(kTiedSettle)
        .Do(kTiedDo);
  };
  if (tied && head == nullptr && source == nullptr) {
    say(kTiedLost, "0 of 7 known names").With("names", "lm_head.weight, *.embed_tokens.weight");
  } else if (!tied && causal && head == nullptr) {
    say(kHeadLost, "lm_head.weight absent").With("n", std::to_string(weights.tensors().size()));
  } else if (!tied && head != nullptr && source != nullptr &&
             std::ranges::equal(head->bytes, source->bytes)) {
    say(kEqual, std::to_string(head->bytes.size()) + " equal bytes")
        .With("head", head->name)
        .With("source", source->name);
  }
}

// What was trained: the adapter's type, else the weights', else config.json's word.
std::string TrainedType(const Evidence& run, const Weights& adapter, const Weights& model) {
  const Weights& trained = adapter.Empty() ? model : adapter;
  if (!trained.Empty()) return trained.tensors().front().dtype;
  if (run.documents.adapter_config.is_object()) return "";
  const Json& config = run.documents.config;
  for (const char* key : {"dtype", "torch_dtype"}) {
    if (!config.is_object() || !config.contains(key) || !config[key].is_string()) continue;
    const std::string word = config[key].get<std::string>();
    return word == "float16" ? "F16" : word == "bfloat16" ? "BF16" : "F32";
  }
  return "";
}

// The typical weight: the median of the largest matrix, else the initialiser's spread.
double TypicalWeight(const Evidence& run, const Weights& model) {
  const Tensor* largest = nullptr;
  for (const Tensor& tensor : model.tensors()) {
    if (largest == nullptr || tensor.bytes.size() > largest->bytes.size()) largest = &tensor;
  }
  if (largest != nullptr) return MedianAbs(*largest);
  const Json& config = run.documents.config;
  const auto range = NumberIn(config, "initializer_range");
  return range ? *range : NumberIn(config, "init_std").value_or(kDefaultInitializer);
}

void JudgeHalf(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const Weights adapter = Weights::OfAdapter(run);
  const Weights model = Weights::OfModel(run);
  const std::string type = TrainedType(run, adapter, model);
  const auto rate = run.Number("training.learning_rate");
  if (type.empty() || !rate || run.log.empty()) {
    sink.NotEvaluated(kNeedsType);
    return;
  }
  if (type == "F16") {
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.85, kFp16)
        .Formula("dtype F16")
        .From({model.Empty() && adapter.Empty() ? "config.json" : "weights", "dtype", 0})
        .Settle(kHalfSettle)
        .Do(kHalfDo);
    return;
  }
  if (type != "BF16") return;
  const double size = TypicalWeight(run, adapter.Empty() ? model : adapter);
  const double ratio = size > 0 ? *rate / size : 0;
  if (ratio <= 0 || ratio >= kHalfUlpOfBf16) return;
  const bool measured = !model.Empty() || !adapter.Empty();
  sink.Add(Verdict::kSymptom, Severity::kMajor, measured ? 0.8 : 0.65, kBf16)
      .With("rate", Show(*rate, 3))
      .With("size", Show(size, 3))
      .With("ratio", Show(ratio, 3))
      .Formula(Show(*rate, 3) + " / " + Show(size, 3) + " = " + Show(ratio, 3) + " < 0.00195")
      .From(run.Effective("training.learning_rate")->place)
      .From({measured ? "weights" : "config.json", "dtype", 0})
      .Settle(kHalfSettle)
      .Do(kHalfDo);
}

// The setting that merges the adapter; nullptr: none is on.
const Setting* MergeSetting(const Evidence& run) {
  for (const Setting& setting : run.settings) {
    const bool merges = setting.key.find("merge") != std::string::npos;
    if (merges && TruthOf(setting.text) == true) return &setting;
  }
  return nullptr;
}

bool IsFourBit(const Evidence& run) {
  if (run.Truth("quantization.load_in_4bit").value_or(false)) return true;
  const Json& config = run.documents.config;
  return config.is_object() && config.contains("quantization_config") &&
         FlagIn(config["quantization_config"], "load_in_4bit");
}

void JudgeMerged(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const Setting* merge = MergeSetting(run);
  const bool known = run.Effective("quantization.load_in_4bit") != nullptr ||
                     run.documents.config.is_object();
  if (!known) {
    sink.NotEvaluated(kNeedsMerge);
    return;
  }
  if (merge == nullptr || !IsFourBit(run)) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.85, kMerged)
      .With("key", merge->key)
      .FormulaAsItIs(merge->key + " = " + merge->text + ", load_in_4bit = true")
      .From(merge->place)
      .Settle(kMergedSettle)
      .Do(kMergedDo);
}

}  // namespace

Rule MdlTiedWeightsLostRule() {
  return {"mdl-tied-weights-lost",
          4,
          Severity::kBlocker,
          {"a tied head is lost, or an untied one is tied", "묶인 출력층이 사라졌거나 잘못 묶임"},
          {"config.json's tie_word_embeddings against the weights: tied with neither head nor "
           "embedding saved, untied without a head, untied with a head equal to the embedding bit "
           "for bit. A model that copies its embedding on purpose is equal rightly at step 0.",
           "config.json의 tie_word_embeddings와 가중치를 대조: 묶였는데 둘 다 없음, 묶지 않았는데 출력층이 없음, 묶지 않았는데 "
           "임베딩과 비트가 같음. 의도적으로 복사한 모델은 0스텝에서 같은 것이 정상."},
          {"huggingface/transformers#48154", "huggingface/transformers#41038",
           "huggingface/transformers#30202", "huggingface/accelerate#2875"},
          JudgeTied};
}

Rule PrcHalfPrecisionWeightsRule() {
  return {"prc-half-precision-weights",
          4,
          Severity::kBlocker,
          {"trained weights in half precision", "학습 가중치가 반정밀도"},
          {"Weights that are trained in bfloat16 lose every update below half a unit of their last "
           "place (2^-9 of the weight); Adam's step is about the learning rate. The size of the "
           "weights is measured where they are saved, else taken from the initialiser. Trained "
           "float16 is a blocker. Optimizers with a float32 copy or stochastic rounding are fine, "
           "which cannot be seen here.",
           "bfloat16으로 학습되는 가중치는 마지막 자리의 절반(가중치의 2^-9) 미만 갱신을 잃음; Adam 스텝은 학습률 정도. 가중치 "
           "크기는 저장된 파일에서, 없으면 초기화 폭에서 얻음. float16 학습은 차단. float32 사본이나 확률적 반올림을 쓰는 "
           "optimizer는 문제없으나 여기서는 보이지 않음."},
          {"pytorch/ao#1124", "workofart/ml-by-hand#85", "meta-pytorch/torchtune#2254",
           "huggingface/peft#1249", "huggingface/peft#1706", "huggingface/transformers#25021"},
          JudgeHalf};
}

Rule AdpMergedInto4bitRule() {
  return {"adp-merged-into-4bit",
          4,
          Severity::kMajor,
          {"the adapter is merged into 4-bit weights", "어댑터를 4비트 가중치에 병합"},
          {"A merge setting is on while the base is loaded in 4 bit. Silent without such a "
           "setting, or when the base is not 4-bit. Whether outputs really move needs 50 prompts.",
           "기본 모델을 4비트로 로드한 채 병합 설정이 켜져 있음. 설정이 없거나 4비트가 아니면 침묵. 실제 출력 변화는 프롬프트 "
           "50개로 확인."},
          {"huggingface/peft#2321", "huggingface/peft#1043", "huggingface/peft#2502",
           "huggingface/peft#851"},
          JudgeMerged};
}

}  // namespace plumbline::audit
