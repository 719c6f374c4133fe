#!/usr/bin/env bash
# Runs what build.sh built, all or those whose label matches a pattern: ./run_tests.sh [PATTERN...]. As Bazel does: in the
# root of the tree, each with a folder of its own for files. Ends with "N passed, N failed"; N counts test cases, and a
# test that was not built, crashed or ran over TEST_TIMEOUT_S (600) is one failure. JOBS tests at a time (1).
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
cd "$here"

# shellcheck source=count_cases.sh
source "$here/count_cases.sh"

# Runs one test; leaves test_logs/NAME.{log,xml,result}, the result being "passed failed".
run_one() {
  local label=$1 name status=0 passed failed
  shift
  name=$(printf '%s' "${label#//}" | tr '/:' '__')
  local logs=$PWD/test_logs
  rm -rf "$logs/$name".*
  mkdir -p "$logs/$name.tmp" "$logs/$name.outputs"
  if [ -x "$1" ]; then
    TEST_SRCDIR=$(dirname "$PWD") TEST_WORKSPACE=plumbline TEST_TARGET=$label TEST_TMPDIR=$logs/$name.tmp \
      TEST_UNDECLARED_OUTPUTS_DIR=$logs/$name.outputs XML_OUTPUT_FILE=$logs/$name.xml \
      OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive} \
      timeout "${TEST_TIMEOUT_S:-600}" "$PWD/$1" "${@:2}" > "$logs/$name.log" 2>&1 || status=$?
  else
    printf 'not built: %s\n' "$1" > "$logs/$name.log"
    status=127
  fi
  read -r passed failed < <(count_test "$logs/$name.xml" "$status")
  printf '%d %d\n' "$passed" "$failed" > "$logs/$name.result"
  rm -rf "$logs/$name.tmp"
  if [ "$failed" -eq 0 ]; then
    printf 'PASS  %s (%d)\n' "$label" "$passed"
  else
    printf 'FAIL  %s (%d of %d; %s)\n' "$label" "$failed" $((passed + failed)) "test_logs/$name.log"
  fi
}

if [ "${1:-}" = --one ]; then
  shift
  # shellcheck disable=SC2086
  run_one $1
  exit 0
fi

mkdir -p test_logs
rm -f test_logs/*.result
pattern=$(IFS='|'; printf '%s' "$*")
status=0
grep -E -- "$pattern" tests.list | tr '\t' ' ' | tr '\n' '\0' |
  xargs -0 -r -n 1 -P "${JOBS:-1}" "$here/run_tests.sh" --one || status=$?
read -r passed failed < <(cat test_logs/*.result 2> /dev/null | awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }')
if [ "$status" -ne 0 ] || [ $((passed + failed)) -eq 0 ]; then failed=$((failed + 1)); fi
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
