// Predictions and references from files, joined by fname. Called by the `rouge` verb and by tools
// that score files; knows nothing of scores.
#ifndef PLUMBLINE_HARNESS_EVAL_ROUGE_FILES_H_
#define PLUMBLINE_HARNESS_EVAL_ROUGE_FILES_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/eval/rouge.h"

namespace plumbline::eval {

struct NamedPair {
  std::string fname;
  RougePair pair;
};

// Pairs in the order of the references. Predictions: records with fname and prediction. References:
// records with fname and summary (a text, or a list of references), a data file for instance. Both
// JSON lines or CSV. A text may be empty; a null or absent one is an error. Errors: kData with file
// and line for a broken record or a name given twice; kData for a prediction without a reference or
// a reference without a prediction (a score over half the rows would look like any other).
std::vector<NamedPair> JoinRougeFiles(const std::filesystem::path& predictions,
                                      const std::filesystem::path& references);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_ROUGE_FILES_H_
