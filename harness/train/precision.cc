#include "harness/train/precision.h"

#include "harness/base/error.h"

namespace plumbline::train {

Hardware HardwareOf(bool is_cpu) {
  Hardware hardware;
  hardware.is_cpu = is_cpu;
#if defined(__x86_64__)
  hardware.has_fast_bfloat16 = !is_cpu || __builtin_cpu_supports("avx512bf16") != 0;
#else
  hardware.has_fast_bfloat16 = !is_cpu;
#endif
  return hardware;
}

Precision ChoosePrecision(ComputeType declared, const Hardware& hardware) {
  Precision precision{declared, declared, ""};
  if (!hardware.is_cpu || declared == ComputeType::kFloat32) return precision;
  if (declared == ComputeType::kFloat16) {
    precision.note = "training.fp16: float16 products are slow on a CPU";
  } else if (!hardware.has_fast_bfloat16) {
    precision.used = ComputeType::kFloat32;
    precision.note =
        "training.bf16 is declared, products run in float32: this CPU has no instructions for "
        "bfloat16";
  }
  return precision;
}

void RequireRange(ComputeType declared, std::string_view model_type, bool allow_t5_fp16) {
  const bool is_t5 = model_type == "t5" || model_type == "mt5";
  if (declared != ComputeType::kFloat16 || !is_t5 || allow_t5_fp16) return;
  Fail(ErrorKind::kUsage, "training " + std::string(model_type),
       "training.fp16 = true: its activations leave the range of float16 (65504)",
       "training.bf16, or no half type",
       "training.bf16: true; training.allow_t5_fp16: true trains on and counts the overflows");
}

}  // namespace plumbline::train
