// at::parallel_for. ATen's header makes it a plain loop where a file is compiled without OpenMP, and says nothing.
#ifndef PLUMBLINE_THIRD_PARTY_LIBTORCH_PARALLEL_H_
#define PLUMBLINE_THIRD_PARTY_LIBTORCH_PARALLEL_H_

#ifndef _OPENMP
#error "at::parallel_for would use one thread: give the target PARALLEL_COPTS of third_party/libtorch/parallel.bzl"
#endif

#include <ATen/Parallel.h>

#endif  // PLUMBLINE_THIRD_PARTY_LIBTORCH_PARALLEL_H_
