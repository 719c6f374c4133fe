// Losses that do not fit: opt-accum-loss-not-normalised, opt-seq2seq-accumulation-inflated,
// opt-loss-gap-wrong-sign.
#include <algorithm>
#include <cmath>

#include "harness/audit/phrase.h"
#include "harness/audit/make_rule.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr double kNearAccumulation = 0.15;

constexpr Text kScaled = {
    "the logged training loss is {ratio} times the evaluation loss, and accumulation is {n}: the "
    "loss is multiplied by the accumulation",
    "기록된 학습 손실이 평가 손실의 {ratio}배이고 누적은 {n}: 손실에 누적이 곱해짐"};
constexpr Text kInflated = {
    "encoder-decoder, accumulation {n}, transformers' Trainer, no label smoothing: loss and gradient "
    "norm are {n} times too large (training loss {train} against evaluation loss {eval}: {ratio} "
    "times); clipping and Adam hide most of it",
    "인코더-디코더, 누적 {n}, transformers Trainer, 레이블 스무딩 없음: 손실과 그래디언트 노름이 {n}배 큼 (학습 손실 "
    "{train}, 평가 손실 {eval}: {ratio}배); 클리핑과 Adam이 대부분을 가림"};
constexpr Text kInflatedUnseen = {
    "encoder-decoder, accumulation {n}, transformers' Trainer, no label smoothing: loss and gradient "
    "norm are {n} times too large in the affected versions (4.46 on); no evaluation loss is there "
    "to confirm it",
    "인코더-디코더, 누적 {n}, transformers Trainer, 레이블 스무딩 없음: 해당 버전(4.46 이후)에서 손실과 그래디언트 "
    "노름이 {n}배 큼; 확인할 평가 손실이 없음"};
constexpr Text kInflatedSettle = {
    "train the same rows with accumulation 1 and {n}: the first logged losses must agree",
    "같은 행을 누적 1과 {n}(으)로 학습: 첫 손실이 같아야 함"};
constexpr Text kInflatedDo = {
    "divide logged losses and norms by {n}; raise the micro-batch instead of accumulation, or set "
    "label_smoothing_factor, whose path divides rightly",
    "기록된 손실과 노름을 {n}(으)로 나눌 것; 누적 대신 마이크로 배치를 키우거나 바르게 나누는 "
    "label_smoothing_factor를 설정할 것"};
constexpr Text kInflatedByUs = {
    "encoder-decoder, accumulation {n}, training.loss_normalization = hf_seq2seq_bug, no label "
    "smoothing: loss and gradient norm are {times} times the mean over each step's tokens, as "
    "transformers' Trainer has them; clipping and Adam hide most of it",
    "인코더-디코더, 누적 {n}, training.loss_normalization = hf_seq2seq_bug, 레이블 스무딩 없음: 손실과 그래디언트 "
    "노름이 transformers Trainer처럼 스텝 토큰 평균의 {times}배; 클리핑과 Adam이 대부분을 가림"};
constexpr Text kInflatedByUsDo = {
    "train with training.loss_normalization: tokens, or divide logged losses and norms by {times} "
    "before comparing them with another accumulation",
    "training.loss_normalization: tokens로 학습하거나, 다른 누적과 비교하기 전에 손실과 노름을 {times}(으)로 나눌 것"};
constexpr Text kAccumNeeds = {"needs gradient_accumulation_steps above 1 with training and evaluation losses",
                              "1보다 큰 gradient_accumulation_steps와 학습·평가 손실 필요"};

// transformers' Trainer wrote it: its state or arguments are there, and no ledger of ours.
bool ByTrainer(const Evidence& run) {
  if (run.documents.ledger.is_object()) return false;
  return run.documents.training_args.is_object() || run.Fact("state.global_step") != nullptr ||
         run.words.contains("trainer");
}

// Our own loop, told to repeat transformers.
const Setting* ToldToInflate(const Evidence& run) {
  const Setting* setting = run.Effective("training.loss_normalization");
  return setting != nullptr && setting->text == "hf_seq2seq_bug" ? setting : nullptr;
}

// What the ledger counted; the accumulation where it is too old to say.
double CountedWeight(const Evidence& run, double accumulation) {
  static const Json::json_pointer kPlace("/observed/loss_weight_max");
  const Json& ledger = run.documents.ledger;
  if (!ledger.is_object() || !ledger.contains(kPlace)) return accumulation;
  return ledger.at(kPlace).is_number() ? ledger.at(kPlace).get<double>() : accumulation;
}

