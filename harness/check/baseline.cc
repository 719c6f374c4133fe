#include "harness/check/baseline.h"

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace plumbline::check {
namespace {

constexpr const char* kExactStem = "exact";
constexpr const char* kExtension = ".txt";

void RequireItsPlace(const Baseline& baseline, const std::filesystem::path& path,
                     const std::string& suite) {
  const bool exact = path.stem() == kExactStem;
  if (baseline.suite != suite) {
    Fail(ErrorKind::kData, "reading the baseline " + Quoted(path.string()),
         "suite " + Quoted(baseline.suite), "suite " + Quoted(suite),
         "restoring the file from version control");
  }
  if ((baseline.scope == Scope::kExact) != exact) {
    Fail(ErrorKind::kData, "reading the baseline " + Quoted(path.string()), "the other scope",
         exact ? "scope exact" : "scope keyed", "restoring the file from version control");
  }
}

}  // namespace

Scope ScopeOf(MetricClass metric_class) {
  switch (metric_class) {
    case MetricClass::kD0:
    case MetricClass::kD2:
    case MetricClass::kC:
      return Scope::kExact;
    default:
      return Scope::kKeyed;
  }
}

const Observation* FindRow(const Baseline& baseline, const std::string& name,
                           MetricClass metric_class) {
  const auto found = std::ranges::find_if(baseline.rows, [&](const Observation& row) {
    return row.name == name && row.metric_class == metric_class;
  });
  return found == baseline.rows.end() ? nullptr : &*found;
}

BaselineSet ReadBaselines(const std::filesystem::path& directory, const std::string& suite) {
  BaselineSet set;
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(directory)) return set;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == kExtension) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  for (const std::filesystem::path& path : paths) {
    Baseline baseline = ParseBaseline(ReadFile(path), path.string());
    RequireItsPlace(baseline, path, suite);
    if (baseline.scope == Scope::kExact) {
      set.exact = std::move(baseline);
    } else {
      set.keyed.emplace(path.stem().string(), std::move(baseline));
    }
  }
  return set;
}

}  // namespace plumbline::check
