// One source, several instruction sets: the loader picks the best that the processor has.
#ifndef PLUMBLINE_MODELS_NN_KERNELS_TARGET_H_
#define PLUMBLINE_MODELS_NN_KERNELS_TARGET_H_

#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define PLUMBLINE_EVERY_ISA \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PLUMBLINE_EVERY_ISA
#endif

// For a kernel whose shape differs between the sets of instruction_set.h.
#if defined(__x86_64__)
#define PLUMBLINE_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#define PLUMBLINE_AVX2 __attribute__((target("avx2,fma")))
#else
#define PLUMBLINE_AVX512
#define PLUMBLINE_AVX2
#endif

// A helper of such a function must become part of it, or it would be compiled for the oldest processor.
#define PLUMBLINE_INLINE __attribute__((always_inline)) static inline

namespace plumbline::nn {

using Floats4 = float __attribute__((vector_size(16)));
using Floats8 = float __attribute__((vector_size(32)));
using Floats16 = float __attribute__((vector_size(64)));

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_KERNELS_TARGET_H_
