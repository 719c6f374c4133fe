#include "harness/run/environment.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "harness/base/file.h"
#include "harness/base/project.h"
#include "harness/base/sha256.h"

namespace plumbline::run {
namespace {

std::filesystem::path MachineKeyFile() {
  if (const char* named = std::getenv("PLUMBLINE_MACHINE_KEY"); named != nullptr && *named != '\0') return named;
  return ProjectRoot() / ".." / "machine" / "key.txt";
}

check::Fields MachineFields() {
  const std::filesystem::path file = MachineKeyFile();
  if (!std::filesystem::exists(file)) return {{"key", "no key file"}};
  return check::ParseFields(ReadFile(file), "the machine's key.txt");
}

}  // namespace

check::Environment EnvironmentOf(const config::Resolved& config) {
  check::Environment environment;
  environment.machine = MachineFields();
  environment.machine["cpu.dispatch"] = at::get_cpu_capability();
  environment.machine["threads"] = std::to_string(at::get_num_threads());
  environment.machine["device"] = config.Text("runtime.device");
  // A GPU that computes nothing here sets no run apart from one of a machine without it.
  if (config.Text("runtime.device") == "cpu") environment.machine.erase("gpu");
  environment.machine["deterministic"] = config.Bool("runtime.deterministic") ? "true" : "false";
  environment.code["binary"] = Sha256OfFile("/proc/self/exe");
  return environment;
}

std::string CheckpointDigest(const std::filesystem::path& directory) {
  const std::filesystem::path single = directory / "model.safetensors";
  if (std::filesystem::exists(single)) return Sha256OfFile(single);
  std::set<std::filesystem::path> shards;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".safetensors") shards.insert(entry.path());
  }
  Sha256 digest;
  for (const std::filesystem::path& shard : shards) digest.Update(Sha256OfFile(shard));
  return digest.HexDigest();
}

}  // namespace plumbline::run
