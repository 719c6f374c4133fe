#!/usr/bin/env bash
# One archive that builds and tests without Bazel, network or installed libraries, for a machine with a GPU, g++ and make:
#   third_party/without_bazel/pack.sh OUT.tar.gz [TARGET...]     (here, where Bazel is)
#   tar xf OUT.tar.gz && cd plumbline && ./build.sh LIBTORCH_DIR && ./run_tests.sh     (there)
# It holds the sources, a makefile with the compiler calls of Bazel's own action list, the small libraries that Debian
# packages bring here, and all that tests read. Without TARGET: both programs, the tests that need LibTorch, and the
# speed programs. The build there is of one process (--define=mpi=off).
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)

readonly DEFAULT_TARGETS='//harness/cli:all_programs + //tests/perf:programs + kind(".*_test", //tests/engine/... + //tests/parity/... + //tests/e2e/...)'
# Tests of what is not there: MPI's launcher, and Bazel's own view of dependencies.
readonly LEFT_OUT='//tests/engine/world/... + //tests/e2e/world/... + //tests/e2e/cli:torch_free'
readonly FLAGS=(--define=mpi=off --features=-supports_start_end_lib)

fail() {
  printf 'pack.sh: %s\n' "$*" >&2
  exit 2
}

quiet_bazel() { (cd "$root" && bazel "$1" --noshow_progress --ui_event_filters=-info,-debug "${@:2}"); }

# Sources that the targets are made of and read, by Bazel's own graph; generated ones are made there again.
copy_sources() {
  quiet_bazel cquery "${FLAGS[@]}" "kind('source file', deps($1))" 2> /dev/null |
    awk '/^\/\// { sub(/^\/\//, "", $1); sub(/:/, "/", $1); sub(/^\//, "", $1); print $1 }' | sort -u > "$2/sources"
  [ -s "$2/sources" ] || fail "listing the sources of $1: found none, wanted some; try bazel cquery by hand"
  tar -C "$root" -cf - -T "$2/sources" | tar -C "$2/plumbline" -xf -
}

# Libraries of Debian's that commands link, with their headers and what they themselves need.
copy_libraries() {
  local tree=$1/plumbline name file package
  mkdir -p "$tree/external/system/lib" "$tree/external/system/include"
  for name in $(grep -o -w -e '-l[a-z0-9_+-]*' "$1/actions.mk" | sort -u | sed 's/^-l//'); do
    case $name in pthread | stdc++ | m | dl | rt | gomp) continue ;; esac  # the compiler's
    [ -z "$(grep -m 1 -F "/lib$name.so:" "$1/actions.mk")" ] || continue  # one of ours
    file=$(gcc -print-file-name="lib$name.so")
    [ -e "$file" ] || file=$(gcc -print-file-name="lib$name.a")
    [ -e "$file" ] || fail "packing lib$name: found neither .so nor .a of it, wanted one; try ./plumbline suites"
    cp -L "$file" "$tree/external/system/lib/"
    copy_shared_needs "$file" "$tree/external/system/lib"
    package=$(dpkg -S "$(readlink -f "$(dirname "$file")")/$(basename "$file")" | cut -d: -f1)
    copy_headers "$package" "$tree"
  done
  copy_headers nlohmann-json3-dev "$tree"
}

# The library under its own name, and those it needs that are not the compiler's or the system's.
copy_shared_needs() {
  case $1 in *.so) ;; *) return 0 ;; esac
  cp -L "$1" "$2/$(objdump -p "$1" | awk '$1 == "SONAME" { print $2 }')"
  ldd "$1" | awk '$3 ~ /^\// && $1 !~ /^lib(c|m|stdc\+\+|gcc_s|pthread|dl|rt)\.so/ { print $3 }' | xargs -r cp -L -t "$2"
}

copy_headers() {
  dpkg -L "$1" | { grep '^/usr/include/.*\.[a-z]*$' || true; } | while read -r header; do
    [ ! -f "$header" ] || printf '%s\n' "${header#/usr/include/}"
  done | tar -C /usr/include -chf - -T - | tar -C "$2/external/system/include" -xf -
}

[ $# -ge 1 ] || fail "packing: found no name for the archive, wanted one; try $0 plumbline.tar.gz"
archive=$(realpath -m -- "$1")
shift
targets=$*
targets=${targets// / + }
[ -n "$targets" ] || targets="($DEFAULT_TARGETS) except ($LEFT_OUT)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/plumbline"

quiet_bazel aquery "${FLAGS[@]}" --output=text "deps($targets)" > "$work/actions" ||
  fail "listing the actions of $targets: found bazel aquery failing, wanted its list; try it by hand"
: > "$work/tests.list"
awk -v tests="$work/tests.list" -f "$here/actions_to_make.awk" "$work/actions" > "$work/actions.mk"
copy_sources "$targets" "$work"
copy_libraries "$work"
mkdir -p "$work/plumbline/external/bazel_tools/tools/genrule"
echo 'set -euo pipefail' > "$work/plumbline/external/bazel_tools/tools/genrule/genrule-setup.sh"
gcc -dumpfullversion > "$work/plumbline/compiler_version"
cp "$work/actions.mk" "$here/build.sh" "$here/run_tests.sh" "$here/count_cases.sh" "$root/WORKSPACE" "$root/LICENSE" "$work/plumbline/"
sort -u "$work/tests.list" > "$work/plumbline/tests.list"
tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -czf "$archive.part" plumbline
mv "$archive.part" "$archive"
printf 'pack.sh: %s: %s, %d tests, %d sources\n' "$archive" "$(du -h "$archive" | cut -f1)" \
  "$(wc -l < "$work/plumbline/tests.list")" "$(wc -l < "$work/sources")"
