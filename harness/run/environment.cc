#include "harness/run/environment.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <cstdlib>
#include <filesystem>
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
  environment.machine["deterministic"] = config.Bool("runtime.deterministic") ? "true" : "false";
  environment.code["binary"] = Sha256OfFile("/proc/self/exe");
  return environment;
}

}  // namespace plumbline::run
