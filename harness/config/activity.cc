#include "harness/config/activity.h"

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::config {
namespace {

constexpr std::string_view kAnd = " and ";

const Json& ValueOf(const std::string& key, const std::map<std::string, Entry>& entries) {
  const auto found = entries.find(key);
  PLUMBLINE_CHECK(found != entries.end());
  return found->second.value;
}

bool IsOneOf(const Json& value, const std::string& words) {
  const std::string bounded = "|" + words + "|";
  return value.is_string() &&
         bounded.find("|" + value.get<std::string>() + "|") != std::string::npos;
}

bool Holds(const std::string& term, const std::map<std::string, Entry>& entries) {
  const size_t space = term.find(' ');
  const Json& value = ValueOf(term.substr(0, space), entries);
  if (space == std::string::npos) return value.is_boolean() ? value.get<bool>() : !value.is_null();
  PLUMBLINE_CHECK(term.size() > space + 3);
  const std::string right = term.substr(space + 3);
  if (term[space + 1] == '=') return IsOneOf(value, right);
  const auto bound = ParseDouble(right);
  PLUMBLINE_CHECK(term[space + 1] == '>' && bound);
  return value.is_number() && value.get<double>() > *bound;
}

}  // namespace

std::string FailingTerm(const std::string& condition, const std::map<std::string, Entry>& entries) {
  size_t begin = 0;
  while (begin < condition.size()) {
    const size_t end = std::min(condition.find(kAnd, begin), condition.size());
    const std::string term = condition.substr(begin, end - begin);
    if (!Holds(term, entries)) return term;
    begin = end + kAnd.size();
  }
  return "";
}

}  // namespace plumbline::config
