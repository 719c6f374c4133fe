#include "reports/facts.h"

#include "harness/base/error.h"

namespace plumbline::report {
namespace {

constexpr size_t kKeptNames = 2;

// Reads one file of a run. `read` turns the document into the part.
template <typename Read>
void ReadPart(const std::filesystem::path& directory, const char* name, Run& run, Read read) {
  const std::filesystem::path path = directory / name;
  if (!std::filesystem::exists(path)) return;
  try {
    read(ReadJsonFile(path));
  } catch (const Error&) {
    run.unreadable.push_back(name);
  } catch (const Json::exception&) {
    run.unreadable.push_back(name);
  }
}

std::optional<Run> ReadRun(const std::filesystem::path& directory) {
  if (!std::filesystem::is_directory(directory)) return std::nullopt;
  Run run;
  ReadPart(directory, "observations.json", run,
           [&](const Json& json) { run.observations = check::ObservationSetFromJson(json); });
  ReadPart(directory, "ledger.json", run,
           [&](const Json& json) { run.ledger = ledger::LedgerFromJson(json); });
  ReadPart(directory, "resolved_config.json", run, [&](const Json& json) {
    run.config = config::Resolved::FromJson(json, "resolved_config.json");
  });
  ReadPart(directory, "environment.json", run,
           [&](const Json& json) { run.environment = check::EnvironmentFromJson(json); });
  ReadPart(directory, "trainer_state.json", run,
           [&](const Json& json) { run.trainer_state = json; });
  ReadPart(directory, "all_results.json", run, [&](const Json& json) { run.results = json; });
  return run;
}

// "/a/b/c/d" -> ".../c/d"
std::string LastNames(const std::string& path) {
  size_t from = path.size();
  for (size_t names = 0; names < kKeptNames; ++names) {
    const size_t slash = from == 0 ? std::string::npos : path.rfind('/', from - 1);
    if (slash == std::string::npos || slash == 0) return path;
    from = slash;
  }
  return "..." + path.substr(from);
}

}  // namespace

std::string WithoutAbsolutePaths(const std::string& text) {
  std::string shortened;
  size_t done = 0;
  for (size_t open = text.find("'/"); open != std::string::npos; open = text.find("'/", done)) {
    const size_t close = text.find('\'', open + 1);
    if (close == std::string::npos) break;
    shortened +=
        text.substr(done, open + 1 - done) + LastNames(text.substr(open + 1, close - open - 1));
    done = close;
  }
  return shortened + text.substr(done);
}

Facts ReadFacts(const check::Comparison& comparison,
                const std::vector<std::filesystem::path>& run_directories) {
  Facts facts;
  facts.comparison = comparison;
  facts.comparison.headline = WithoutAbsolutePaths(comparison.headline);
  for (std::string& problem : facts.comparison.problems) problem = WithoutAbsolutePaths(problem);
  for (check::Cause& cause : facts.comparison.causes)
    cause.sentence = WithoutAbsolutePaths(cause.sentence);
  if (!run_directories.empty()) facts.candidate = ReadRun(run_directories.back());
  if (run_directories.size() > 1) facts.base = ReadRun(run_directories[run_directories.size() - 2]);
  return facts;
}

const check::Observation* FindObservation(const std::optional<Run>& run, const std::string& name,
                                          check::MetricClass metric_class) {
  if (!run || !run->observations) return nullptr;
  for (const check::Observation& observation : run->observations->observations) {
    if (observation.name == name && observation.metric_class == metric_class) return &observation;
  }
  return nullptr;
}

}  // namespace plumbline::report
