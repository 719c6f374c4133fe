#!/usr/bin/env bash
# Builds this folder without Bazel: ./build.sh [LIBTORCH_DIR]. Without an argument LIBTORCH_DIR, else the LibTorch in
# Python's torch. Wants g++, make and a LibTorch (include/ and lib/) of 2.11 to 2.13; a CUDA build of it is linked whole.
# In the environment: JOBS at a time (all processors), GOALS (files to make; all), KEEP_GOING=1 past what does not compile.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 2
}

find_libtorch() {
  LIBTORCH_DIR=${1:-${LIBTORCH_DIR:-$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))' 2> /dev/null || true)}}
  [ -n "$LIBTORCH_DIR" ] || fail "LibTorch: found none, wanted a directory with include/ and lib/; try ./build.sh LIBTORCH_DIR"
  [ -e "$LIBTORCH_DIR/lib/libtorch_cpu.so" ] && [ -d "$LIBTORCH_DIR/include/ATen" ] ||
    fail "LibTorch: found no lib/libtorch_cpu.so and include/ATen in $LIBTORCH_DIR, wanted both; try another LIBTORCH_DIR"
  LIBTORCH_DIR=$(cd -- "$LIBTORCH_DIR" && pwd)
}

# What of LibTorch is linked: the CUDA libraries too where they are, although no symbol of ours asks for them.
libtorch_libs() {
  local name libs="-L$LIBTORCH_DIR/lib -Wl,-rpath,$LIBTORCH_DIR/lib -Wl,--no-as-needed"
  for name in c10 torch_cpu c10_cuda torch_cuda torch; do
    [ ! -e "$LIBTORCH_DIR/lib/lib$name.so" ] || libs="$libs -l$name"
  done
  for name in "$LIBTORCH_DIR"/lib/libgomp*.so*; do
    [ ! -e "$name" ] || libs="$libs -l:${name##*/}"
  done
  printf '%s' "$libs"
}

find_compiler() {
  CC=${CC:-gcc}
  command -v "$CC" > /dev/null && command -v make > /dev/null ||
    fail "tools: found no $CC or no make, wanted both; try apt-get install g++ make, or CC=..."
  LINKER=
  ! command -v ld.gold > /dev/null || LINKER=-fuse-ld=gold
  # Warnings are errors where the sources are written, under one compiler; another one has other warnings.
  MORE_CXXFLAGS=
  [ "$("$CC" -dumpfullversion 2> /dev/null || true)" = "$(cat compiler_version)" ] || MORE_CXXFLAGS=-Wno-error
}

find_libtorch "${1:-}"
find_compiler
kind=CPU
[ ! -e "$LIBTORCH_DIR/lib/libtorch_cuda.so" ] || kind=CUDA
printf 'build.sh: LibTorch (%s) in %s, %s %s\n' "$kind" "$LIBTORCH_DIR" "$CC" "$("$CC" -dumpfullversion)"
make -f actions.mk -j "${JOBS:-$(nproc)}" ${KEEP_GOING:+-k} ${GOALS:-all} CC="$CC" AR="${AR:-ar}" \
  LIBTORCH_DIR="$LIBTORCH_DIR" LIBTORCH_LIBS="$(libtorch_libs)" LINKER="$LINKER" \
  SYSTEM_INCLUDES='-isystem external/system/include' MORE_CXXFLAGS="$MORE_CXXFLAGS" \
  MORE_LDFLAGS='-Lexternal/system/lib -Wl,--disable-new-dtags -Wl,--allow-shlib-undefined'
