// How the rows of the three columns are built, and the families of rows. Used by comparison.cc and
// compared_*.cc alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_COMPARED_ROWS_H_
#define PLUMBLINE_HARNESS_AUDIT_COMPARED_ROWS_H_

#include <optional>
#include <string>
#include <vector>

#include "harness/audit/comparison.h"

namespace plumbline::audit {

class RowMaker {
 public:
  RowMaker(const char* id, const Text& title) { row_.id = id; row_.title = title; }

  RowMaker& Declare(Layer layer, const std::string& text, const Interval& value,
                    const Place& place);
  // The setting of every layer that says something, as printed; exact.
  RowMaker& DeclareSetting(const Evidence& run, std::string_view key);
  RowMaker& Observe(const std::string& text, const Interval& value, const Place& place = {},
                    const std::string& formula = "", const std::string& korean = "");
  RowMaker& Claim(const std::string& text, const Interval& value, const Place& place,
                  Judgement judgement = Judgement::kOpen);
  RowMaker& Claims(const Evidence& run, std::string_view quantity);

  // Judges every open cell with a value: agrees where the intervals, widened by `tolerance`, meet.
  ComparedRow Judged(double tolerance = 0);
  // Judged by `holds`, a property of the cell's value.
  template <typename Holds>
  ComparedRow JudgedBy(const Holds& holds) {
    for (auto* cells : {&row_.declared, &row_.claimed}) {
      for (ComparedCell& cell : *cells) {
        if (cell.judgement != Judgement::kOpen || cell.value.Empty()) continue;
        cell.judgement = holds(cell.value) ? Judgement::kAgrees : Judgement::kRefuted;
      }
    }
    return row_;
  }
  // As it stands.
  ComparedRow Row() { return row_; }

 private:
  ComparedRow row_;
};

inline constexpr Layer kDeclaredLayers[] = {Layer::kFile, Layer::kLauncher, Layer::kCommandLine,
                                            Layer::kResolved};

// A contradiction, defect or symptom of `rule` names this claim's figure, or stands on its place.
bool RefutedBy(const std::vector<Finding>& findings, std::string_view rule, const Claim& claim);
// Every claim of a quantity with a rule as its judge; `agree`: what the rule leaves alone holds.
void ClaimsJudgedBy(RowMaker& maker, const Evidence& run, std::string_view quantity,
                    const std::vector<Finding>& findings, std::string_view rule, bool agree);

// Each adds its rows, complete or not: batch, steps, rows, rates; times, losses, norms, sizes.
void AddWorkRows(const Context& context, std::vector<ComparedRow>& rows);
void AddRateRows(const Context& context, const std::vector<Finding>& findings,
                 std::vector<ComparedRow>& rows);
void AddTimeRows(const Context& context, const std::vector<Finding>& findings,
                 std::vector<ComparedRow>& rows);
void AddResultRows(const Context& context, const std::vector<Finding>& findings,
                   std::vector<ComparedRow>& rows);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_COMPARED_ROWS_H_
