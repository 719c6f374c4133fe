#include "harness/audit/report_claims.h"

#include <array>

#include "harness/audit/duration.h"
#include "harness/audit/settings.h"

namespace plumbline::audit {
namespace {

bool InForce(std::string_view around) {
  return HasAny(around, {"actual", "applied", "in_force", "effective_config", "실제 적용"});
}

bool FromCommandLine(std::string_view around) {
  return HasAny(around, {"명령행", "command line", "command_line", "cli_", "argv"});
}

bool SaysLowest(std::string_view comment) {
  return HasAny(comment, {"최저", "lowest", "minimum so far", "best so far"});
}

bool SaysEstimate(std::string_view comment) {
  return HasAny(comment, {"예상", "추정", "estimate", "expected", "projected"});
}

// The number that a text begins with: "66.0x (...)", "123M".
std::optional<Decimal> LeadingNumber(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.' ||
                               text[end] == ',')) {
    ++end;
  }
  return ParseDecimal(text.substr(0, end));
}

// The percentage in "0.75% of total".
std::optional<Decimal> PercentIn(std::string_view text) {
  const size_t sign = text.find('%');
  if (sign == std::string_view::npos) return std::nullopt;
  size_t end = sign;
  while (end > 0 && text[end - 1] == ' ') --end;
  size_t begin = end;
  while (begin > 0 && ((text[begin - 1] >= '0' && text[begin - 1] <= '9') || text[begin - 1] == '.')) {
    --begin;
  }
  return ParseDecimal(text.substr(begin, end - begin));
}

class MapReader {
 public:
  MapReader(const MapPlace& place, Evidence& run) : place_(place), run_(run) {}

  void Read(const Literal& map) {
    for (const auto& [key, value] : map.members) {
      const std::string lower = Lowered(key);
      if (Structure(lower, value) || Time(lower, value) || Loss(lower, value)) continue;
      if (GradientNorm(lower, value)) continue;
      Configuration(key, lower, value);
    }
  }

 private:
  Place PlaceOf(const std::string& key, const Literal& value) const {
    return {place_.file, place_.key + "." + key, value.line};
  }

  void Claim(const std::string& quantity, const Interval& value, const std::string& text,
             const std::string& key, const Literal& from, const std::string& base = "") {
    run_.claims.push_back({quantity, value, text, base, std::nullopt, PlaceOf(key, from)});
  }

  void Number(const std::string& quantity, const std::string& key, const Literal& value) {
    if (const auto number = ParseDecimal(value.text)) {
      Claim(quantity, number->Printed(), number->text, key, value);
    }
  }

  void Fact(const std::string& name, const std::string& key, const Literal& value) {
    if (const auto number = ParseDecimal(value.text)) {
      run_.facts.insert_or_assign(name, Reading{*number, PlaceOf(key, value)});
    }
  }

  bool Structure(const std::string& key, const Literal& value) {
    if (key == "status") {
      AddStatus(value, run_);
    } else if (key == "checkpoint" || key == "model_name") {
      run_.model = value.text;
    } else if (key == "type") {
      run_.words.insert_or_assign("model_type", value.text);
    } else if (key == "lora" || key == "qlora" || key == "full") {
      if (value.text == "true") run_.words.insert_or_assign("method", key);
    } else if (key == "trainable_params") {
      Fact("trainable_params", key, value);
      if (const auto percent = PercentIn(value.comment)) {
        run_.facts.insert_or_assign("trainable_percent",
                                    Reading{*percent, PlaceOf(key, value)});
      }
    } else if (key == "effective_batch_size" || key == "effective_batch") {
      Number("effective_batch", key, value);
    } else {
      return false;
    }
    return true;
  }

  bool Time(const std::string& key, const Literal& value) {
    if (key == "total_time_seconds" || key == "estimated_total_seconds") {
      Number(SaysEstimate(Lowered(value.comment)) ? "estimated_runtime_s" : "runtime_s", key, value);
    } else if (key == "samples_per_second") {
      if (!SaysEstimate(Lowered(value.comment))) Number("samples_per_second", key, value);
    } else if (key == "elapsed_time") {
      if (const auto duration = FindDuration(value.text, 0)) {
        Claim("elapsed_s", duration->Meant(), duration->text, key, value);
      }
    } else if (key.find("relative_to_") != std::string::npos && value.kind == Literal::Kind::kText) {
      const auto base = place_.names->OnlyIn(key);
      const auto number = LeadingNumber(value.text);
      if (base && number && value.text.find('x') != std::string::npos) {
        Claim("time_ratio_train", number->Printed(), number->text + "x", key, value,
              place_.names->names()[*base].name);
      }
    } else {
      return key == "total_time_formatted" || key == "remaining_time";
    }
    return true;
  }

