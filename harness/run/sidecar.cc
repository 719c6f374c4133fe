#include "harness/run/sidecar.h"

#include <sstream>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace plumbline::run {
namespace {

std::filesystem::path SidecarOf(const std::filesystem::path& data_file) {
  std::filesystem::path path = data_file;
  return path.replace_extension(".meta.jsonl");
}

std::map<std::string, Json> ReadLines(const std::filesystem::path& path) {
  std::map<std::string, Json> by_fname;
  std::istringstream lines(ReadFile(path));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    Json record = ParseJson(line, path.string() + ":" + std::to_string(number));
    by_fname.emplace(record.value("fname", ""), std::move(record));
  }
  return by_fname;
}

}  // namespace

std::vector<Json> ReadSidecar(const std::filesystem::path& data_file, std::span<const data::Example> examples) {
  const std::filesystem::path path = SidecarOf(data_file);
  if (!std::filesystem::exists(path)) return {};
  const std::map<std::string, Json> by_fname = ReadLines(path);
  std::vector<Json> sidecar;
  for (const data::Example& example : examples) {
    const auto found = by_fname.find(example.fname);
    if (found == by_fname.end()) {
      Fail(ErrorKind::kData, "reading the sidecar " + Quoted(path.string()), "no record of " + Quoted(example.fname),
           "one for each row of the data", "making the data again, or removing the sidecar");
    }
    sidecar.push_back(found->second);
  }
  return sidecar;
}

data::korean::SlotAccuracy ScoreSlots(const std::vector<Json>& sidecar, std::span<const std::string> predictions) {
  std::map<std::string, std::string> by_fname;
  for (size_t i = 0; i < sidecar.size(); ++i) by_fname[sidecar[i].at("fname")] = predictions[i];
  return data::korean::MeasureSlots(by_fname, sidecar);
}

}  // namespace plumbline::run
