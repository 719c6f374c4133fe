#include "harness/audit/report_figures.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/duration.h"
#include "harness/audit/interval.h"
#include "harness/audit/prose_scan.h"
#include "harness/audit/report_text.h"
#include "harness/audit/settings.h"

namespace plumbline::audit {
namespace {

constexpr size_t kNearBytes = 24;  // between a word and its figure

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool HasDigit(std::string_view text) { return std::ranges::any_of(text, IsDigit); }

// "2 x 8", "2x8", "(8)", "누적 8회": a figure, a bracket, a figure with its Korean counter; not "fp16".
bool EndsInFactor(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.ends_with(')')) return true;
  while (!text.empty() && static_cast<unsigned char>(text.back()) >= 0x80) text.remove_suffix(1);
  if (text.empty() || !IsDigit(text.back())) return false;
  while (!text.empty() && IsDigit(text.back())) text.remove_suffix(1);
  const bool behind_sign = text.size() > 1 && text.back() == 'x' && IsDigit(text[text.size() - 2]);
  return behind_sign || text.empty() || !IsNameChar(text.back());
}

// At the beginning of a word: "each step", not "reached".
bool HasWord(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (at == 0 || (!IsNameChar(text[at - 1]) && static_cast<unsigned char>(text[at - 1]) < 0x80)) return true;
  }
  return false;
}

// Rows of a part of the training: "스텝당", "매 배치", "per optimizer step", "every epoch", "in one step", "by step 100".
// Not "over 500 steps", "reached 3 epochs".
bool SpeaksOfAPart(const std::string& lower) {
  for (const std::string part : {"스텝", "배치", "에폭", "에포크"}) {
    if (HasAny(lower, {part + "당", part + "마다", part + "까지", part + "에서"})) return true;
    for (const char* one_of : {"매 ", "한 ", "첫 ", "한 번의 ", "첫 번째 "}) {
      if (HasWord(lower, one_of + part)) return true;
    }
  }
  static const std::regex kPart(
      "\\b(each|every)\\b|[/]\\s*(step|batch|epoch|update|iteration)|"
      "\\b(per|a|an|one|single|first|last|by|after|at|until|in the)[ -]+([a-z]+[ -]+)?"
      "(step|batch(?! size)|epoch|update|iteration)\\b|"
      "\\b(step|epoch|update|iteration) *#?[0-9]|\\b(step|batch)( *#?[0-9]+)? +(had |has )?processed\\b");
  return std::regex_search(lower, kPart);
}

class Sentence {
 public:
  Sentence(const ReportLine& line, const std::string& shown, Evidence& run)
      : line_(line), shown_(shown), run_(run), numbers_(NumbersIn(line.text)) {}

  void Read() {
    EffectiveBatch();
    Rate();
    RowsSeen();
    EvaluationShare();
    Reduction();
    GradientMean();
    SpeedUp();
    NextRun();
  }

 private:
  bool Has(std::initializer_list<std::string_view> words) const { return HasAny(line_.lower, words); }

  void Claim(const char* quantity, const Interval& value, const std::string& text,
             const std::string& base = "") {
    run_.claims.push_back({quantity, value, text, base, std::nullopt, {shown_, "", line_.line}});
  }

  // "50,000", "5만".
  double UnitOf(const NumberInText& number) const {
    return FollowedBy(line_.text, number.end, {"만"}) ? 1e4 : 1;
  }
  Interval Meant(const NumberInText& number) const {
    return number.value.Printed() * ExactInterval(UnitOf(number));
  }
  std::string Shown(const NumberInText& number) const {
    return number.value.text + (UnitOf(number) > 1 ? "만" : "");
  }

  const NumberInText* FirstAfter(size_t at) const {
    for (const NumberInText& number : numbers_) {
      if (number.begin >= at) return number.begin - at <= kNearBytes ? &number : nullptr;
    }
    return nullptr;
  }

  bool Changes() const {
    return line_.text.find("->") != std::string::npos ||
           line_.text.find("\xE2\x86\x92") != std::string::npos;
  }

  // Where a sign of multiplication stands from `at` on; npos: nowhere.
  size_t ProductAfter(size_t at) const {
    const std::string& text = line_.lower;
    const auto beside = [&](size_t i) {
      return i < text.size() && (text[i] == ' ' || text[i] == '(' || text[i] == ')' || IsDigit(text[i]));
    };
    for (; at < text.size(); ++at) {
      if (text[at] == '*' && at > 0 && text[at - 1] != '*' && beside(at + 1)) return at;
      if (text[at] == 'x' && at > 0 && beside(at - 1) && beside(at + 1)) return at;
      if (text.compare(at, 2, "\xC3\x97") == 0 || text.compare(at, 7, " times ") == 0) return at;
    }
    return std::string::npos;
  }

  size_t ClauseEnd(size_t at) const {
    size_t end = line_.text.size();
    for (const std::string_view mark : {", ", "; ", ". "}) end = std::min(end, line_.text.find(mark, at));
    return end;
  }

