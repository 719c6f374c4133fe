// Small formatting shared by rules: shares, lists of points, places.
#ifndef PLUMBLINE_HARNESS_AUDIT_PHRASE_H_
#define PLUMBLINE_HARNESS_AUDIT_PHRASE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/audit/timeline.h"

namespace plumbline::audit {

// 0.737 -> "73.7 %".
std::string Percent(double share, int digits = 1);
// "0.0600" with `digits` after the point.
std::string FixedText(double value, int digits);

// All finite readings of one name in a list of points, in order.
std::vector<Reading> Series(const std::vector<Point>& points, std::string_view name);
double SumOf(const std::vector<Reading>& readings);
Interval PrintedSum(const std::vector<Reading>& readings);

// "2.3843 @0.4": for formulas.
std::string JoinTexts(const std::vector<Reading>& readings, std::string_view separator);

// rows of the evaluation set: declared, or results.eval_samples.
std::optional<double> EvalRows(const Evidence& run);
// Rows that an evaluation scored, samples/s * s; empty without both.
Interval RowsScoredAt(const Point& evaluation);
// As declared, else as the last evaluation scored; nullopt without either.
std::optional<double> RowsEvaluated(const Evidence& run);
// Rows that the whole training saw: whole ones an epoch where the rates show them, else samples/s * s;
// nullopt without either.
std::optional<double> RowsTrained(const Evidence& run, const Timeline& timeline);
// Standard deviation of a row's ROUGE in the literature and in our own runs: 0.15 to 0.25.
inline constexpr double kSmallDeviation = 0.15;
inline constexpr double kLargeDeviation = 0.25;
// Of a mean ROUGE (0 to 1): kSmallDeviation / sqrt(RowsEvaluated); nullopt: that is not known.
std::optional<double> SmallestStandardError(const Evidence& run);
// Seconds of a training step between neighbouring log points that no evaluation interrupts.
std::vector<double> StepTimes(const Evidence& run, const Timeline& timeline);
// Seconds of the evaluations that train_runtime spans: all, as in transformers' Trainer, or 0 where
// a train_only_runtime equal to it says that it spans none.
double EvaluationsInRuntime(const Evidence& run);
// Of training alone: train_runtime without the evaluations inside; nullopt: unknown.
std::optional<double> TrainOnlySeconds(const Evidence& run);
// 100 for scores of 0 to 100, else 1.
double RougeUnit(const Reading& rouge1);
// "t5" for "csebuetnlp/mT5_multilingual_XLSum": model_type of config.json, else from the name.
std::string FamilyOf(const Evidence& run);
bool IsSequenceToSequence(const Evidence& run);
// A promise starts from this run's own time ("1 h 49 min -> 27 min").
bool StartsFromThisRun(const Evidence& run, const Claim& claim);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_PHRASE_H_
