// Rows of the three columns about results: losses, norms, scores, over-fitting, sizes.
#include <algorithm>
#include <cmath>

#include "harness/audit/compared_rows.h"
#include "harness/audit/model_shape.h"
#include "harness/audit/phrase.h"
#include "harness/audit/report_text.h"

namespace plumbline::audit {
namespace {

constexpr double kSizeTolerance = 0.1;  // of a rounded size ("3B")

constexpr Text kFirstLoss = {"first loss", "첫 손실"};
constexpr Text kLastLoss = {"last loss", "마지막 손실"};
constexpr Text kLowestLoss = {"lowest loss", "최저 손실"};
constexpr Text kReduction = {"loss reduction (%)", "손실 감소율(%)"};
constexpr Text kLossAtEpoch = {"loss at an epoch", "한 에폭의 손실"};
constexpr Text kNormMean = {"mean gradient norm", "평균 그래디언트 노름"};
constexpr Text kNormRange = {"range of gradient norms", "그래디언트 노름 범위"};
constexpr Text kOverfitting = {"over-fitting", "과적합"};
constexpr Text kTrainable = {"trainable parameters", "학습 파라미터"};
constexpr Text kTotal = {"parameters in all", "전체 파라미터"};

void Losses(const Context& context, const std::vector<Finding>& findings,
            std::vector<ComparedRow>& rows) {
  const Evidence& run = context.run;
  const auto losses = Series(run.log, "loss");
  if (losses.empty()) return;
  const auto lowest = std::ranges::min_element(
      losses, {}, [](const Reading& reading) { return reading.value.value; });
  const auto row = [&](const char* id, const Text& title, const char* quantity,
                       const Reading& seen) {
    RowMaker maker(id, title);
    maker.Claims(run, quantity);
    maker.Observe(seen.value.text, seen.value.Printed(), seen.place);
    if (!maker.Row().claimed.empty()) rows.push_back(maker.Judged());
  };
  row("loss_first", kFirstLoss, "loss_initial", losses.front());
  row("loss_last", kLastLoss, "loss_final", losses.back());
  row("loss_lowest", kLowestLoss, "loss_lowest", *lowest);
  RowMaker reduction("loss_reduction", kReduction);
  for (const Claim* claim : run.ClaimsOf("reduction_percent")) {
    if (claim->base.empty()) reduction.Claim(claim->text, claim->value, claim->place);  // of the whole run
  }
  const Interval first = losses.front().value.Printed();
  const Interval fell = (first - losses.back().value.Printed()) / first * ExactInterval(100);
  reduction.Observe(FixedText(fell.Middle(), 1), fell, losses.back().place,
                    "(" + losses.front().value.text + " - " + losses.back().value.text + ") / " +
                        losses.front().value.text + " = " + ShowInterval(fell) + " %");
  if (!reduction.Row().claimed.empty()) rows.push_back(reduction.Judged());
  RowMaker at_epoch("loss_at_epoch", kLossAtEpoch);
  ClaimsJudgedBy(at_epoch, run, "loss_at_epoch", findings, "msr-summary-stat-wrong", false);
  if (const Reading* mean = run.Final("train_loss"); mean && !at_epoch.Row().claimed.empty()) {
    at_epoch.Observe("no log point; train_loss " + mean->value.text, kEmptyInterval, mean->place,
                     "the mean of the whole run", "기록 지점 없음; train_loss " + mean->value.text);
    rows.push_back(at_epoch.Row());
  }
}

void Norms(const Context& context, const std::vector<Finding>& findings,
           std::vector<ComparedRow>& rows) {
  const Evidence& run = context.run;
  const auto norms = Series(run.log, "grad_norm");
  if (norms.empty()) return;
  RowMaker mean("grad_norm_mean", kNormMean);
  const Interval seen = PrintedSum(norms) / ExactInterval(static_cast<double>(norms.size()));
  for (const Claim* claim : run.ClaimsOf("grad_norm_mean")) {
    const bool refuted = RefutedBy(findings, "msr-summary-stat-wrong", *claim);
    // Points that were not printed may belong to the mean: apart alone refutes nothing.
    mean.Claim(claim->text, kEmptyInterval, claim->place,
               refuted                          ? Judgement::kRefuted
               : !Disjoint(claim->value, seen) ? Judgement::kAgrees
                                                : Judgement::kOpen);
  }
  mean.Observe(FixedText(seen.Middle(), 3), seen, {},
               FixedText(SumOf(norms), 3) + " / " + std::to_string(norms.size()));
  if (!mean.Row().claimed.empty()) rows.push_back(mean.Row());
  double low = norms.front().value.value;
  double high = low;
  for (const Reading& norm : norms) {
    low = std::min(low, norm.value.value);
    high = std::max(high, norm.value.value);
  }
  RowMaker range("grad_norm_range", kNormRange);
  range.Claims(run, "grad_norm_range");
  // Prose speaks of parts of a run: only what the rule refutes, or what covers all, is judged.
  for (const Claim* claim : run.ClaimsOf("grad_norm_prose")) {
    const bool refuted = RefutedBy(findings, "msr-summary-stat-wrong", *claim);
    const bool covers = claim->value.low <= low && claim->value.high >= high;
    if (!refuted && !covers) continue;
    range.Claim(claim->text, kEmptyInterval, claim->place,
                refuted ? Judgement::kRefuted : Judgement::kAgrees);
  }
  range.Observe(Show(low, 4) + "-" + Show(high, 4), kEmptyInterval, norms.front().place,
                std::to_string(norms.size()) + " printed norms");
  const double slack = norms.front().value.half_ulp * 2;
  if (range.Row().claimed.empty()) return;
  rows.push_back(range.JudgedBy([&](const Interval& value) {
    return value.low <= low + slack && value.high >= high - slack;
  }));
}

// "14.32%" of a table against every evaluation of the run.
void Scores(const Evidence& run, std::vector<ComparedRow>& rows) {
  struct Score {
    const char* id;
    Text title;
    const char* key;
  };
  for (const Score& score : {Score{"rouge1", {"ROUGE-1", "ROUGE-1"}, "eval_rouge1"},
                             Score{"rouge2", {"ROUGE-2", "ROUGE-2"}, "eval_rouge2"},
                             Score{"rougeL", {"ROUGE-L", "ROUGE-L"}, "eval_rougeL"},
                             Score{"rouge_sum", {"ROUGE sum", "ROUGE 합"}, "eval_rouge_sum"}}) {
    const auto seen = Series(run.evaluations, score.key);
    RowMaker maker(score.id, score.title);
    maker.Claims(run, std::string("score_") + score.id);
    if (seen.empty() || maker.Row().claimed.empty()) continue;
    maker.Observe(JoinTexts(seen, ", "), kEmptyInterval, seen.front().place, score.key);
    rows.push_back(maker.JudgedBy([&](const Interval& value) {
      return std::ranges::any_of(seen, [&](const Reading& reading) {
        return !Disjoint(value, reading.value.Printed());
      });
    }));
  }
}

// Over-fitting is a rising evaluation loss; one that falls to the last evaluation refutes it.
void Overfitting(const Evidence& run, std::vector<ComparedRow>& rows) {
  const auto losses = Series(run.evaluations, "eval_loss");
  if (losses.size() < 2) return;
  bool falls = true;
  for (size_t i = 1; i < losses.size(); ++i) {
    falls = falls && losses[i].value.Printed().high < losses[i - 1].value.Printed().low;
  }
  RowMaker maker("overfitting", kOverfitting);
  for (const Claim* claim : run.ClaimsOf("overfitting")) {
    maker.Claim(claim->text, kEmptyInterval, claim->place,
                falls ? Judgement::kRefuted : Judgement::kOpen);
  }
  if (maker.Row().claimed.empty()) return;
  maker.Observe("eval_loss " + JoinTexts(losses, ", "), kEmptyInterval, losses.back().place,
                falls ? "each evaluation loss is below the one before" : "");
  rows.push_back(maker.Row());
}

// A size worth comparing needs a shape, or our own count.
void Sizes(const Context& context, std::vector<ComparedRow>& rows) {
  const Evidence& run = context.run;
  auto shape = ShapeOfConfig(run.documents.config);
  if (!shape) shape = ShapeByName(Lowered(run.model));
  if (!shape) return;
  const auto total = TotalParameters(*shape);
  RowMaker in_all("total_parameters", kTotal);
  in_all.Claims(run, "total_params");
  in_all.Observe(std::to_string(total) + " (" + shape->name + ")",
                 ExactInterval(static_cast<double>(total)));
  rows.push_back(in_all.Judged(kSizeTolerance * static_cast<double>(total)));
  RowMaker trainable("trainable_parameters", kTrainable);
  const Reading* fact = run.Fact("trainable_params");
  if (fact == nullptr) return;
  const auto claimed = static_cast<int64_t>(fact->value.value);
  const std::string lora = ExplainLora(*shape, claimed);
  trainable.Claim(fact->value.text, ExactInterval(static_cast<double>(claimed)), fact->place);
  if (claimed == total) {
    trainable.Observe(std::to_string(total) + " (" + shape->name + ")",
                      ExactInterval(static_cast<double>(total)));
  } else if (!lora.empty()) {
    trainable.Observe(std::to_string(claimed) + " = LoRA " + lora,
                      ExactInterval(static_cast<double>(claimed)));
  }
  rows.push_back(trainable.Judged());
}

}  // namespace

void AddResultRows(const Context& context, const std::vector<Finding>& findings,
                   std::vector<ComparedRow>& rows) {
  Losses(context, findings, rows);
  Norms(context, findings, rows);
  Scores(context.run, rows);
  Overfitting(context.run, rows);
  Sizes(context, rows);
}

}  // namespace plumbline::audit
