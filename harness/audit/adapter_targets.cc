#include "harness/audit/adapter_targets.h"

#include <algorithm>
#include <string_view>

#include "harness/audit/report_text.h"
#include "harness/base/number.h"

namespace plumbline::audit {
namespace {

bool IsName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsNameChar);
}

constexpr size_t kLongestExpression = 4096;  // bytes; each alternative is a copy of its surroundings

// The names of one innermost group, expression[open] to expression[close], with what stands around it.
void AddNames(const std::string& expression, size_t open, size_t close, std::vector<std::string>& names) {
  size_t begin = open;
  while (begin > 0 && IsNameChar(expression[begin - 1])) --begin;
  if (begin > 0 && begin < open && expression[begin - 1] == '\\') ++begin;  // the letter of "\b"
  size_t end = close + 1;
  while (end < expression.size() && IsNameChar(expression[end])) ++end;
  std::string_view inside = std::string_view(expression).substr(open + 1, close - open - 1);
  if (inside.starts_with("?:")) inside.remove_prefix(2);
  const bool quantified = end < expression.size() &&
                          std::string_view("*+?{").find(expression[end]) != std::string_view::npos;
  if (quantified) return;
  for (size_t at = 0; at <= inside.size();) {
    const size_t bar = std::min(inside.find('|', at), inside.size());
    const std::string_view one = inside.substr(at, bar - at);
    at = bar + 1;
    if (!IsName(one) || ParseInt(one)) continue;
    names.push_back(expression.substr(begin, open - begin) + std::string(one) +
                    expression.substr(close + 1, end - close - 1));
  }
}

// The module names that the groups of a regular expression spell out: q_proj and v_proj of
// ".*attn\\.(q|v)_proj". Groups of anything but plain names, layer numbers, and what stands inside
// "(?!" or "(?<!" (names that must not come) are left out.
std::vector<std::string> NamesInGroups(const std::string& expression) {
  struct Group {
    size_t open;
    bool negated;
    bool innermost;
  };
  std::vector<std::string> names;
  std::vector<Group> groups;  // open ones, outer first
  for (size_t at = 0; at < expression.size() && expression.size() <= kLongestExpression; ++at) {
    const char c = expression[at];
    if (c == '\\') {
      ++at;
    } else if (c == '(') {
      const std::string_view rest = std::string_view(expression).substr(at);
      const bool outer = !groups.empty() && groups.back().negated;
      if (!groups.empty()) groups.back().innermost = false;
      groups.push_back({at, outer || rest.starts_with("(?!") || rest.starts_with("(?<!"), true});
    } else if (c == ')' && !groups.empty()) {
      const Group group = groups.back();
      groups.pop_back();
      if (group.innermost && !group.negated) AddNames(expression, group.open, at, names);
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
