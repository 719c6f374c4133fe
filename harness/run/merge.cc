#include "harness/run/merge.h"

#include <cstdio>
#include <memory>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/run/companions.h"
#include "harness/run/settings.h"
#include "models/adapt/adapter.h"
#include "models/model.h"

namespace plumbline::run {
namespace {

void RequireNew(const std::filesystem::path& out) {
  std::error_code none;
  const bool is_there = std::filesystem::exists(out, none);
  if (!is_there ||
      (std::filesystem::is_directory(out, none) && std::filesystem::is_empty(out, none)))
    return;
  Fail(ErrorKind::kUsage, "merging an adapter", Quoted(out.string()) + " with something in it",
       "a directory that is new or empty", "another --out");
}

// Said before gigabytes are read; models/adapt refuses the same.
void RequireWhole(const config::Resolved& config, const std::filesystem::path& directory) {
  const bool is_stored = ReadJsonFile(directory / "config.json").contains("quantization_config");
  if (!is_stored && !config.Bool("quantization.load_in_4bit")) return;
  models::RefuseToMerge(
      is_stored ? Quoted(directory.string()) + " quantized in 4 bits"
                : "quantization.load_in_4bit = true",
      is_stored
          ? "--model with the checkpoint before it was quantized, or keeping the adapter apart"
          : "quantization.load_in_4bit=false, or keeping the adapter apart");
}

// Rounding went into what was learned: the sum with whole weights is another function.
void SayWhenTrainedIn4Bits(const std::filesystem::path& adapter) {
  const std::filesystem::path settings = adapter / "resolved_config.json";
  if (!std::filesystem::exists(settings)) return;
  static const Json::json_pointer kPlace("/values/quantization.load_in_4bit/value");
  const Json config = ReadJsonFile(settings);
  if (!config.contains(kPlace) || config.at(kPlace) != true) return;
  std::fputs(
      "note: the adapter was trained over weights in 4 bits; over whole ones its outputs differ\n",
      stderr);
}

}  // namespace

MergeReport MergeCheckpoint(const config::Resolved& config, const std::filesystem::path& out) {
  RequireSetting(config, "model.path", "--model DIR");
  RequireSetting(config, "model.adapter", "--adapter DIR");
  RequireNew(out);
  const std::filesystem::path directory = PathOf(config, "model.path");
  RequireWhole(config, directory);
  const at::ScalarType dtype = models::WeightType(config.Text("model.dtype"), directory);
  const std::unique_ptr<models::Model> model = models::LoadModel(directory, PreparedDevice(config));
  const std::filesystem::path adapter = PathOf(config, "model.adapter");
  const models::AdapterPlan plan = models::LoadAdapter(*model, adapter, /*trainable=*/false);
  SayWhenTrainedIn4Bits(adapter);
  models::MergeAdapter(*model);
  models::SaveModel(*model, out, dtype);
  CopyCompanions(directory, out);
  WarnOfUnreadFlags(config);
  return {std::ssize(plan.modules), std::ssize(plan.saved), models::DtypeName(dtype)};
}

}  // namespace plumbline::run
