#include "harness/audit/adapter_targets.h"

#include <algorithm>
#include <string_view>

#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool IsName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsNameChar);
}

// The module names that the groups of a regular expression spell out: q_proj and v_proj of
// ".*attn\\.(q|v)_proj". Groups of anything but plain names, and layer numbers, are left out.
std::vector<std::string> NamesInGroups(const std::string& expression) {
  std::vector<std::string> names;
  for (size_t open = expression.find('('); open != std::string::npos;
       open = expression.find('(', open + 1)) {
    const size_t close = expression.find_first_of("()", open + 1);
    if (close == std::string::npos || expression[close] != ')') continue;
    size_t begin = open;
    while (begin > 0 && IsNameChar(expression[begin - 1])) --begin;
    if (begin > 0 && begin < open && expression[begin - 1] == '\\') ++begin;  // the letter of "\b"
    size_t end = close + 1;
    while (end < expression.size() && IsNameChar(expression[end])) ++end;
    std::string_view inside = std::string_view(expression).substr(open + 1, close - open - 1);
    if (inside.starts_with("?:")) inside.remove_prefix(2);
    const bool quantified = end < expression.size() &&
                            std::string_view("*+?{").find(expression[end]) != std::string_view::npos;
    if (quantified) continue;
    for (size_t at = 0; at <= inside.size();) {
      const size_t bar = std::min(inside.find('|', at), inside.size());
      const std::string_view one = inside.substr(at, bar - at);
      at = bar + 1;
      if (!IsName(one) || ParseInt(one)) continue;
      names.push_back(expression.substr(begin, open - begin) + std::string(one) +
                      expression.substr(close + 1, end - close - 1));
    }
  }
  return names;
}

}  // namespace

bool TargetsAreExpression(const Json& adapter) {
  return adapter.is_object() && adapter.contains("target_modules") &&
         adapter["target_modules"].is_string();
}

std::vector<std::string> AdapterTargets(const Json& adapter) {
  std::vector<std::string> patterns;
  if (!adapter.is_object() || !adapter.contains("target_modules")) return patterns;
  if (TargetsAreExpression(adapter)) {
    patterns = NamesInGroups(adapter["target_modules"].get<std::string>());
    std::ranges::sort(patterns);
    patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
    return patterns;
  }
  if (!adapter["target_modules"].is_array()) return patterns;
  for (const Json& pattern : adapter["target_modules"]) {
    if (pattern.is_string()) patterns.push_back(pattern.get<std::string>());
  }
  std::ranges::sort(patterns);
  return patterns;
}

bool TargetMatches(const std::string& module, const std::string& pattern, bool anywhere) {
  if (anywhere) return module.find(pattern) != std::string::npos;
  return module == pattern || module.ends_with("." + pattern);
}

}  // namespace plumbline::audit
