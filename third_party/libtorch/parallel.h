// at::parallel_for. ATen's header makes it a plain loop where a file is compiled without OpenMP, and says nothing.
#ifndef PLUMBLINE_THIRD_PARTY_LIBTORCH_PARALLEL_H_
#define PLUMBLINE_THIRD_PARTY_LIBTORCH_PARALLEL_H_

#ifndef _OPENMP
#error "at::parallel_for would use one thread: give the target PARALLEL_COPTS of third_party/libtorch/parallel.bzl"
#endif

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>

namespace plumbline {

// Tasks a thread takes at least, so that it does some `work_of_thread` multiply-adds: below that a
// second thread costs more than it saves. `work_each`: of a task.
inline int64_t GrainFor(int64_t work_each, int64_t work_of_thread) {
  return std::max<int64_t>(1, work_of_thread / std::max<int64_t>(1, work_each));
}

}  // namespace plumbline

#endif  // PLUMBLINE_THIRD_PARTY_LIBTORCH_PARALLEL_H_
