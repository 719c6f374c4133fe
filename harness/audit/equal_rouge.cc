#include "harness/audit/equal_rouge.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/audit/phrase.h"
#include "harness/audit/rows.h"
#include "harness/eval/rouge.h"

namespace plumbline::audit {
namespace {

constexpr double kFinestDigit = 1e-4;  // of scores of 0 to 1; what is printed in full must agree in it

bool MeanScoresAreEqual(const std::vector<ScoredRow>& rows) {
  constexpr size_t kMostRows = 2000;
  eval::RougeScorer scorer({"unicode", false});
  double r1 = 0, rl = 0;
  size_t n = 0;
  for (const ScoredRow& row : rows) {
    if (row.references.empty() || n == kMostRows) continue;
    const auto scores = scorer.Score(row.prediction, row.references);
    r1 += scores[eval::kRouge1].f1;
    rl += scores[eval::kRougeL].f1;
    ++n;
  }
  return n > 0 && std::abs(r1 - rl) / static_cast<double>(n) <= kFinestDigit;
}

}  // namespace

bool ScoresAreFine(const Evidence& run) {
  constexpr double kCoarsestDigit = 1.001e-3;
  for (const Point& point : run.evaluations) {
    for (const char* name : {"eval_rouge1", "eval_rouge2", "eval_rougeL"}) {
      const Reading* score = point.Find(name);
      if (score != nullptr && 2 * score->value.half_ulp <= kCoarsestDigit * RougeUnit(*score)) return true;
    }
  }
  return false;
}

bool RougesAreEqual(const Evidence& run, const Reading& rouge1, const Reading& rougel) {
  constexpr double kFewestRows = 50;
  constexpr double kPerfect = 0.95;
  const double unit = RougeUnit(rouge1);
  const double gap = std::abs(rouge1.value.value - rougel.value.value);
  const double ulp = 2 * std::max(rouge1.value.half_ulp, rougel.value.half_ulp);
  if (!(gap <= std::min(ulp, kFinestDigit * unit))) return false;
  if (!(rouge1.value.value > 0) || rouge1.value.value >= kPerfect * unit) return false;
  return RowsEvaluated(run).value_or(kFewestRows) >= kFewestRows && ScoresAreFine(run);
}

bool EqualByWords(const Evidence& run) {
  const Rows& rows = RowsOf(run);
  if (!rows.equal_by_words) rows.equal_by_words = MeanScoresAreEqual(rows.scored.rows);
  return *rows.equal_by_words;
}

}  // namespace plumbline::audit
