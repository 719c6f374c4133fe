#!/bin/bash
# plumbline must not reach LibTorch: not in its file, not through the loader, not in Bazel's graph.
# Each question is also put to the engine, which must answer yes: a check that cannot fire is no check.
set -u -o pipefail
plumbline=$1 engine=$2 plumbline_deps=$3 engine_deps=$4
failed=0

readonly torch_library='lib(torch|c10|torch_cpu|torch_cuda|gomp)[^ ]*\.so'

needed() { readelf -d "$1" | grep NEEDED; }
loaded() { ldd "$1"; }

absent() {  # what, command...: fails when the command's output names LibTorch
  local what=$1; shift
  local found
  if found=$("$@" | grep -E "$torch_library|@libtorch"); then
    echo "FAIL: $what reaches LibTorch: found"; echo "$found" | head -5; failed=1
  fi
}

present() {  # what, command...: fails when it does not
  local what=$1; shift
  if ! "$@" | grep -E "$torch_library|@libtorch" > /dev/null; then
    echo "FAIL: $what does not name LibTorch: the check is blind"; failed=1
  fi
}

present "readelf of plumbline-engine" needed "$engine"
present "ldd of plumbline-engine" loaded "$engine"
present "deps() of plumbline-engine" cat "$engine_deps"
absent "readelf of plumbline" needed "$plumbline"
absent "ldd of plumbline" loaded "$plumbline"
absent "deps() of plumbline" cat "$plumbline_deps"
[ -s "$plumbline_deps" ] || { echo "FAIL: $plumbline_deps is empty"; failed=1; }
exit $failed
