#include "harness/audit/report_prose_run.h"

#include <algorithm>
#include <map>

#include "harness/audit/prose_scan.h"
#include "harness/audit/settings.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

class RunProse {
 public:
  RunProse(const std::string& shown, Evidence& run) : shown_(shown), run_(run) {}

  void Read(const ReportLine& line) {
    line_ = &line;
    Table();
    if (line.in_literal) return;
    StepFigures();
    RougeFigures();
    InlineSettings();
    Words();
  }

  void Finish() {
    for (auto& [step, values] : training_) AddPoint(step, values, run_.log);
    for (auto& [step, values] : evaluation_) AddPoint(step, values, run_.evaluations);
  }

 private:
  bool Has(std::initializer_list<std::string_view> words) const {
    return HasAny(line_->lower, words);
  }

  Reading ReadingOf(const Decimal& value, const std::string& key) const {
    return {value, {shown_, key, line_->line}};
  }

  void Claim(const std::string& quantity, const Interval& value, const std::string& text,
             const std::string& base = "") {
    run_.claims.push_back({quantity, value, text, base, std::nullopt, {shown_, "", line_->line}});
  }

  static void AddPoint(int64_t step, std::map<std::string, Reading>& values,
                       std::vector<Point>& points) {
    Point point;
    point.values.insert(values.begin(), values.end());
    point.place = values.begin()->second.place;
    point.values["step"] = {DecimalOf(static_cast<double>(step)), point.place};
    points.push_back(std::move(point));
  }