void InflatedByUs(const Evidence& run, const Setting& told, double accumulation, Sink& sink) {
  const double weight = CountedWeight(run, accumulation);
  if (weight <= 1) return;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.99, kInflatedByUs)
      .With("n", Show(accumulation))
      .With("times", Show(weight))
      .Formula("tokens / divisor of their loss, summed over one optimizer step = " + Show(weight) +
               "; 1 is the mean")
      .From(told.place)
      .From({"ledger.json", "observed.loss_weight_max", 0})
      .Settle(kInflatedSettle)
      .Do(kInflatedByUsDo);
}

struct LossRatio {
  Reading train;
  Reading eval;
  double ratio = 0;
};

// The training point nearest to the first evaluation at or after the run's middle.
std::optional<LossRatio> RatioOf(const Evidence& run) {
  std::optional<LossRatio> best;
  double nearest = 1e300;
  for (const Point& eval : run.evaluations) {
    const Reading* eval_loss = eval.Find("eval_loss");
    const Reading* at = eval.Find("epoch");
    if (at == nullptr) at = eval.Find("step");
    if (eval_loss == nullptr || !(eval_loss->value.value > 0) || at == nullptr) continue;
    for (const Point& point : run.log) {
      const Reading* loss = point.Find("loss");
      const Reading* when = point.Find(at == eval.Find("epoch") ? "epoch" : "step");
      if (loss == nullptr || when == nullptr || !loss->value.Finite()) continue;
      const double away = std::abs(when->value.value - at->value.value);
      if (away > nearest) continue;
      nearest = away;
      best = {*loss, *eval_loss, loss->value.value / eval_loss->value.value};
    }
  }
  return best;
}

void AccumLoss(const Context& context, Sink& sink) {
  const auto n = context.run.Number("training.gradient_accumulation_steps");
  const auto ratio = RatioOf(context.run);
  if (!n || *n < 2 || !ratio) {
    sink.NotEvaluated(kAccumNeeds);
    return;
  }
  const bool is_told = ByTrainer(context.run) || ToldToInflate(context.run) != nullptr;
  if (IsSequenceToSequence(context.run) && is_told) return;  // the rule below
  if (std::abs(ratio->ratio / *n - 1) > kNearAccumulation) return;
  sink.Add(Verdict::kSymptom, Severity::kBlocker, 0.85, kScaled)
      .With("ratio", Show(ratio->ratio, 3))
      .With("n", Show(*n))
      .Formula(ratio->train.value.text + " / " + ratio->eval.value.text + " = " +
               Show(ratio->ratio, 3))
      .From(ratio->train.place)
      .From(ratio->eval.place)
      .Settle(kInflatedSettle)
      .Do(kInflatedDo);
}

void Seq2seqAccumulation(const Context& context, Sink& sink) {
  const Evidence& run = context.run;
  const auto n = run.Number("training.gradient_accumulation_steps");
  const Setting* told = ToldToInflate(run);
  const bool is_ours = run.Effective("training.loss_normalization") != nullptr;
  if (!n || FamilyOf(run).empty() || !(is_ours || ByTrainer(run))) {
    static constexpr Text kNeeds = {
        "needs transformers' trainer_state or training_args (or a run of our own), the model's "
        "family and accumulation",
        "transformers의 trainer_state 또는 training_args(또는 자체 실행), 모델 계열, 누적 설정 필요"};
    sink.NotEvaluated(kNeeds);
    return;
  }
  const double smoothing = run.Number("training.label_smoothing_factor").value_or(0);
  if (*n < 2 || !IsSequenceToSequence(run) || smoothing > 0) return;
  if (told != nullptr) return InflatedByUs(run, *told, *n, sink);
  if (is_ours) return;
  const auto ratio = RatioOf(run);
  // An older version divides: then the two losses are of one size.
  if (ratio && ratio->ratio < 0.6 * *n) return;
  Finding& finding =
      sink.Add(ratio ? Verdict::kDefect : Verdict::kSymptom,
               ratio ? Severity::kBlocker : Severity::kMajor, ratio ? 0.97 : 0.6,
               ratio ? kInflated : kInflatedUnseen)
          .With("n", Show(*n))
          .With("train", ratio ? ratio->train.value.text : "?")
          .With("eval", ratio ? ratio->eval.value.text : "?")
          .With("ratio", ratio ? Show(ratio->ratio, 3) : "?")
          .Formula("accumulation = " + Show(*n) +
                   (ratio ? "; " + ratio->train.value.text + " / " + ratio->eval.value.text + " = " +
                                Show(ratio->ratio, 3)
                          : ""))
          .From(run.Effective("training.gradient_accumulation_steps")->place)
          .Settle(kInflatedSettle)
          .Do(kInflatedDo);
  if (ratio) finding.From(ratio->train.place).From(ratio->eval.place);
}

