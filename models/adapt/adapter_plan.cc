#include "models/adapt/adapter_plan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "harness/base/error.h"
#include "harness/base/nearest.h"

namespace plumbline::models {
namespace {

constexpr std::string_view kAllLinear = "all-linear";

std::string ModuleOf(const std::string& parameter) {
  return parameter.substr(0, parameter.rfind('.'));
}

std::string LastPart(const std::string& module) { return module.substr(module.rfind('.') + 1); }

std::regex PatternOf(const std::string& key, const std::string& pattern) {
  try {
    return std::regex(pattern, std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    Fail(ErrorKind::kUsage, "reading " + key, Quoted(pattern) + " (" + error.what() + ")",
         "a regular expression", "the module's last name part");
  }
}

// The module itself or one that ends in ".entry".
bool IsNamed(const std::string& module, const std::string& entry) {
  return module == entry || module.ends_with("." + entry);
}

class Planner {
 public:
  Planner(const LoraConfig& config, const ModuleNames& names) : config_(config), names_(names) {
    for (const std::string& parameter : names.parameters) modules_.insert(ModuleOf(parameter));
  }

  AdapterPlan Plan() {
    PlanSaved();
    PlanTargets();
    for (const std::string& module : names_.linears) {
      if (targets_.contains(module) && !IsInsideSaved(module)) AddModule(module);
    }
    RequirePatternsUsed("lora.rank_pattern", config_.rank_pattern);
    RequirePatternsUsed("lora.alpha_pattern", config_.alpha_pattern);
    ListGaps();
    return std::move(plan_);
  }

 private:
  [[noreturn]] void RefuseUnmatched(const std::string& key, const std::string& entry) const {
    std::set<std::string> known;
    for (const std::string& module : modules_) known.insert({module, LastPart(module)});
    const std::vector<std::string> all(known.begin(), known.end());
    const std::string nearest = NearestName(entry, all);
    std::string linears;
    std::set<std::string> parts;
    for (const std::string& module : names_.linears) parts.insert(LastPart(module));
    for (const std::string& part : parts) linears += (linears.empty() ? "" : ", ") + part;
    Fail(ErrorKind::kUsage, "reading " + key, Quoted(entry) + ", which matches no module of this " +
             names_.model_type + " model",
         "modules that it has (maps: " + linears + ")", Quoted(nearest));
  }

  // PEFT: the name of the module or of one around it ends so.
  bool IsSaved(const std::string& parameter, const std::string& entry) const {
    for (std::string module = ModuleOf(parameter); !module.empty();) {
      if (module.ends_with(entry)) return true;
      const size_t dot = module.rfind('.');
      module = dot == std::string::npos ? "" : module.substr(0, dot);
    }
    return false;
  }

  // A module trained whole beside a twin that is not would be two modules from then on.
  void RequireUntied(const std::string& parameter, const std::string& entry) const {
    const auto& all = names_.parameters;
    const bool has_head = std::find(all.begin(), all.end(), "lm_head.weight") != all.end();
    const bool is_tied = parameter == "model.shared.weight" || parameter == "shared.weight" ||
                         (parameter == "model.embed_tokens.weight" && !has_head);
    if (!is_tied) return;
    Fail(ErrorKind::kUsage, "reading lora.modules_to_save", Quoted(entry) + ", a tied embedding",
         "modules with weights of their own", "leaving it out");
  }

  void PlanSaved() {
    std::set<std::string> used;
    for (const std::string& parameter : names_.parameters) {
      bool is_saved = false;
      for (const std::string& entry : config_.modules_to_save) {
        if (!IsSaved(parameter, entry)) continue;
        RequireUntied(parameter, entry);
        used.insert(entry);
        is_saved = true;
      }
      if (is_saved) plan_.saved.push_back(parameter);
    }
    for (const std::string& entry : config_.modules_to_save) {
      if (!used.contains(entry)) RefuseUnmatched("lora.modules_to_save", entry);
    }
  }

  // Also of a norm or an embedding, which are refused by AddTargets.
  bool IsInsideSaved(const std::string& module) const {
    const std::string whole = "." + module + ".";
    return std::any_of(config_.modules_to_save.begin(), config_.modules_to_save.end(),
                       [&](const std::string& entry) {
                         return whole.find("." + entry + ".") != std::string::npos;
                       });
  }

  void PlanTargets() {
    plan_.target_modules = config_.target_modules;
    if (plan_.target_modules.is_null()) {
      const bool is_t5 = names_.model_type == "t5" || names_.model_type == "mt5";
      plan_.target_modules = is_t5 ? Json::array({"q", "v"}) : Json::array({"q_proj", "v_proj"});
    }
    if (plan_.target_modules.is_string())
      return PlanPattern(plan_.target_modules.get<std::string>());
    if (!plan_.target_modules.is_array() || plan_.target_modules.empty()) {
      Fail(ErrorKind::kUsage, "reading lora.target_modules", plan_.target_modules.dump(),
           "all-linear, a regular expression or a list of names", "leaving it out");
    }
    for (const Json& entry : plan_.target_modules) {
      const std::string name = entry.is_string() ? entry.get<std::string>() : entry.dump();
      AddTargets(name, [&](const std::string& module) { return IsNamed(module, name); });
    }
  }

  void PlanPattern(const std::string& pattern) {
    std::string lowered = pattern;
    std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (lowered != kAllLinear) {
      const std::regex regex = PatternOf("lora.target_modules", pattern);
      AddTargets(pattern,
                 [&](const std::string& module) { return std::regex_match(module, regex); });
      return;
    }
    plan_.target_modules = Json::array();
    for (const std::string& module : names_.linears) {
      if (IsInsideSaved(module)) continue;
      targets_.insert(module);
      plan_.target_modules.push_back(module);
    }
  }

  void AddTargets(const std::string& entry,
                  const std::function<bool(const std::string&)>& matches) {
    const std::set<std::string> linears(names_.linears.begin(), names_.linears.end());
    bool found = false;
    for (const std::string& module : modules_) {
      if (!matches(module) || IsInsideSaved(module)) continue;
      if (!linears.contains(module)) {
        Fail(ErrorKind::kUsage, "reading lora.target_modules",
             Quoted(entry) + ", which names " + Quoted(module),
             "maps of the layers: adapters of embeddings, norms and the output projection are not "
             "built",
             "lora.modules_to_save");
      }
      targets_.insert(module);
      found = true;
    }
    if (!found) RefuseUnmatched("lora.target_modules", entry);
  }

  // The value of the one pattern that matches the module's end.
  template <typename T>
  T PatternValue(const std::string& key, const std::map<std::string, T>& patterns,
                 const std::string& module, T otherwise) {
    std::optional<T> value;
    for (const auto& [pattern, own] : patterns) {
      if (!std::regex_match(module, PatternOf(key, "(.*\\.)?(" + pattern + ")"))) continue;
      used_patterns_.insert(key + " " + pattern);
      if (value && *value != own) {
        Fail(ErrorKind::kUsage, "reading " + key, "two patterns for " + Quoted(module),
             "one value a module", "narrower patterns");
      }
      value = own;
    }
    return value.value_or(otherwise);
  }

  void AddModule(const std::string& module) {
    const int64_t rank = PatternValue("lora.rank_pattern", config_.rank_pattern, module, config_.r);
    const double alpha =
        PatternValue("lora.alpha_pattern", config_.alpha_pattern, module, config_.alpha);
    const auto width = static_cast<double>(rank);
    plan_.modules.push_back(
        {module, rank, alpha / (config_.use_rslora ? std::sqrt(width) : width)});
  }

  template <typename T>
  void RequirePatternsUsed(const std::string& key, const std::map<std::string, T>& patterns) const {
    for (const auto& [pattern, value] : patterns) {
      if (!used_patterns_.contains(key + " " + pattern)) RefuseUnmatched(key, pattern);
    }
  }

  // "model.layers.3" of a map inside it.
  static std::string LayerOf(const std::string& module) {
    static const std::regex kLayer("(.*?\\.\\d+)\\..*");
    std::smatch match;
    return std::regex_match(module, match, kLayer) ? match[1].str() : "";
  }

  void ListGaps() {
    std::vector<std::string> layers;
    std::set<std::string> adapted;
    for (const std::string& module : names_.linears) {
      const std::string layer = LayerOf(module);
      if (layers.empty() || layers.back() != layer) layers.push_back(layer);
    }
    for (const AdaptedModule& module : plan_.modules) adapted.insert(LayerOf(module.name));
    for (const std::string& layer : layers) {
      if (!adapted.contains(layer)) plan_.layers_without_adapter.push_back(layer);
    }
  }

  const LoraConfig& config_;
  const ModuleNames& names_;
  std::set<std::string> modules_;  // that hold parameters
  std::set<std::string> targets_;
  std::set<std::string> used_patterns_;
  AdapterPlan plan_;
};

}  // namespace

AdapterPlan PlanAdapter(const LoraConfig& config, const ModuleNames& names) {
  return Planner(config, names).Plan();
}

std::vector<std::string> NotesOn(const std::vector<std::string>& layers_without_adapter) {
  if (layers_without_adapter.empty()) return {};
  std::string layers;
  for (const std::string& layer : layers_without_adapter) layers += (layers.empty() ? "" : ", ") + layer;
  return {"layers without adapter: " + layers};
}

}  // namespace plumbline::models