  // Where the last '=' behind the product sign stands that a factor ends before, in the clause; npos: nowhere.
  size_t EqualsAfter(size_t product) const {
    const std::string& text = line_.text;
    for (size_t at = text.rfind('=', ClauseEnd(product)); at != std::string::npos && at > product;
         at = text.rfind('=', at - 1)) {
      if (EndsInFactor(std::string_view(text).substr(0, at))) return at;  // not that of "key=value"
    }
    return std::string::npos;
  }

  // "16 = 2 x 8", "16 (batch 2 x accumulation 8)"; not "8 (x 4 accumulation)": its first factor is the 8.
  bool StatesProduct(const NumberInText& total, size_t product) const {
    const std::string_view text = line_.text;
    if (total.end > product || !FollowedBy(text, total.end, {"=", "("})) return false;
    const size_t open = text.find_first_of("=(", total.end);
    const size_t close = text[open] == '(' ? text.find(')', open) : ClauseEnd(product);
    if (close == std::string_view::npos || close < product) return false;
    const std::string_view before = text.substr(open + 1, product - open - 1);
    const bool words_alone = !HasDigit(text.substr(product, close - product));
    return HasDigit(before) || (words_alone && before.find_first_not_of(' ') != std::string_view::npos);
  }

  // What a product comes to: 16 of "2 x 8 = 16", "16 = 2 x 8" and "16 (2 x 8)"; none of "2 x 8".
  const NumberInText* ProductValue(const NumberInText* first, size_t product) const {
    const size_t equals = EqualsAfter(product);
    if (equals != std::string::npos) {
      const NumberInText* number = FirstAfter(equals);
      return number != nullptr && ProductAfter(number->end) >= ClauseEnd(equals) ? number : nullptr;
    }
    return first != nullptr && StatesProduct(*first, product) ? first : nullptr;
  }

  void EffectiveBatch() {
    for (const std::string_view words : {"유효 배치", "effective batch"}) {
      const size_t at = line_.lower.find(words);
      if (at == std::string::npos || Changes()) continue;
      const size_t begin = at + words.size();
      const NumberInText* number = FirstAfter(begin);
      const size_t product = ProductAfter(begin);
      if (product < ClauseEnd(begin)) {
        number = ProductValue(number, product);
      } else if (number != nullptr) {
        const std::string before = line_.lower.substr(begin, number->begin - begin);
        if (HasAny(before, {"accum", "누적", "per device", "per-device", "per gpu", "장치당"})) return;
      }
      if (number == nullptr || number->value.value < 1) return;
      return Claim("effective_batch", number->value.Exact(), number->value.text);
    }
  }

  bool CountsRows(const NumberInText& number) const {
    size_t end = number.end;
    if (UnitOf(number) > 1) end = line_.text.find("만", end) + std::string_view("만").size();
    return FollowedBy(line_.text, end, {"개 샘플", "개의 샘플", "샘플", "건의 샘플", "개 행", "행", "samples",
                                        "rows", "examples"});
  }

  // "초당 40개 샘플", "40 samples/s".
  void Rate() {
    if (Has({"평가", "추론", "생성", "eval", "inference", "generat"}) || Changes()) return;
    for (const NumberInText& number : numbers_) {
      const bool korean = PrecededBy(line_.text, number.begin, {"초당", "초당 약"}) && CountsRows(number);
      const bool english =
          FollowedBy(line_.text, number.end, {"samples/s", "samples per second", "rows/s", "examples/s"});
      if (!korean && !english) continue;
      return Claim("samples_per_second", Meant(number), Shown(number));
    }
  }

  // "batches of 16", "배치 크기: 16".
  bool IsBatchSize(const NumberInText& number) const {
    const size_t end = line_.lower.find_last_not_of(" :=", number.begin == 0 ? 0 : number.begin - 1);
    if (end == std::string::npos) return false;
    return PrecededBy(line_.lower, end + 1,
                      {"배치", "배치 크기", "batch", "batch of", "batches of", "batch size", "batch size of"});
  }

  // "1,250초 동안 총 50,000개 샘플을 학습".
  void RowsSeen() {
    if (!Has({"동안", "처리", "seen", "processed"}) || !Has({"학습", "train"})) return;
    if (SpeaksOfAPart(line_.lower)) return;
    const NumberInText* rows = nullptr;
    for (const NumberInText& number : numbers_) {
      if (!CountsRows(number) || PrecededBy(line_.text, number.begin, {"초당", "초당 약"})) continue;
      if (FollowedBy(line_.text, number.end, {"samples/s", "samples per second", "rows/s"})) continue;
      if (FollowedBy(line_.text, number.end, {"샘플씩", "개 샘플씩", "행씩", "개 행씩"})) continue;
      if (IsBatchSize(number)) continue;
      if (rows != nullptr) return;  // which of them was seen?
      rows = &number;
    }
    if (rows != nullptr) Claim("samples_seen", Meant(*rows), Shown(*rows));
  }

