#include "models/nn/kernels/instruction_set.h"

#include <cstdlib>
#include <string_view>

namespace plumbline::nn {
namespace {

#if defined(__x86_64__)
InstructionSet Widest() {
  const char* const held = std::getenv("ATEN_CPU_CAPABILITY");
  const std::string_view most = held == nullptr ? "avx512" : held;
  const bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!fma || most == "default") return InstructionSet::kPortable;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl");
  return wide && most != "avx2" ? InstructionSet::kAvx512 : InstructionSet::kAvx2;
}
#else
InstructionSet Widest() { return InstructionSet::kPortable; }
#endif

}  // namespace

InstructionSet BestInstructionSet() {
  static const InstructionSet best = Widest();
  return best;
}

}  // namespace plumbline::nn
