// Which vector instructions a kernel with shapes of its own for each set may use.
#ifndef PLUMBLINE_MODELS_NN_KERNELS_INSTRUCTION_SET_H_
#define PLUMBLINE_MODELS_NN_KERNELS_INSTRUCTION_SET_H_

namespace plumbline::nn {

enum class InstructionSet { kPortable, kAvx2, kAvx512 };

// The widest that the processor has: AVX-512 (F, DQ, VL), else AVX2 with FMA. ATEN_CPU_CAPABILITY
// (avx2, default), which holds LibTorch's own kernels to an older set, holds these too.
InstructionSet BestInstructionSet();

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_INSTRUCTION_SET_H_
