// cfg-launcher-disagrees, cfg-stop-rule-overrides-epochs, cfg-flag-without-trace.
#include <algorithm>
#include <cmath>
#include <set>

#include "harness/audit/phrase.h"
#include "harness/audit/make_rule.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kLauncher = {
    "{key}: the launcher's {file} says {launcher}, the run {run}",
    "{key}: 런처 파일 {file}은(는) {launcher}, 실행은 {run}"};
constexpr Text kLauncherBatch = {
    "the launcher's train_batch_size {total} is not micro-batch x accumulation x processes = {product}",
    "런처의 train_batch_size {total}이(가) 마이크로 배치 x 누적 x 프로세스 = {product}와(과) 다름"};
constexpr Text kLauncherDo = {"write \"auto\" in the launcher's file, or the same value in both",
                              "런처 파일에 \"auto\"를 쓰거나 양쪽에 같은 값을 쓸 것"};
constexpr Text kLauncherNeeds = {"needs a launcher's file (DeepSpeed, accelerate) beside settings",
                                 "설정과 함께 런처 파일(DeepSpeed, accelerate) 필요"};

const Setting* WithoutLauncher(const Evidence& run, const std::string& key) {
  for (const Layer layer : {Layer::kResolved, Layer::kCommandLine, Layer::kFile}) {
    if (const Setting* setting = run.Find(key, layer)) return setting;
  }
  return nullptr;
}

bool Differs(const std::string& a, const std::string& b) {
  const auto x = ParseDecimal(a);
  const auto y = ParseDecimal(b);
  if (x && y) return x->value != y->value;
  if (TruthOf(a) && TruthOf(b)) return TruthOf(a) != TruthOf(b);
  return a != b;
}

void LauncherBatch(const Evidence& run, Sink& sink) {
  const auto number = [&](const char* key) -> std::optional<double> {
    const Setting* setting = run.Find(key, Layer::kLauncher);
    if (setting == nullptr || setting->text == "auto") setting = WithoutLauncher(run, key);
    const auto parsed = setting == nullptr ? std::nullopt : ParseDecimal(setting->text);
    return parsed ? std::optional(parsed->value) : std::nullopt;
  };
  const Setting* total = run.Find("training.train_batch_size", Layer::kLauncher);
  const auto parsed = total == nullptr ? std::nullopt : ParseDecimal(total->text);
  const auto micro = number("training.per_device_train_batch_size");
  const auto accumulation = number("training.gradient_accumulation_steps");
  const auto world = number("training.world_size");
  if (!parsed || !micro || !accumulation) return;
  const double product = *micro * *accumulation * world.value_or(1);
  // Without the number of processes any multiple may be right.
  const bool wrong = world ? parsed->value != product : std::fmod(parsed->value, product) != 0;
  if (!wrong) return;
  sink.Add(Verdict::kContradiction, Severity::kBlocker, 0.95, kLauncherBatch)
      .With("total", total->text)
      .With("product", Show(product))
      .Formula(Show(*micro) + " * " + Show(*accumulation) + " * " + Show(world.value_or(1)) + " = " +
               Show(product))
      .From(total->place)
      .Do(kLauncherDo);
}

void LauncherDisagrees(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  bool any = false;
  std::set<std::string> keys;
  for (const Setting& setting : run.settings) {
    if (setting.layer != Layer::kLauncher) continue;
    any = true;
    if (setting.text == "auto" || setting.key.starts_with("other.") ||
        !keys.insert(setting.key).second) {
      continue;
    }
    if (setting.key == "training.mixed_precision" || setting.key == "training.train_batch_size") {
      continue;
    }
    const Setting* other = WithoutLauncher(run, setting.key);
    if (other == nullptr || !Differs(setting.text, other->text)) continue;
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kLauncher)
        .With("key", setting.key)
        .With("file", setting.place.file)
        .With("launcher", setting.text)
        .With("run", other->text)
        .FormulaAsItIs(setting.text + " != " + other->text)
        .From(setting.place)
        .From(other->place)
        .Do(kLauncherDo);
  }
  if (!any) {
    sink.NotEvaluated(kLauncherNeeds);
    return;
  }
  LauncherBatch(run, sink);
}

constexpr Text kStop = {
    "max_steps {steps} replaces the {epochs} epochs asked for: {realised} epochs are trained",
    "max_steps {steps}이(가) 요청된 {epochs}에폭을 대신함: 실제로는 {realised}에폭 학습"};
