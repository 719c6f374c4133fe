#include "harness/audit/report_scores.h"

#include "harness/audit/prose_scan.h"

namespace plumbline::audit {
namespace {

// "rouge1", "rouge_sum"; empty: the cell names no score of this run.
std::string ScoreOf(const std::string& lower) {
  if (HasAny(lower, {"expected", "target", "예상", "목표", "추정", "차이", "gap"})) return "";
  if (HasAny(lower, {"rouge sum", "rouge_sum", "rouge 합"})) return "rouge_sum";
  const std::string key = RougeKey(lower);
  return key.empty() || key == "eval_rougeLsum" ? "" : key.substr(5);
}

class ScoreTables {
 public:
  ScoreTables(const RunNames& names, const std::string& shown, Study& study)
      : names_(names), shown_(shown), study_(study) {}

  void Read(const ReportLine& line) {
    const auto lower = CellsOf(line.lower);
    if (lower.empty()) {
      header_.clear();
    } else if (header_.empty()) {
      header_ = lower;
    } else if (study_.runs.size() > 1) {
      RowOfRun(line, lower);
    } else {
      RowOfScore(line, lower);
    }
  }

 private:
  void RowOfRun(const ReportLine& line, const std::vector<std::string>& lower) {
    const auto run = names_.OnlyIn(lower[0]);
    if (!run) return;
    for (size_t i = 1; i < lower.size() && i < header_.size(); ++i) {
      Claim(study_.runs[*run], ScoreOf(header_[i]), lower[i], line);
    }
  }

  void RowOfScore(const ReportLine& line, const std::vector<std::string>& lower) {
    for (size_t i = 1; i < lower.size() && i < header_.size(); ++i) {
      if (!HasAny(header_[i], {"현재", "current", "this run"})) continue;
      Claim(study_.runs[0], ScoreOf(lower[0]), lower[i], line);
    }
  }

  // The one number of a cell; a cell of several ("0.29 to 0.6") is no score.
  void Claim(Evidence& run, const std::string& score, const std::string& cell,
             const ReportLine& line) {
    const auto numbers = NumbersIn(cell);
    if (score.empty() || numbers.size() != 1 || cell.find('~') != std::string::npos) return;
    const bool percent = FollowedBy(cell, numbers[0].end, {"%"});
    const Interval value =
        numbers[0].value.Printed() / ExactInterval(percent ? 100 : 1);
    run.claims.push_back({"score_" + score, value, numbers[0].value.text + (percent ? " %" : ""), "",
                          std::nullopt, {shown_, "", line.line}});
  }

  const RunNames& names_;
  const std::string& shown_;
  Study& study_;
  std::vector<std::string> header_;
};

}  // namespace

void ReadScoreTables(const ReportText& report, const RunNames& names, const std::string& shown,
                     Study& study) {
  ScoreTables tables(names, shown, study);
  for (const ReportLine& line : report.lines) tables.Read(line);
}

}  // namespace plumbline::audit
