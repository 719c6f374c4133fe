// prc-skipped-steps-uncounted and prc-bnb-compute-fp32.
#include "harness/audit/phrase.h"
#include "harness/audit/make_rule.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kSkipped = {
    "{skipped} of {steps} steps updated nothing ({share}), while the schedule went on",
    "{steps}스텝 중 {skipped}스텝은 갱신되지 않았으나 ({share}) 스케줄은 진행됨"};
constexpr Text kSkippedDo = {"count optimizer updates, and step the scheduler with them",
                             "옵티마이저 갱신을 세고 스케줄러를 함께 진행할 것"};
constexpr Text kSkippedNeeds = {"needs counted optimizer updates beside the global step",
                                "전역 스텝과 함께 센 옵티마이저 갱신 수 필요"};

void Skipped(const Context& context, Sink& sink) {
  const Reading* updates = context.run.Fact("optimizer_updates");
  const auto steps = context.timeline.executed_steps;
  // Steps worked out from printed epochs are good to a few.
  const bool counted = context.run.Fact("state.global_step") != nullptr ||
                       (!context.run.log.empty() && context.run.log.front().Find("step") != nullptr);
  if (updates == nullptr || !steps || !counted) {
    sink.NotEvaluated(kSkippedNeeds);
    return;
  }
  const auto total = static_cast<double>(*steps);
  const double skipped = total - updates->value.value;
  if (skipped <= 0.01 * total) return;
  sink.Add(Verdict::kContradiction, Severity::kMajor, 0.95, kSkipped)
      .With("skipped", Show(skipped))
      .With("steps", Show(total))
      .With("share", Percent(skipped / total))
      .Formula(Show(total) + " - " + updates->value.text + " = " + Show(skipped))
      .From(updates->place)
      .Do(kSkippedDo);
}

constexpr Text kBnb = {
    "4-bit layers compute in fp32 (bnb_4bit_compute_dtype {dtype}): a large slowdown without a "
    "warning",
    "4비트 층이 fp32로 계산됨 (bnb_4bit_compute_dtype {dtype}): 경고 없이 크게 느려짐"};
constexpr Text kBnbDo = {"set bnb_4bit_compute_dtype to bfloat16 where the device has it",
                         "장치가 지원하면 bnb_4bit_compute_dtype을 bfloat16으로"};
constexpr Text kBnbNeeds = {"needs quantization settings with their compute type",
                            "계산 자료형을 포함한 양자화 설정 필요"};

void BnbCompute(const Context& context, Sink& sink) {
  const Setting* dtype = context.run.Effective("quantization.bnb_4bit_compute_dtype");
  const auto four_bit = context.run.Truth("quantization.load_in_4bit");
  if (!four_bit) {
    sink.NotEvaluated(kBnbNeeds);
    return;
  }
  if (!*four_bit) return;
  const Setting* device = context.run.Effective("runtime.device");
  if (device != nullptr && device->text == "cpu") return;  // fp32 is the fast type there
  if (dtype == nullptr && context.run.Find("quantization.load_in_4bit", Layer::kResolved) == nullptr) {
    sink.NotEvaluated(kBnbNeeds);  // an excerpt of a file leaves things out
    return;
  }
  if (dtype != nullptr && dtype->text.find("32") == std::string::npos) return;
  const std::string type = dtype == nullptr ? "unset" : dtype->text;
  const std::string type_korean = dtype == nullptr ? "미설정" : dtype->text;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kBnb)
      .With("dtype", type, type_korean)
      .Formula("load_in_4bit = true, compute type " + type, "load_in_4bit = true, 계산 자료형 " + type_korean)
      .From(context.run.Effective("quantization.load_in_4bit")->place)
      .Do(kBnbDo);
}

}  // namespace

Rule PrcSkippedStepsUncountedRule() {
  return MakeRule("prc-skipped-steps-uncounted", Severity::kMajor,
              {"updates are skipped while steps and schedule go on",
               "갱신은 건너뛰는데 스텝과 스케줄은 진행됨"},
              {"Fewer optimizer updates were counted than global steps, by more than 1 %.",
               "센 옵티마이저 갱신이 전역 스텝보다 1 % 넘게 적음."},
              {"huggingface/transformers#11106", "huggingface/transformers#11144",
               "Lightning-AI/pytorch-lightning#18828", "pytorch/pytorch#55585"},
              Skipped);
}

Rule PrcBnbComputeFp32Rule() {
  return MakeRule("prc-bnb-compute-fp32", Severity::kMajor,
              {"4-bit layers compute in fp32", "4비트 층이 fp32로 계산됨"},
              {"load_in_4bit is on and the compute type is fp32, or unset in resolved settings. Silent "
               "for runs that say they were on a CPU, where fp32 is the fast type.",
               "load_in_4bit이 켜져 있고 계산 자료형이 fp32이거나 확정된 설정에 없음. fp32가 빠른 CPU에서 "
               "실행했다고 밝힌 실행에는 침묵."},
              {"bitsandbytes-foundation/bitsandbytes#2077", "bitsandbytes-foundation/bitsandbytes#1515",
               "h2oai/h2ogpt#682", "bigcode-project/bigcode-evaluation-harness#192"},
              BnbCompute);
}

}  // namespace plumbline::audit