constexpr Text kGap = {
    "training loss lies above evaluation loss ({pairs}){label}: masks, smoothing or reduction differ "
    "between the two paths",
    "학습 손실이 평가 손실보다 높음 ({pairs}){label}: 두 경로의 마스크·스무딩·평균 방식이 다름"};
constexpr Text kOneGap = {
    "training loss {train} lies above evaluation loss {eval} ({ratio} times) at the one matched point"
    "{unmatched}{moves}{label}",
    "일치하는 한 지점에서 학습 손실 {train}이(가) 평가 손실 {eval}보다 높음 ({ratio}배){unmatched}{moves}{label}"};
constexpr Text kGrows = {
    "evaluation loss over training loss grows from {first} to {last} between evaluations",
    "평가 사이 평가 손실/학습 손실의 차이가 {first}에서 {last}(으)로 커짐"};
constexpr Text kGapNeeds = {"needs training and evaluation losses at one place",
                            "같은 지점의 학습·평가 손실 필요"};

struct Matched {
  Reading train;
  Reading eval;
};

std::vector<Matched> MatchedLosses(const Evidence& run) {
  std::vector<Matched> matched;
  for (const Point& eval : run.evaluations) {
    for (const Point& point : run.log) {
      const Reading* loss = point.Find("loss");
      const Reading* eval_loss = eval.Find("eval_loss");
      if (loss == nullptr || eval_loss == nullptr) continue;
      for (const char* name : {"step", "epoch"}) {
        const Reading* a = eval.Find(name);
        const Reading* b = point.Find(name);
        if (a == nullptr || b == nullptr || a->value.value != b->value.value) continue;
        if (loss->value.Finite() && eval_loss->value.value > 0) matched.push_back({*loss, *eval_loss});
        break;
      }
    }
  }
  return matched;
}

double Ratio(const Matched& m) { return m.train.value.value / m.eval.value.value; }

void OneGap(const Context& context, const Matched& only, Sink& sink) {
  const Evidence& run = context.run;
  if (Ratio(only) <= 1.10) return;
  const auto train = Series(run.log, "loss");
  const auto eval = Series(run.evaluations, "eval_loss");
  std::string unmatched;
  std::string unmatched_korean;
  std::string moves;
  std::string moves_korean;
  if (train.size() >= 2 && eval.size() >= 2) {
    const double first = train.front().value.value / eval.front().value.value;
    unmatched = ", and " + Show(first, 3) + " times between the first printed points (not matched)";
    unmatched_korean = ", 첫 인쇄 지점끼리는 " + Show(first, 3) + "배 (일치하지 않는 지점)";
    const double eval_change = eval.back().value.value / eval.front().value.value - 1;
    const double train_change = train.back().value.value / train.front().value.value - 1;
    moves = "; evaluation " + Percent(eval_change) + " while training " + Percent(train_change);
    moves_korean = "; 평가 " + Percent(eval_change) + ", 학습 " + Percent(train_change);
  }
  const bool label = run.words.contains("overfitting") || !run.ClaimsOf("overfitting").empty();
  const Reading* rises = run.Fact("eval_rises_from");
  const Reading* nan = run.Fact("nan_from_step");
  std::string tail = label ? "; the label \"over-fitting\" does not fit" : "";
  std::string tail_korean = label ? "; \"과적합\"이라는 표현과 맞지 않음" : "";
  if (rises != nullptr && nan != nullptr && rises->value.value < nan->value.value) {
    tail += "; the rise starts at step " + rises->value.text + ", before the first NaN (" +
            nan->value.text + "): NaN is not the sole cause";
    tail_korean += "; 상승은 첫 NaN(" + nan->value.text + ") 이전 " + rises->value.text +
                   "스텝에서 시작: NaN이 유일한 원인은 아님";
  }
  sink.Add(Verdict::kNote, Severity::kMinor, 0.5, kOneGap)
      .With("train", only.train.value.text)
      .With("eval", only.eval.value.text)
      .With("ratio", Show(Ratio(only), 3))
      .With("unmatched", unmatched, unmatched_korean)
      .With("moves", moves, moves_korean)
      .With("label", tail, tail_korean)
      .Formula(only.train.value.text + " / " + only.eval.value.text + " = " + Show(Ratio(only), 3))
      .From(only.train.place)
      .From(only.eval.place);
}

