// Precision: prc-nan-grad-persistent, prc-nan-filter-hides-loss, prc-t5-family-fp16.
#include <algorithm>

#include "harness/audit/phrase.h"
#include "harness/audit/make_rule.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kNan = {
    "gradients are not finite from step {first} to {last}: {steps} steps, {share} of the run{eval}; "
    "a status of success is invalid past step {first}",
    "{first}스텝부터 {last}스텝까지 그래디언트가 유한하지 않음: {steps}스텝, 실행의 {share}{eval}; {first}스텝 이후 "
    "'성공' 상태는 무효"};
constexpr Text kNanBest = {
    "steps {first} to {last} are not usable; the best-scoring step {best} precedes them, so its score "
    "stands if that checkpoint was served",
    "{first}~{last}스텝은 사용할 수 없음; 점수가 가장 좋은 {best}스텝은 그 이전이므로 그 체크포인트를 썼다면 점수는 유효"};
constexpr Text kNanSettle = {
    "check the saved weights for non-finite values and the scaler's scale at step {first}",
    "저장된 가중치의 비유한 값과 {first}스텝의 스케일러 값을 확인"};
constexpr Text kNanDo = {
    "use a checkpoint from before step {first}; rerun in bf16 or fp32, and stop on a non-finite norm",
    "{first}스텝 이전 체크포인트를 사용; bf16 또는 fp32로 다시 실행하고 비유한 노름에서 멈출 것"};
constexpr Text kNanNeeds = {"needs grad_norm in the log", "기록에 grad_norm 필요"};

bool FiniteAt(const Point& point) {
  const Reading* norm = point.Find("grad_norm");
  return norm == nullptr || norm->value.Finite();
}

double StepAt(const Context& context, size_t i) {
  const auto& step = context.timeline.log_steps[i];
  return step ? static_cast<double>(*step) : static_cast<double>(i + 1);
}

struct NanWindow {
  double first = 0;
  double last = 0;
  double run = 0;  // steps of the whole run
  size_t points = 0;
  Place place;
};

// From log points, else from a report's "NaN from step N".
std::optional<NanWindow> WindowOf(const Context& context) {
  const Evidence& run = context.run;
  NanWindow window;
  size_t longest = 0;
  size_t current = 0;
  size_t with_norm = 0;
  size_t begin = 0;
  for (size_t i = 0; i < run.log.size(); ++i) {
    if (run.log[i].Find("grad_norm") != nullptr) ++with_norm;
    if (FiniteAt(run.log[i])) {
      current = 0;
      continue;
    }
    if (current++ == 0) begin = i;
    ++window.points;
    if (current > longest) {
      longest = current;
      window.first = StepAt(context, begin);
      window.last = StepAt(context, i);
      window.place = run.log[begin].Find("grad_norm")->place;
    }
  }
  if (const Reading* from = run.Fact("nan_from_step")) {
    const Reading* reached = run.Fact("executed_steps");
    window.first = from->value.value;
    window.run = reached != nullptr ? reached->value.value : window.first;
    if (context.timeline.executed_steps) {
      window.run = std::max(window.run, static_cast<double>(*context.timeline.executed_steps));
    }
    window.last = window.run;
    window.place = from->place;
    return window;
  }
  if (with_norm == 0 || longest == 0) return std::nullopt;
  window.run = StepAt(context, run.log.size() - 1);
  // An isolated overflow of the scaler in the first 5 % is its normal search for a scale.
  const double share = static_cast<double>(window.points) / static_cast<double>(with_norm);
  const bool isolated = longest < 2 && (share <= 0.01 || window.last <= 0.05 * window.run);
  if (isolated) return std::nullopt;
  return window;
}

bool HasNorms(const Context& context) {
  if (context.run.Fact("nan_from_step") != nullptr) return true;
  return std::ranges::any_of(context.run.log,
                             [](const Point& p) { return p.Find("grad_norm") != nullptr; });
}