  void EvaluationShare() {
    if (!Has({"평가", "evaluation"}) || !Has({"전체 시간", "학습 시간", "of the time", "of the run", "of train"})) return;
    if (Has({"제외", "빼고", "exclud", "without", "apart from", "not counting"})) return;  // of what is left
    const size_t word = std::min(line_.lower.find("평가"), line_.lower.find("evaluation"));
    const NumberInText* share = nullptr;
    for (const NumberInText& number : numbers_) {
      if (!FollowedBy(line_.text, number.end, {"%"})) continue;
      if (share != nullptr) return;  // whose is which?
      share = &number;
    }
    if (share == nullptr || share->begin < word) return;
    Claim("eval_share", share->value.Printed() / ExactInterval(100), share->value.text + " %");
  }

  // "3.10에서 1.55로 62% 감소".
  void Reduction() {
    if (!Has({"손실", "loss"}) || !Has({"감소", "reduc", "fell", "dropped", "decreas"})) return;
    for (size_t i = 2; i < numbers_.size(); ++i) {
      if (!FollowedBy(line_.text, numbers_[i].end, {"%"})) continue;
      const NumberInText& from = numbers_[i - 2];
      const NumberInText& to = numbers_[i - 1];
      const std::string between = line_.text.substr(from.end, to.begin - from.end);
      const bool joined = HasAny(between, {"에서", "->", "\xE2\x86\x92", " to "}) && between.size() < 12;
      if (!joined || !(to.value.value < from.value.value)) continue;
      return Claim("reduction_percent", numbers_[i].value.Printed(), numbers_[i].value.text,
                   from.value.text + " " + to.value.text);
    }
  }

  // "평균 grad_norm은 2.49 (범위 0.87 ~ 4.11)".
  void GradientMean() {
    const auto ranges = RangesIn(line_.text);
    const size_t word = line_.lower.find("grad");
    if (word == std::string::npos || !Has({"norm", "노름"}) || !Has({"평균", "mean", "average"})) return;
    if (ranges.size() != 1) return;
    const NumberInText* mean = nullptr;
    for (const NumberInText& number : numbers_) {
      const bool in_range = number.begin == ranges[0].low.begin || number.begin == ranges[0].high.begin;
      if (in_range || number.begin < word) continue;
      if (mean != nullptr) return;  // which is the mean?
      mean = &number;
    }
    if (mean == nullptr || FollowedBy(line_.text, mean->end, {"step", "스텝", "epoch", "에포크", "에폭"})) return;
    Claim("grad_norm_low", ranges[0].low.value.Printed(), ranges[0].low.value.text);
    Claim("grad_norm_high", ranges[0].high.value.Printed(), ranges[0].high.value.text);
    Claim("grad_norm_mean", mean->value.Printed(), mean->value.text);
  }

  // "이전 실험(2,400초) 대비 3배 빨라짐": the first time is the one before.
  void SpeedUp() {
    if (!Has({"빨라", "빠른", "빠르", "faster", "speed"}) || Has({"평가", "추론", "eval", "inference"})) return;
    const auto before = FindDuration(line_.text, 0);
    if (!before) return;
    for (const NumberInText& number : numbers_) {
      if (!FollowedBy(line_.text, number.end, {"배", "times", "x "})) continue;
      return Claim("speed_up", number.value.Printed(), number.value.text + "x", before->text);
    }
  }

  // "다음 실험은 에포크 8, 동일 데이터로 10분": rows stay unless a command says otherwise.
  void NextRun() {
    if (!Has({"다음 실험", "다음 학습", "next run", "next experiment"})) return;
    const auto promised = FindDuration(line_.text, 0);
    const NumberInText* epochs = nullptr;
    for (const NumberInText& number : numbers_) {
      if (promised && number.begin >= promised->begin && number.begin < promised->end) continue;
      const bool named = FollowedBy(line_.text, number.end, {"에포크", "에폭", "epoch"}) ||
                         PrecededBy(line_.lower, number.begin, {"에포크", "에폭", "epochs", "epoch"});
      if (named) epochs = &number;
    }
    if (!promised || epochs == nullptr) return;
    AddSetting("num_train_epochs", epochs->value.text, Layer::kProposed,
               {shown_, "num_train_epochs", line_.line}, run_);
    Claim("next_run_s", promised->Meant(), promised->text);
  }

  const ReportLine& line_;
  const std::string& shown_;
  Evidence& run_;
  std::vector<NumberInText> numbers_;
};

}  // namespace

void ReadFigures(const ReportLine& line, const std::string& shown, Evidence& run) {
  const bool prose = line.fence.empty() && !line.in_literal && !line.heading && !line.text.starts_with("|");
  if (prose) Sentence(line, shown, run).Read();
}

}  // namespace plumbline::audit