void LossGap(const Context& context, Sink& sink) {
  const auto matched = MatchedLosses(context.run);
  if (matched.empty()) {
    sink.NotEvaluated(kGapNeeds);
    return;
  }
  if (matched.size() == 1) {
    OneGap(context, matched.front(), sink);
    return;
  }
  std::string pairs;
  bool above = true;
  bool far = true;
  for (const Matched& m : matched) {
    above = above && Ratio(m) > 1.10;
    far = far && Ratio(m) > 1.5;
    pairs += (pairs.empty() ? "" : ", ") + m.train.value.text + " / " + m.eval.value.text + " = " +
             Show(Ratio(m), 3);
  }
  const bool label = context.run.words.contains("overfitting") ||
                     !context.run.ClaimsOf("overfitting").empty();
  // A training loss twice the evaluation's may be accumulation, which has a rule of its own.
  const bool accumulated =
      context.run.Number("training.gradient_accumulation_steps").value_or(1) >= 2;
  if (above && (label || (far && !accumulated))) {
    sink.Add(Verdict::kSymptom, far && label ? Severity::kBlocker : Severity::kMajor, 0.7, kGap)
        .With("pairs", pairs)
        .With("label", label ? ", and the label \"over-fitting\" does not fit" : "",
              label ? ", \"과적합\"이라는 표현과 맞지 않음" : "")
        .Formula(pairs)
        .From(matched.front().train.place)
        .From(matched.back().eval.place);
    return;
  }
  const double first = 1 / Ratio(matched.front()) - 1;
  const double last = 1 / Ratio(matched.back()) - 1;
  if (last - first < 0.05 || last <= 0) return;
  sink.Add(Verdict::kNote, Severity::kInfo, 0.6, kGrows)
      .With("first", (first < 0 ? "" : "+") + Percent(first))
      .With("last", (last < 0 ? "" : "+") + Percent(last))
      .Formula(matched.front().eval.value.text + " / " + matched.front().train.value.text + "; " +
               matched.back().eval.value.text + " / " + matched.back().train.value.text)
      .From(matched.front().train.place)
      .From(matched.back().eval.place);
}

}  // namespace

Rule OptAccumLossNotNormalisedRule() {
  return MakeRule("opt-accum-loss-not-normalised", Severity::kBlocker,
              {"the loss is multiplied by the accumulation", "손실에 누적이 곱해짐"},
              {"The training loss nearest to an evaluation is its loss times the accumulation, within "
               "15 %.",
               "평가와 가장 가까운 학습 손실이 평가 손실에 누적을 곱한 값 (15 % 이내)."},
              {"huggingface/transformers#34191", "huggingface/transformers#35207",
               "huggingface/transformers#35438", "huggingface/transformers#35527",
               "huggingface/blog#2414", "huggingface/trl#2175", "deepspeedai/DeepSpeed#1107"},
              AccumLoss);
}

Rule OptSeq2seqAccumulationInflatedRule() {
  return MakeRule("opt-seq2seq-accumulation-inflated", Severity::kBlocker,
              {"transformers' Trainer inflates encoder-decoder losses under accumulation",
               "transformers Trainer가 누적 시 인코더-디코더 손실을 부풀림"},
              {"An encoder-decoder (BART, T5, mT5) trained by transformers' Trainer with accumulation "
               "above 1 and no label smoothing; the losses confirm it (train / eval at least 0.6 of "
               "the accumulation) or are absent. Versions that divide are silent. A run of our own "
               "says so under training.loss_normalization = hf_seq2seq_bug.",
               "누적이 1보다 크고 레이블 스무딩 없이 transformers Trainer로 학습한 인코더-디코더; 손실 비가 확인(학습/평가가 "
               "누적의 0.6 이상)하거나 손실이 없을 때. 나누는 버전에서는 침묵. 자체 실행은 training.loss_normalization = "
               "hf_seq2seq_bug일 때."},
              {"measured with transformers 5.23: BART 4.613 -> 18.449, T5 5.206 -> 20.817 at "
               "accumulation 4",
               "huggingface/transformers#34191"},
              Seq2seqAccumulation);
}

Rule OptLossGapWrongSignRule() {
  return MakeRule("opt-loss-gap-wrong-sign", Severity::kBlocker,
              {"training loss stays above evaluation loss", "학습 손실이 평가 손실보다 계속 높음"},
              {"train/eval above 1.10 at two or more matched points under a label of over-fitting (B "
               "above 1.5); one matched point is a note. Dropout and averaging windows raise the "
               "training loss honestly.",
               "일치 지점 둘 이상에서 학습/평가가 1.10을 넘고 과적합이라 불림 (1.5 초과면 B); 한 지점이면 참고."},
              {"huggingface/transformers#15047", "huggingface/transformers#10338", "flairNLP/flair#670"},
              LossGap);
}

}  // namespace plumbline::audit
