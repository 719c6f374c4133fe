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

// "key=value" pairs, cut at the commas outside brackets and quotes.
std::vector<std::string_view> Parts(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  char quote = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (quote != 0) {
      quote = c == quote ? 0 : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{' || c == '<') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}' || c == '>') {
      --depth;
    }
    if (i < text.size() && (c != ',' || depth > 0 || quote != 0)) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

std::string_view Stripped(std::string_view text) {
  constexpr std::string_view kAround = " \t'\"";
  const size_t begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kAround) - begin + 1);
}

// "steps" of IntervalStrategy.STEPS and of <IntervalStrategy.STEPS: 'steps'>; "" of None.
std::string ValueText(std::string_view value) {
  value = Stripped(value);
  if (value == "None") return "";
  if (value.starts_with("<")) value.remove_prefix(1);
  value = value.substr(0, value.find(':'));
  const size_t dot = value.find('.');
  const bool member = dot != std::string_view::npos && value[0] >= 'A' && value[0] <= 'Z';
  return member ? Lowered(value.substr(dot + 1)) : std::string(Stripped(value));
}

class TrainerLog {
 public:
  TrainerLog(const std::string& shown, Evidence& run) : shown_(shown), run_(run) {}

  void Read(const ReportLine& line) {
    if (in_arguments_ || line.text.find("TrainingArguments(") != std::string::npos) {
      Arguments(line);
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
    if (numbers.empty() || !numbers[0].value.Finite()) return;
    const double value = numbers[0].value.value;
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

  void Arguments(const ReportLine& line) {
    std::string_view text = line.text;
    if (!in_arguments_) {
      text.remove_prefix(text.find("TrainingArguments(") + std::string_view("TrainingArguments(").size());
      in_arguments_ = true;
      depth_ = 1;
      arguments_.clear();
      place_of_arguments_ = {shown_, "TrainingArguments", line.line};
    }
    for (const char c : text) {
      depth_ += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth_ == 0 || arguments_.size() > kLongestArguments) {
        in_arguments_ = false;
        break;
      }
      arguments_ += c;
    }
    arguments_ += ' ';
    if (in_arguments_) return;
    run_.words.insert_or_assign("trainer", "transformers");
    for (const std::string_view part : Parts(arguments_)) {
      const size_t equals = part.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string key(Stripped(part.substr(0, equals)));
      std::string value = ValueText(part.substr(equals + 1));
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