constexpr Text kAutoBatch = {
    "auto_find_batch_size changed the micro-batch from {asked} to {used}; accumulation stayed, so the "
    "effective batch changed with it",
    "auto_find_batch_size가 마이크로 배치를 {asked}에서 {used}(으)로 바꿈; 누적은 그대로이므로 유효 배치도 바뀜"};
constexpr Text kStopDo = {"set one of max_steps and num_train_epochs",
                          "max_steps와 num_train_epochs 중 하나만 설정할 것"};
constexpr Text kStopNeeds = {"needs max_steps or auto_find_batch_size settings",
                             "max_steps 또는 auto_find_batch_size 설정 필요"};

// Epochs that a person asked for; the resolved 3.0 is transformers' default.
const Setting* AskedEpochs(const Evidence& run) {
  for (const Layer layer : {Layer::kCommandLine, Layer::kFile, Layer::kResolved}) {
    const Setting* setting = run.Find("training.num_train_epochs", layer);
    if (setting == nullptr) continue;
    const auto value = ParseDecimal(setting->text);
    if (layer == Layer::kResolved && value && value->value == 3) return nullptr;
    return setting;
  }
  return nullptr;
}

void StopRule(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const auto max_steps = run.Number("training.max_steps");
  const auto automatic = run.Truth("training.auto_find_batch_size");
  if (!max_steps && !automatic) {
    sink.NotEvaluated(kStopNeeds);
    return;
  }
  const Setting* epochs = AskedEpochs(run);
  const auto asked = epochs == nullptr ? std::nullopt : ParseDecimal(epochs->text);
  const Interval per_epoch = context.timeline.steps_per_epoch;
  // Our own loop refuses both in one layer and lists the other as shadowed.
  if (max_steps && *max_steps > 0 && asked && !per_epoch.Empty() && per_epoch.low > 0 &&
      !run.documents.ledger.is_object()) {
    const double realised = *max_steps / per_epoch.Middle();
    if (std::abs(realised - asked->value) > 0.1) {
      sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kStop)
          .With("steps", Show(*max_steps))
          .With("epochs", epochs->text)
          .With("realised", Show(realised, 3))
          .Formula(Show(*max_steps) + " / " + Show(per_epoch.Middle(), 4) + " = " + Show(realised, 3))
          .From(run.Effective("training.max_steps")->place)
          .From(epochs->place)
          .Do(kStopDo);
    }
  }
  const Reading* used = run.Fact("state.train_batch_size");
  const auto micro = run.Number("training.per_device_train_batch_size");
  if (automatic.value_or(false) && used != nullptr && micro && used->value.value < *micro) {
    sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kAutoBatch)
        .With("asked", Show(*micro))
        .With("used", used->value.text)
        .Formula(used->value.text + " < " + Show(*micro))
        .From(used->place)
        .Do(kStopDo);
  }
}

constexpr Text kNoAugmentation = {
    "augmentation {ratio} leaves no trace: {seen} rows were seen = {rows} x {epochs}, augmented they "
    "would be {expected}{rate}; a cap on the rows may have absorbed them",
    "증강 {ratio}의 흔적 없음: 본 행은 {seen} = {rows} x {epochs}, 증강되었다면 {expected}{rate}; 행 수 상한이 흡수했을 "
    "수 있음"};
constexpr Text kNoFolds = {
    "{k} folds leave no trace: {rows} rows an epoch were seen; {k} folds would train {k} times, or on "
    "{expected} rows each; the stage that uses folds may come later",
    "{k}겹 교차 검증의 흔적 없음: 에폭당 {rows}행을 봄; {k}겹이라면 {k}번 학습하거나 {expected}행씩 학습; 겹을 쓰는 "
    "단계가 나중일 수 있음"};
constexpr Text kFlagDo = {"count augmented rows and folds in the loop, and refuse a flag without effect",
                          "루프에서 증강 행과 겹을 세고, 효과 없는 플래그는 거부할 것"};
constexpr Text kFlagNeeds = {
    "needs augmentation or folds asked for, and the rows seen (train_samples_per_second x runtime)",
    "요청된 증강 또는 겹, 그리고 본 행 수(train_samples_per_second x runtime) 필요"};

// As many rows as the declared ones and their copies were seen; a part of a row is rounded either way.
bool CopiesWereSeen(const Context& context, double ratio) {
  const auto declared = context.run.Number("data.train_samples");
  const auto& epochs = context.timeline.epochs_planned;
  if (!declared || !epochs || context.timeline.rows_seen.Empty()) return false;
  const double rows = *declared * (1 + ratio);
  return !Disjoint(MakeInterval(std::floor(rows), std::ceil(rows)) * ExactInterval(*epochs),
                   context.timeline.rows_seen);
}

