#include "harness/audit/report_prose.h"

#include <algorithm>

#include "harness/audit/duration.h"
#include "harness/audit/prose_scan.h"
#include "harness/audit/report_figures.h"
#include "harness/audit/report_log.h"
#include "harness/audit/report_prose_run.h"
#include "harness/audit/report_scores.h"

namespace plumbline::audit {
namespace {

constexpr size_t kNearBytes = 30;
constexpr const char* kArrow = "\xE2\x86\x92";

class ProseReader {
 public:
  ProseReader(const RunNames& names, const std::string& shown, Study& study)
      : names_(names), shown_(shown), study_(study) {}

  void Read(const ReportLine& line) {
    run_ = ContextOf(line);
    line_ = &line;
    Durations();
    Ratios();
    GradientNorms();
    Steps();
    LearningRates();
    Advice();
    Times();
    if (run_) ReadFigures(line, shown_, study_.runs[*run_]);
  }

 private:
  // The heading's run before a run that the sentence mentions: others are compared to.
  std::optional<size_t> ContextOf(const ReportLine& line) const {
    if (study_.runs.size() == 1) return 0;
    if (const auto headed = names_.OfHeadings(line.headings)) return headed;
    return names_.OnlyIn(line.lower);
  }

  bool Has(std::initializer_list<std::string_view> words) const {
    return HasAny(line_->lower, words);
  }

  void Claim(size_t run, const std::string& quantity, const Interval& value,
             const std::string& text, const std::string& base = "") {
    study_.runs[run].claims.push_back(
        {quantity, value, text, base, std::nullopt, {shown_, "", line_->line}});
  }

  void ClaimForAll(const std::string& quantity, const std::string& text) {
    for (size_t i = 0; i < study_.runs.size(); ++i) Claim(i, quantity, kEmptyInterval, text);
  }

  std::string Sentence() const { return line_->text.substr(0, 160); }

  // "1 h 49 min -> 27 min".
  void Durations() {
    const auto subject = names_.OnlyIn(line_->lower) ? names_.OnlyIn(line_->lower) : run_;
    if (!subject || line_->text.find(kArrow) == std::string::npos) {
      if (!subject || line_->text.find("->") == std::string::npos) return;
    }
    const std::string& text = line_->text;
    std::optional<Duration> before;
    for (auto found = FindDuration(text, 0); found; found = FindDuration(text, found->end)) {
      if (before) {
        std::string between = text.substr(before->end, found->begin - before->end);
        std::erase(between, ' ');
        if (between == kArrow || between == "->") {
          const bool eval = Has({"평가 시간", "evaluation time", "eval time"});
          Claim(*subject, eval ? "projected_eval_s" : "projected_s", found->Meant(),
                before->text + " -> " + found->text, before->text);
          Fraction(*subject, *before, *found);
        }
      }
      before = found;
    }
  }

  // "1/4": a time said to fall in proportion to a setting.
  void Fraction(size_t run, const Duration&, const Duration&) {
    const std::string& text = line_->text;
    const size_t slash = text.find("1/");
    if (slash == std::string::npos) return;
    const auto numbers = NumbersIn(std::string_view(text).substr(slash + 2, 8));
    if (!numbers.empty() && numbers[0].begin == 0) {
      Claim(run, "time_scales_with_accumulation", numbers[0].value.Printed(),
            "1/" + numbers[0].value.text);
    }
  }

  // "66 times KoBART"; without a base the fastest run is meant.
  void Ratios() {
    const bool eval = Has({"평가", "eval", "inference", "추론"});
    const bool train = Has({"학습 시간", "train", "학습시간"});
    if ((!eval && !train) || Has({"단축", "faster", "향상", "step", "rouge"})) return;
    const std::string& text = line_->text;
    for (const NumberInText& number : NumbersIn(text)) {
      if (!FollowedBy(text, number.end, {"배", "times", "x "})) continue;
      if (PrecededBy(text, number.begin, {"~", "-", "/"})) continue;
      if (FollowedBy(text, number.end, {"times faster"})) continue;
      const size_t near = number.begin > kNearBytes ? number.begin - kNearBytes : 0;
      const auto base = names_.OnlyIn(line_->lower.substr(near, number.begin - near));
      const auto named = names_.AtStart(Bare(line_->lower));
      const auto subject = named ? named : run_;
      if (!subject || (base && *base == *subject && !named)) continue;
      const std::string base_name =
          base && *base != *subject ? names_.names()[*base].name : std::string();
      Claim(*subject, eval ? "time_ratio_eval" : "time_ratio_train", number.value.Printed(),
            number.value.text + "x", base_name);
    }
  }