  bool Loss(const std::string& key, const Literal& value) {
    if (key == "initial_loss") {
      Number("loss_initial", key, value);
    } else if (key == "final_loss" || key == "train_loss_current") {
      Number("loss_final", key, value);
      if (SaysLowest(Lowered(value.comment))) Number("loss_lowest", key, value);
    } else if (key == "reduction_percent") {
      Number("reduction_percent", key, value);
    } else {
      return key == "reduction" || key.starts_with("best_") || key.starts_with("final_eval");
    }
    return true;
  }

  bool GradientNorm(const std::string& key, const Literal& value) {
    const bool about = place_.around.find("grad") != std::string::npos;
    if (!about) return false;
    if (key == "range" && value.IsList() && value.items.size() == 2) {
      const auto low = ParseDecimal(value.items[0].text);
      const auto high = ParseDecimal(value.items[1].text);
      if (low && high) {
        Claim("grad_norm_range", MakeInterval(low->value, high->value), low->text + "-" + high->text,
              key, value);
        Claim("grad_norm_low", low->Printed(), low->text, key, value);
        Claim("grad_norm_high", high->Printed(), high->text, key, value);
      }
      return true;
    }
    if (key == "average" || key == "mean") {
      Number("grad_norm_mean", key, value);
      return true;
    }
    return false;
  }

  void Configuration(const std::string& key, const std::string& lower, const Literal& value) {
    if (value.IsMap() || value.kind == Literal::Kind::kNull) return;
    const bool from_file = lower.starts_with("config_");
    const std::string name = from_file ? key.substr(7) : key;
    const bool known = !SettingName(name).starts_with("other.");
    if (!known) return;
    Layer layer = Layer::kFile;
    if (!from_file && InForce(place_.around) && SettingName(name).starts_with("training.")) {
      layer = Layer::kClaimed;
    } else if (!from_file && FromCommandLine(place_.around)) {
      layer = Layer::kCommandLine;
    }
    std::string text = value.text;
    for (const Literal& item : value.items) text += (text.empty() ? "" : ",") + item.text;
    AddSetting(name, text, layer, PlaceOf(key, value), run_);
  }

  const MapPlace& place_;
  Evidence& run_;
};

}  // namespace

void AddReportMap(const Literal& map, const MapPlace& place, Evidence& run) {
  MapReader(place, run).Read(map);
}

void AddStatus(const Literal& status, Evidence& run) {
  const std::string lower = Lowered(status.text);
  if (HasAny(lower, {"진행 중", "running", "in progress", "ongoing"})) {
    run.words.insert_or_assign("status", "running");
  } else if (HasAny(lower, {"완료", "completed", "finished", "done"})) {
    run.words.emplace("status", "completed");
  }
}

bool IsProposal(std::string_view lowered) {
  return HasAny(lowered, {"권장", "추천", "개선", "recommended", "proposed", "suggested", "next run",
                          "optimized"});
}

void AddProposedTimes(const Command& command, const RunNames& names, const std::string& file,
                      const Study& study, Evidence& run) {
  size_t at = 0;
  while (at < command.block.size()) {
    size_t end = command.block.find('\n', at);
    if (end == std::string::npos) end = command.block.size();
    const std::string line = command.block.substr(at, end - at);
    at = end + 1;
    const auto subject = names.OnlyIn(Lowered(line));
    if (line.find('#') == std::string::npos || !subject) continue;
    if (&study.runs[*subject] != &run) continue;
    const auto duration = FindDuration(line, 0);
    if (!duration) continue;
    run.claims.push_back({"next_run_s", duration->Meant(), duration->text, "", std::nullopt,
                          {file, "", command.line}});
  }
}

}  // namespace plumbline::audit
