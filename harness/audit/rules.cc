#include <algorithm>

#include "harness/audit/rule.h"
#include "harness/base/error.h"
#include "harness/base/nearest.h"

namespace plumbline::audit {
namespace {

Rule Arithmetic(Rule rule) {
  rule.arithmetic = true;
  return rule;
}

}  // namespace

const std::vector<Rule>& Rules() {
  static const std::vector<Rule> kRules = {
#define RULE(Name) Name##Rule(),
#define ARITHMETIC_RULE(Name) Arithmetic(Name##Rule()),
#include "harness/audit/rules.def"
#undef RULE
  };
  return kRules;
}

const Rule& FindRule(std::string_view id) {
  const auto found = std::ranges::find(Rules(), id, &Rule::id);
  if (found != Rules().end()) return *found;
  std::vector<std::string> known;
  for (const Rule& rule : Rules()) known.push_back(rule.id);
  Fail(ErrorKind::kUsage, "audit rule", Quoted(id), "a rule of `plumbline audit --list`",
       NearestName(id, known));
}

}  // namespace plumbline::audit
