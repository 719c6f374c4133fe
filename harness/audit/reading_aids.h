// Reading aids: in which of the usual bands a run's figures lie, in words, and what the band cannot
// say. They judge nothing: a rule (rule.h) says what is wrong, a band only what a figure commonly
// means. Shown under the findings of `audit` and in reports.
// Source of the bands: the metric guide of the experiment reports this project grew from; the
// shares of train against evaluation loss, which that guide leaves open, are ours.
#ifndef PLUMBLINE_HARNESS_AUDIT_READING_AIDS_H_
#define PLUMBLINE_HARNESS_AUDIT_READING_AIDS_H_

#include <string>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/audit/finding.h"

namespace plumbline::audit {

struct ReadingAid {
  std::string id;  // "loss", "grad_norm", "rouge1", "eval_to_train_loss"
  Text quantity;
  std::string value;
  Text band;
  Text meaning;
  Text limit;  // may name {tokenizer}
  std::vector<Operand> operands;
  Place place;
};

// Of the last figures of the trace: training loss, median gradient norm, ROUGE-1, -2 and -L,
// evaluation loss over training loss. A figure that is absent or not finite gives nothing.
std::vector<ReadingAid> ReadingAidsOf(const Evidence& run);

// [{"id", "quantity", "value", "band", "meaning", "limit"}].
Json ReadingAidsToJson(const std::vector<ReadingAid>& aids, Language language);

// One line an aid, each limit once below; empty without any.
std::string ReadingAidsToText(const std::vector<ReadingAid>& aids, Language language);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_READING_AIDS_H_