  // Without list marks and quotes.
  static std::string Bare(const std::string& lower) {
    const size_t at = lower.find_first_not_of(" -*'\"[|");
    return at == std::string::npos ? "" : lower.substr(at);
  }

  void GradientNorms() {
    if (!run_ || line_->lower.find("grad") == std::string::npos || !Has({"norm"})) return;
    const auto subject = names_.OnlyIn(line_->lower) ? *names_.OnlyIn(line_->lower) : *run_;
    for (const NumberRange& range : RangesIn(line_->text)) {
      Claim(subject, "grad_norm_prose",
            MakeInterval(range.low.value.value - range.low.value.half_ulp,
                         range.high.value.value + range.high.value.half_ulp),
            range.low.value.text + "-" + range.high.value.text);
    }
  }

  // "625 x 2 = 1250 steps".
  void Steps() {
    if (!run_ || !Has({"step", "스텝"})) return;
    const auto numbers = NumbersIn(line_->text);
    for (size_t i = 0; i + 1 < numbers.size(); ++i) {
      std::string between =
          line_->text.substr(numbers[i].end, numbers[i + 1].begin - numbers[i].end);
      std::erase(between, ' ');
      if (between != "\xC3\x97" && between != "x" && between != "*") continue;
      if (numbers[i].value.value < 20) continue;  // "8 x 4" is a batch
      Claim(*run_, "steps_total",
            numbers[i].value.Exact() * numbers[i + 1].value.Exact(),
            numbers[i].value.text + " x " + numbers[i + 1].value.text);
    }
  }

  void LearningRates() {
    if (!Has({"lr", "learning rate", "학습률", "warmup"})) return;
    if (Has({"decay", "감소"}) && Has({"정상 작동", "works", "worked", "all models", "모든 모델"})) {
      ClaimForAll("lr_decays", Sentence());
    }
    if (!Has({"목표", "target"})) return;
    size_t from = 0;
    for (const NumberInText& number : NumbersIn(line_->text)) {
      if (number.value.value > 0.01) continue;
      for (const size_t run : names_.In(line_->lower.substr(from, number.begin - from))) {
        Claim(run, "lr_target", number.value.Printed(), number.value.text);
      }
      from = number.end;
    }
  }

  void Advice() {
    if (Has({"clip", "클리핑"}) && Has({"고려", "consider", "add "})) {
      ClaimForAll("clipping_advice", Sentence());
    }
    if (run_ && line_->fence.empty() && Has({"과적합", "overfit", "over-fit"}) &&
        !Has({"없음", "no over", "not over"})) {
      Claim(*run_, "overfitting", kEmptyInterval, Sentence());
    }
    if (Has({"max_length", "max_new_tokens"})) {
      for (const NumberInText& number : NumbersIn(line_->text)) {
        if (!FollowedBy(line_->text, number.end, {kArrow, "->"})) continue;
        for (size_t i = 0; i < study_.runs.size(); ++i) {
          Claim(i, "max_generation_length", number.value.Exact(), number.value.text);
        }
        break;
      }
    }
  }

  void Times() {
    const auto clocks = ClocksIn(line_->text);
    const auto subject = names_.OnlyIn(line_->lower);
    if (line_->fence == "mermaid" && clocks.size() == 2 && subject) {
      study_.runs[*subject].words.insert_or_assign("start", clocks[0]);
      study_.runs[*subject].words.insert_or_assign("last_seen", clocks[1]);
    }
    if (line_->fence.empty() && Has({"문서 작성", "document written", "report written"})) {
      for (Evidence& run : study_.runs) run.words.insert_or_assign("document_time", line_->text);
    }
  }

  const RunNames& names_;
  const std::string& shown_;
  Study& study_;
  const ReportLine* line_ = nullptr;
  std::optional<size_t> run_;
};

// A log's lines are many and hold no prose: only lines with letters beyond a dict are read.
bool MayBeProse(const ReportLine& line) {
  return line.text.size() < 1000 && !line.lower.starts_with("style ");
}

}  // namespace

void ReadProse(const ReportText& report, const RunNames& names, const std::string& shown,
               Study& study) {
  ProseReader reader(names, shown, study);
  for (const ReportLine& line : report.lines) {
    if (MayBeProse(line)) reader.Read(line);
  }
  ReadScoreTables(report, names, shown, study);
  if (study.runs.size() != 1) return;
  ReadTrainerLog(report, shown, study.runs.front());
  ReadSingleRunProse(report, shown, study.runs.front());
}

}  // namespace plumbline::audit