void FlagWithoutTrace(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const Timeline& timeline = context.timeline;
  const bool augmented = run.Truth("augmentation.enabled").value_or(false);
  const auto ratio = run.Number("augmentation.ratio");
  const auto folds = run.Number("folds.k");
  const bool copies = augmented && ratio && *ratio > 0;
  const bool folded = folds && *folds > 1;
  if (!copies && !folded) {
    sink.NotEvaluated(kFlagNeeds);
    return;
  }
  const bool added = copies && CopiesWereSeen(context, *ratio);
  if (added && !folded) return;
  if (!timeline.rows_observed || !timeline.epochs_planned) {
    sink.NotEvaluated(kFlagNeeds);
    return;
  }
  const auto rows = static_cast<double>(*timeline.rows_per_epoch);
  const Reading* runtime = run.Final("train_runtime");
  const std::string seen = Show(timeline.rows_seen.Middle(), 5);
  if (copies && !added && run.Number("data.max_train_samples").value_or(rows) == rows) {
    const double expected = rows * (1 + *ratio) * *timeline.epochs_planned;
    const std::string rate = Show(expected / runtime->value.value, 4);
    sink.Add(Verdict::kSymptom, Severity::kMajor, 0.85, kNoAugmentation)
        .With("ratio", Show(*ratio))
        .With("seen", seen)
        .With("rows", Show(rows))
        .With("epochs", Show(*timeline.epochs_planned))
        .With("expected", Show(expected, 6))
        .With("rate", " (" + rate + " samples/s)", " (초당 " + rate + " 샘플)")
        .Formula("samples/s * s = " + ShowInterval(timeline.rows_seen))
        .From(run.Effective("augmentation.ratio")->place)
        .From(runtime->place)
        .Do(kFlagDo);
  }
  if (folded) {
    sink.Add(Verdict::kSymptom, Severity::kMajor, 0.6, kNoFolds)
        .With("k", Show(*folds))
        .With("rows", Show(rows))
        .With("expected", Show(rows * (*folds - 1) / *folds, 5))
        .Formula("samples/s * s / epochs = " + Show(rows) + " = all rows, one run")
        .From(run.Effective("folds.k")->place)
        .From(runtime->place)
        .Do(kFlagDo);
  }
}

}  // namespace

Rule CfgLauncherDisagreesRule() {
  return MakeRule("cfg-launcher-disagrees", Severity::kBlocker,
              {"the launcher's file carries other values", "런처 파일이 다른 값을 가짐"},
              {"A key of a DeepSpeed or accelerate file that is not \"auto\" differs from the run's; or "
               "train_batch_size is not micro-batch x accumulation x processes.",
               "DeepSpeed·accelerate 파일의 \"auto\"가 아닌 키가 실행과 다름; 또는 train_batch_size가 곱과 다름."},
              {"hiyouga/LlamaFactory#201", "hiyouga/LlamaFactory#1116", "deepspeedai/DeepSpeed#17",
               "deepspeedai/DeepSpeed#3982", "yuvalkirstain/PickScore#18", "hendrycks/apps#9"},
              LauncherDisagrees);
}

Rule CfgStopRuleOverridesEpochsRule() {
  return MakeRule("cfg-stop-rule-overrides-epochs", Severity::kMajor,
              {"max_steps replaces the epochs that were asked for", "max_steps가 요청된 에폭을 대신함"},
              {"max_steps > 0 and epochs asked for differ by more than 0.1 epoch; or the automatic batch "
               "finder changed the micro-batch.",
               "max_steps > 0이고 요청 에폭과 0.1에폭 넘게 차이; 또는 자동 배치 탐색이 마이크로 배치를 바꿈."},
              {"caikit/caikit-nlp#295", "sillsdev/silnlp#424"}, StopRule);
}

Rule CfgFlagWithoutTraceRule() {
  return MakeRule("cfg-flag-without-trace", Severity::kMajor,
              {"a requested feature leaves no trace", "요청한 기능의 흔적이 없음"},
              {"Augmentation or folds were asked for, and the rows seen equal those without. The feature "
               "may act later in the pipeline, or a cap may absorb it.",
               "증강이나 겹이 요청되었으나 본 행 수가 없을 때와 같음. 나중 단계에서 작동하거나 상한이 흡수할 수 있음."},
              {"arithmetic"}, FlagWithoutTrace);
}

}  // namespace plumbline::audit