// Evaluations inside the window whose losses differ: then not every update was skipped.
Operand EvalInside(const Context& context, const NanWindow& window) {
  std::vector<double> inside;
  for (const Point& point : context.run.evaluations) {
    const Reading* step = point.Find("step");
    const Reading* loss = point.Find("eval_loss");
    if (step != nullptr && loss != nullptr && step->value.value >= window.first) {
      inside.push_back(loss->value.value);
    }
  }
  const auto [low, high] = std::ranges::minmax_element(inside);
  if (inside.size() >= 2 && *low != *high) {
    return {"eval",
            "; the evaluation loss still moves inside it, so not all updates were skipped and the "
            "weights are at risk",
            "; 구간 안에서 평가 손실이 변하므로 모든 갱신이 생략된 것은 아니며 가중치가 위험함"};
  }
  if (inside.size() >= 2) {
    return {"eval", "; the evaluation loss stands still inside it: training had stopped",
            "; 구간 안에서 평가 손실이 멈춤: 학습이 멈춘 상태"};
  }
  if (context.run.Fact("eval_rises_from") != nullptr) {
    const std::string from = context.run.Fact("eval_rises_from")->value.text;
    return {"eval",
            "; the evaluation loss still moves (rising from step " + from +
                "): not all updates were skipped, or the curve mixes causes",
            "; 평가 손실이 계속 변함 (" + from +
                "스텝부터 상승): 모든 갱신이 생략된 것은 아니거나 원인이 섞여 있음"};
  }
  return {"eval", "", ""};
}

void NanGrad(const Context& context, Sink& sink) {
  if (!HasNorms(context)) {
    sink.NotEvaluated(kNanNeeds);
    return;
  }
  const auto window = WindowOf(context);
  if (!window) return;
  const Operand eval = EvalInside(context, *window);
  const double steps = window->last - window->first;
  const double share = window->run > 0 ? steps / window->run : 0;
  sink.Add(Verdict::kContradiction, Severity::kBlocker, 0.97, kNan)
      .With("first", Show(window->first))
      .With("last", Show(window->last))
      .With("steps", Show(steps))
      .With("share", Percent(share))
      .With("eval", eval.value, eval.korean)
      .Formula("(" + Show(window->last) + " - " + Show(window->first) + ") / " + Show(window->run) +
               " = " + Percent(share))
      .From(window->place)
      .Settle(kNanSettle)
      .Do(kNanDo);
  const Reading* best = context.run.Fact("best_step");
  if (best == nullptr) best = context.run.Fact("state.best_global_step");
  if (best == nullptr || !(best->value.value > 0) || best->value.value >= window->first) return;
  sink.Add(Verdict::kNote, Severity::kInfo, 0.9, kNanBest)
      .With("first", Show(window->first))
      .With("last", Show(window->last))
      .With("best", best->value.text)
      .Formula(best->value.text + " < " + Show(window->first))
      .From(best->place)
      .From(window->place);
}

constexpr Text kFilter = {
    "a finite loss ({loss} at step {step}) is printed while the gradient is not finite: "
    "logging_nan_inf_filter (on by default) replaces non-finite losses by the running mean; {count} "
    "printed losses cannot be trusted",
    "그래디언트가 유한하지 않은데 유한한 손실({step}스텝의 {loss})이 인쇄됨: logging_nan_inf_filter(기본 켜짐)가 "
    "비유한 손실을 이동 평균으로 바꿈; 인쇄된 손실 {count}개는 믿을 수 없음"};
constexpr Text kFilterDo = {"set logging_nan_inf_filter to false and look at the raw losses",
                            "logging_nan_inf_filter를 false로 두고 원래 손실을 볼 것"};

void NanFilter(const Context& context, Sink& sink) {
  if (!HasNorms(context)) {
    sink.NotEvaluated(kNanNeeds);
    return;
  }
  const auto window = WindowOf(context);
  if (!window || context.run.Truth("training.logging_nan_inf_filter") == false) return;
  const Reading* first = nullptr;
  double step = 0;
  size_t count = 0;
  for (size_t i = 0; i < context.run.log.size(); ++i) {
    const Reading* loss = context.run.log[i].Find("loss");
    const bool inside = StepAt(context, i) >= window->first && StepAt(context, i) <= window->last;
    const bool hidden = context.run.Fact("nan_from_step") != nullptr || !FiniteAt(context.run.log[i]);
    if (loss == nullptr || !loss->value.Finite() || !inside || !hidden) continue;
    if (first == nullptr) {
      first = loss;
      step = StepAt(context, i);
    }
    ++count;
  }
  if (first == nullptr) return;
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.85, kFilter)
      .With("loss", first->value.text)
      .With("step", Show(step))
      .With("count", std::to_string(count))
      .Formula("loss " + first->value.text + " finite, grad_norm NaN at step " + Show(step))
      .From(first->place)
      .From(window->place)
      .Do(kFilterDo);
}

