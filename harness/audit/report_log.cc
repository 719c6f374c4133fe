#include "harness/audit/report_log.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "harness/audit/prose_scan.h"
#include "harness/audit/settings.h"

namespace plumbline::audit {
namespace {

constexpr size_t kLongestArguments = 40'000;  // bytes between the brackets

// Whether the characters read so far end inside quotes. A line ends them: an apostrophe opens none.
class Quotes {
 public:
  bool Inside(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\n') {
      quote_ = 0;
    } else if (quote_ != 0 && c == '\\') {
      escaped_ = true;
    } else if (c == quote_) {
      quote_ = 0;
    } else if (quote_ == 0 && (c == '\'' || c == '"')) {
      quote_ = c;
    }
    return quote_ != 0;
  }

 private:
  char quote_ = 0;
  bool escaped_ = false;
};

// "key=value" pairs, cut at the commas outside brackets and quotes.
std::vector<std::string_view> Parts(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  Quotes quotes;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    const bool quoted = quotes.Inside(c);
    if (!quoted && (c == '(' || c == '[' || c == '{' || c == '<')) ++depth;
    if (!quoted && (c == ')' || c == ']' || c == '}' || c == '>')) --depth;
    const bool last_of_line = i + 1 < text.size() && text[i + 1] == '\n';  // of a text without quotes
    if (i < text.size() && (c != ',' || depth > 0 || (quoted && !last_of_line))) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

// "STEPS" of "IntervalStrategy.STEPS": a class, a dot, a constant; else empty.
std::string_view EnumMember(std::string_view value) {
  const size_t dot = value.find('.');
  if (dot == std::string_view::npos || value.empty() || value[0] < 'A' || value[0] > 'Z') return {};
  const std::string_view member = value.substr(dot + 1);
  const auto constant = [](char c) { return IsNameChar(c) && !(c >= 'a' && c <= 'z'); };
  const bool whole = std::ranges::all_of(value.substr(0, dot), IsNameChar) && !member.empty() &&
                     std::ranges::all_of(member, constant);
  return whole ? member : std::string_view();
}

// Of a literal or an enum's member: "steps" of IntervalStrategy.STEPS and of
// <IntervalStrategy.STEPS: 'steps'>. As `printed` by the Trainer texts have no quotes. Empty: None, or
// a name that only the program knows.
std::string ValueText(std::string_view value, bool printed) {
  value = Trimmed(value);
  if (value.starts_with("<")) value = value.substr(1, value.find(':') - 1);
  if (const std::string_view member = EnumMember(value); !member.empty()) return Lowered(member);
  size_t end = 0;
  const auto literal = ParseLiteral(value, &end, 1, nullptr);
  if (literal && end == value.size()) {
    const bool list = literal->IsList() || literal->IsMap();
    return list ? std::string(value) : literal->text;
  }
  const bool word = std::ranges::all_of(value, [](char c) { return IsNameChar(c) || c == '-'; });
  return printed && word ? std::string(value) : "";
}

class TrainerLog {
 public:
  TrainerLog(const std::string& shown, Evidence& run) : shown_(shown), run_(run) {}

  void Read(const ReportLine& line) {
    const size_t begin = in_arguments_ ? 0 : BeginOfArguments(line);
    if (in_arguments_ || begin != 0) {
      Arguments(line, begin);
      return;
    }
    if (line.lower.find("running ") != std::string::npos && line.text.find('*') != std::string::npos) {
      training_ = line.lower.find("running training") != std::string::npos;
      if (training_) run_.words.insert_or_assign("trainer", "transformers");
    }
    if (training_) Banner(line);
  }

  void Finish() {
    if (!total_ || !micro_ || !accumulation_) return;
    const double world = *total_ / (*micro_ * *accumulation_);
    if (world > 1 && world == std::floor(world)) {
      Add("training.world_size", std::to_string(static_cast<int64_t>(world)), place_);
    }
  }

 private:
  void Add(std::string_view key, std::string text, const Place& place) {
    AddSetting(key, std::move(text), Layer::kResolved, place, run_);
  }

  // "  Num examples = 3,120".
  void Banner(const ReportLine& line) {
    const size_t equals = line.text.find(" = ");
    if (equals == std::string::npos) return;
    const auto numbers = NumbersIn(std::string_view(line.text).substr(equals));
    if (numbers.empty()) return;
    const double value = numbers[0].value.value;
    if (value < 1 || !IsCount(value)) return;
    const std::string text = std::to_string(std::llround(value));
    const auto says = [&](std::string_view words) { return line.lower.find(words) < equals; };
    const Place place = {shown_, line.text.substr(0, equals), line.line};
    if (says("num examples")) {
      Add("data.train_samples", text, place);
    } else if (says("num epochs")) {
      Add("training.num_train_epochs", text, place);
    } else if (says("instantaneous batch size per device")) {
      micro_ = value;
      Add("training.per_device_train_batch_size", text, place);
    } else if (says("total train batch size")) {
      total_ = value;
      place_ = place;
    } else if (says("gradient accumulation steps")) {
      accumulation_ = value;
      Add("training.gradient_accumulation_steps", text, place);
    } else if (says("total optimization steps")) {
      run_.facts.insert_or_assign("state.max_steps", Reading{DecimalOf(value), place});
    } else if (says("number of trainable parameters")) {
      run_.facts.insert_or_assign("trainable_params", Reading{*ParseDecimal(text), place});
    }
  }

  // Behind the opening bracket, where the line begins with printed arguments or with what the example
  // scripts write before them; 0 elsewhere: source code is no print.
  static size_t BeginOfArguments(const ReportLine& line) {
    constexpr std::string_view kName = "TrainingArguments(";
    size_t at = line.text.find(kName);
    if (at == std::string::npos || line.fence.starts_with("py") || line.fence.starts_with("ipy")) return 0;
    const size_t begin = at + kName.size();
    constexpr std::string_view kKind = "Seq2Seq";
    if (std::string_view(line.text).substr(0, at).ends_with(kKind)) at -= kKind.size();
    const bool first = at == 0 || PrecededBy(line.lower, at, {"training/evaluation parameters"});
    return first ? begin : 0;
  }

  // `begin`: where they begin on the line that opens them.
  void Arguments(const ReportLine& line, size_t begin) {
    const std::string_view text = std::string_view(line.text).substr(begin);
    if (!in_arguments_) {
      in_arguments_ = true;
      depth_ = 1;
      arguments_.clear();
      quotes_ = {};
      place_of_arguments_ = {shown_, "TrainingArguments", line.line};
    }
    for (const char c : text) {
      const bool quoted = quotes_.Inside(c);
      if (!quoted) depth_ += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth_ == 0) break;
      arguments_ += c;
    }
    quotes_.Inside('\n');
    arguments_ += '\n';
    if (arguments_.size() > kLongestArguments) {  // no end: not a print
      in_arguments_ = false;
    } else if (depth_ == 0) {
      in_arguments_ = false;
      AddArguments();
    }
  }

  void AddArguments() {
    run_.words.insert_or_assign("trainer", "transformers");
    const bool printed = arguments_.find("_n_gpu=") != std::string::npos;
    for (const std::string_view part : Parts(arguments_)) {
      const size_t equals = part.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string key(Trimmed(part.substr(0, equals)));
      std::string value = ValueText(part.substr(equals + 1), printed);
      if (value.empty() || SettingName(key).starts_with("other.")) continue;
      Place place = place_of_arguments_;
      place.key += "." + key;
      Add(key, std::move(value), place);
    }
  }

  const std::string& shown_;
  Evidence& run_;
  bool training_ = false;  // the last banner was that of training
  std::optional<double> total_, micro_, accumulation_;
  Place place_;
  bool in_arguments_ = false;
  int depth_ = 0;
  Quotes quotes_;
  std::string arguments_;
  Place place_of_arguments_;
};

}  // namespace

void ReadTrainerLog(const ReportText& report, const std::string& shown, Evidence& run) {
  TrainerLog log(shown, run);
  for (const ReportLine& line : report.lines) {
    if (!line.in_literal) log.Read(line);
  }
  log.Finish();
}

}  // namespace plumbline::audit