  // "Step 100: Loss 4.34", and "Eval Loss: 2.98 (Step 300)".
  void StepFigures() {
    if (!Has({"step", "스텝"})) return;
    const std::string& text = line_->text;
    const auto numbers = NumbersIn(text);
    const bool eval = Has({"eval", "validation", "검증"});
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (!PrecededBy(line_->lower, numbers[i].begin, {"step", "스텝"})) continue;
      const auto step = static_cast<int64_t>(numbers[i].value.value);
      const bool has_loss = Has({"loss"});
      if (has_loss && !eval && i + 1 < numbers.size() &&
          PrecededBy(line_->lower, numbers[i + 1].begin, {"loss", "loss:"})) {
        training_[step]["loss"] = ReadingOf(numbers[i + 1].value, "loss");
      }
      if (has_loss && eval && i > 0 && PrecededBy(text, numbers[i].begin, {"Step", "step"}) &&
          text.substr(numbers[i - 1].end, numbers[i].begin - numbers[i - 1].end).find('(') !=
              std::string::npos) {
        evaluation_[step]["eval_loss"] = ReadingOf(numbers[i - 1].value, "eval_loss");
      }
      if (Has({"nan"}) && Has({"grad"})) {
        run_.facts.insert_or_assign("nan_from_step", ReadingOf(numbers[i].value, "grad_norm"));
      }
      if (Has({"eval_loss", "eval loss"}) && Has({"증가", "rising", "rises", "increas"}) &&
          line_->fence.empty()) {
        run_.facts.insert_or_assign("eval_rises_from", ReadingOf(numbers[i].value, "eval_loss"));
      }
    }
  }

  std::optional<int64_t> StepOfHeading() const {
    for (size_t i = line_->headings.size(); i > 0; --i) {
      const std::string& heading = line_->headings[i - 1];
      for (const NumberInText& number : NumbersIn(heading)) {
        if (PrecededBy(heading, number.begin, {"step", "스텝"})) {
          return static_cast<int64_t>(number.value.value);
        }
      }
    }
    return std::nullopt;
  }

  // "ROUGE-1 F1: 0.1023" below a heading that names a step.
  void RougeFigures() {
    const auto step = StepOfHeading();
    if (!step || line_->text.find(':') == std::string::npos || line_->text.front() == '|') return;
    std::string key = RougeKey(line_->lower);
    if (key.empty() && Has({"combined", "rouge sum", "rouge_sum", "합계"})) key = "eval_rouge_sum";
    if (key.empty()) return;
    const size_t colon = line_->text.find(':');
    for (const NumberInText& number : NumbersIn(line_->text)) {
      if (number.begin < colon || number.value.value > 3) continue;
      evaluation_[*step].emplace(key, ReadingOf(number.value, key));
      run_.facts.emplace("best_step", ReadingOf(DecimalOf(static_cast<double>(*step)), "step"));
      return;
    }
  }

  // "rank=16, alpha=32": a name this project knows, '=' and a number.
  void InlineSettings() {
    const std::string& text = line_->text;
    for (const NumberInText& number : NumbersIn(text)) {
      if (number.begin < 2 || text[number.begin - 1] != '=') continue;
      size_t begin = number.begin - 1;
      while (begin > 0 && (std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0 ||
                           text[begin - 1] == '_')) {
        --begin;
      }
      const std::string name = text.substr(begin, number.begin - 1 - begin);
      if (SettingName(name).starts_with("other.")) continue;
      AddSetting(name, number.value.text, Layer::kFile, {shown_, name, line_->line}, run_);
    }
    if (Has({"learning rate", "학습률"}) && run_.Effective("training.learning_rate") == nullptr) {
      for (const NumberInText& number : NumbersIn(text)) {
        if (number.value.value > 0 && number.value.value < 0.01) {
          AddSetting("learning_rate", number.value.text, Layer::kFile,
                     {shown_, "learning_rate", line_->line}, run_);
          break;
        }
      }
    }
  }

  void Words() {
    const std::string& text = line_->text;
    for (const NumberInText& number : NumbersIn(text)) {
      if (FollowedBy(text, number.end, {"B "}) || FollowedBy(text, number.end, {"M "})) {
        const double unit = text[number.end] == 'B' ? 1e9 : 1e6;
        if (Has({"파라미터", "parameter", "params"})) {
          Claim("total_params", number.value.Printed() * ExactInterval(unit),
                number.value.text + (unit > 1e8 ? "B" : "M"));
        }
      }
      if (Has({"비중", "share", "proportion"}) && FollowedBy(text, number.end, {"%"}) &&
          Has({"한국어", "korean"})) {
        Claim("language_share", number.value.Printed() / ExactInterval(100),
              number.value.text + "%");
      }
      if (PrecededBy(line_->lower, number.begin, {"checkpoint-"})) {
        Raise("executed_steps", number.value);
      }
    }
    if (Has({"status"}) && Has({"success", "성공"})) {
      run_.words.insert_or_assign("success", line_->text);
    }
    if (Has({"생성 설정", "generation"}) && Has({"기본값", "default"})) {
      Claim("generation_defaults", kEmptyInterval, line_->text);
    }
    if (Has({"과적합", "overfit", "over-fit"})) run_.words.emplace("overfitting", line_->text);
    if (run_.model.empty() && Has({"모델", "model", "checkpoint", "loading"})) run_.model = HubName(text);
  }

  void Raise(const std::string& name, const Decimal& value) {
    const Reading* known = run_.Fact(name);
    if (known == nullptr || known->value.value < value.value) {
      run_.facts.insert_or_assign(name, ReadingOf(value, "checkpoint"));
    }
  }

  // "owner/name", without a file's ending.
  static std::string HubName(const std::string& text) {
    const auto is_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    };
    const size_t slash = text.find('/');
    if (slash == std::string::npos || slash == 0) return "";
    size_t begin = slash;
    size_t end = slash + 1;
    while (begin > 0 && is_name(text[begin - 1])) --begin;
    while (end < text.size() && is_name(text[end])) ++end;
    if (begin == slash || end == slash + 1 || (end < text.size() && text[end] == '/')) return "";
    return text.substr(begin, end - begin);
  }

  // Rows of expected or estimated scores.
  void Table() {
    const auto cells = CellsOf(line_->text);
    if (cells.empty()) {
      header_.clear();
      return;
    }
    if (header_.empty()) {
      header_ = CellsOf(line_->lower);
      return;
    }
    const auto lower = CellsOf(line_->lower);
    const std::string row = RougeKey(lower[0]);
    for (size_t i = 1; i < cells.size() && i < header_.size(); ++i) {
      const bool expected = HasAny(header_[i], {"예상", "expected", "target", "목표"});
      if (!row.empty() && expected) Score("expected_" + row.substr(5), cells[i], "");
      const std::string column = RougeKey(header_[i]);
      if (!column.empty() && HasAny(lower[0], {"추정", "estimate"})) {
        Score("estimated_" + column.substr(5), cells[i], cells[0]);
      }
    }
  }

  // "~35-40%" or "0.35": a share of 1.
  void Score(const std::string& quantity, const std::string& cell, const std::string& base) {
    const double unit = cell.find('%') == std::string::npos ? 1 : 100;
    const auto ranges = RangesIn(cell);
    const auto numbers = NumbersIn(cell);
    Interval value = kEmptyInterval;
    if (!ranges.empty()) {
      value = MakeInterval(ranges[0].low.value.value / unit, ranges[0].high.value.value / unit);
    } else if (!numbers.empty()) {
      value = numbers[0].value.Printed() / ExactInterval(unit);
    }
    if (!value.Empty()) Claim(quantity, value, cell, base);
  }

  const std::string& shown_;
  Evidence& run_;
  const ReportLine* line_ = nullptr;
  std::vector<std::string> header_;
  std::map<int64_t, std::map<std::string, Reading>> training_;
  std::map<int64_t, std::map<std::string, Reading>> evaluation_;
};

}  // namespace

void ReadSingleRunProse(const ReportText& report, const std::string& shown, Evidence& run) {
  RunProse prose(shown, run);
  for (const ReportLine& line : report.lines) {
    if (line.text.size() < 1000) prose.Read(line);
  }
  // A log with entries of its own needs no figures from sentences.
  if (run.log.empty() && run.evaluations.empty()) prose.Finish();
}

}  // namespace plumbline::audit