constexpr Text kT5 = {
    "{family} runs in fp16: its feed-forward activations exceed fp16's 65504{seen}",
    "{family}이(가) fp16으로 실행됨: 피드포워드 활성값이 fp16의 65504를 넘음{seen}"};
constexpr Text kT5Do = {"train and generate in bf16 or fp32, or keep the feed-forward output in fp32",
                        "bf16 또는 fp32로 학습·생성하거나 피드포워드 출력을 fp32로 유지"};
constexpr Text kT5Needs = {"needs the model's family and the precision settings",
                           "모델 계열과 정밀도 설정 필요"};

bool UsesFp16(const Evidence& run, Place* place) {
  for (const char* key : {"training.fp16", "training.mixed_precision"}) {
    const Setting* setting = run.Effective(key);
    if (setting == nullptr) continue;
    if (TruthOf(setting->text) == true || setting->text == "fp16") {
      *place = setting->place;
      return true;
    }
  }
  return false;
}

void T5Fp16(const Context& context, Sink& sink) {
  const std::string family = FamilyOf(context.run);
  const bool set = context.run.Effective("training.fp16") != nullptr ||
                   context.run.Effective("training.mixed_precision") != nullptr;
  if (family.empty() || !set) {
    sink.NotEvaluated(kT5Needs);
    return;
  }
  const bool t5 = family.find("t5") != std::string::npos;
  Place place;
  if (!t5 || !UsesFp16(context.run, &place)) return;
  const bool nan = HasNorms(context) && WindowOf(context).has_value();
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kT5)
      .With("family", family)
      .With("seen", nan ? "; non-finite gradients were seen" : "",
            nan ? "; 비유한 그래디언트가 관측됨" : "")
      .Formula("family " + family + ", fp16 = true", "계열 " + family + ", fp16 = true")
      .From(place)
      .Do(kT5Do);
}

}  // namespace

Rule PrcNanGradPersistentRule() {
  return MakeRule("prc-nan-grad-persistent", Severity::kBlocker,
              {"gradients stay non-finite over a window of steps", "그래디언트가 구간에 걸쳐 비유한"},
              {"Two or more neighbouring log points, or more than 1 % of all, have a non-finite "
               "grad_norm. One overflow of the scaler in the first 5 % is allowed.",
               "이웃한 기록 두 개 이상 또는 전체의 1 % 초과에서 grad_norm이 비유한. 처음 5 %의 단발성 스케일러 "
               "오버플로는 허용."},
              {"getainode/ainode#186", "modelscope/ms-swift#1099", "LLaVA-VL/LLaVA-NeXT#435",
               "unslothai/unsloth#3006"},
              NanGrad);
}

Rule PrcNanFilterHidesLossRule() {
  return MakeRule("prc-nan-filter-hides-loss", Severity::kMajor,
              {"the logger prints a finite loss where the gradient is not finite",
               "그래디언트가 비유한인 곳에 유한한 손실이 인쇄됨"},
              {"A finite loss at a point, or inside a window, whose grad_norm is not finite, with "
               "logging_nan_inf_filter not switched off.",
               "grad_norm이 비유한인 지점이나 구간에 유한한 손실이 있고 logging_nan_inf_filter가 꺼져 있지 않음."},
              {"huggingface/trl#6702", "huggingface/transformers#13619",
               "huggingface/transformers#13758"},
              NanFilter);
}

Rule PrcT5FamilyFp16Rule() {
  return MakeRule("prc-t5-family-fp16", Severity::kBlocker,
              {"T5, mT5 and their kin overflow in fp16", "T5·mT5 계열은 fp16에서 넘침"},
              {"The model is t5, mt5, umt5, flan-t5 or longt5 and fp16 is on. Small variants may "
               "survive.",
               "모델이 t5·mt5·umt5·flan-t5·longt5이고 fp16이 켜짐. 작은 변형은 괜찮을 수 있음."},
              {"huggingface/transformers#9295", "huggingface/transformers#5651",
               "huggingface/transformers#10956", "huggingface/transformers#11461",
               "huggingface/transformers#11735",
               "google-research/text-to-text-transfer-transformer#539"},
              T5Fp16);
}

}  // namespace plumbline::audit
