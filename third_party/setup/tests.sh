# What ./plumbline does after set-up: build the two programs, run suites, run and count tests. Sourced by ./plumbline.
# shellcheck source=../without_bazel/count_cases.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../without_bazel/count_cases.sh"

build_programs() {
  (cd "$1" && bazel build --noshow_progress --ui_event_filters=-info,-stdout,-debug \
    //harness/cli:plumbline //harness/cli:plumbline-engine >&2)
}

# The speed programs that the verb `bench` starts.
build_speed_programs() {
  (cd "$1" && bazel build --noshow_progress --ui_event_filters=-info,-stdout,-debug \
    //tests/perf:programs >&2)
}

# Runs Bazel with its event log in $events; the log, not the terminal, is what we count.
bazel_test() {
  local root=$1
  events=$(mktemp)
  shift
  (cd "$root" && bazel test --keep_going --build_event_json_file="$events" "$@")
}

# What the tests left behind, one zip a line; none is no failure.
outputs_of_tests() {
  { grep -o '"uri":"file://[^"]*outputs\.zip"' "$events" || true; } | sed 's|^"uri":"file://||; s|"$||' | sort -u
}

run_suites() {
  local root=$1 status=0 zip
  shift
  bazel_test "$root" //suites:all "$@" || status=$?
  while read -r zip; do
    printf '\n'
    unzip -p "$zip" verdict.txt || true
    printf 'report: %s\n' "$(unpack_report "$zip")"
  done < <(outputs_of_tests)
  rm -f "$events"
  return "$status"
}

# The report of a suite, out of Bazel's zip, beside it; prints the page's path.
unpack_report() {
  local directory
  directory=$(dirname "$1")/report
  mkdir -p "$directory"
  unzip -qo "$1" 'report/*' -d "$(dirname "$1")" 2> /dev/null || true
  printf '%s/report.html' "$directory"
}

# "passed failed" of one test, by the line of Bazel's event log that tells how it ended.
count_result() {
  local xml status=1
  xml=$(grep -o '"uri":"file://[^"]*/test\.xml"' <<< "$1" | sed 's|^"uri":"file://||; s|"$||' || true)
  case $1 in *'"status":"PASSED"'*) status=0 ;; esac
  count_test "$xml" "$status"
}

# Counts test cases; a target that did not build is one failure.
run_tests() {
  local root=$1 status=0 passed=0 failed=0 result p f
  shift
  bazel_test "$root" //... "$@" || status=$?
  while read -r result; do
    read -r p f < <(count_result "$result")
    passed=$((passed + p))
    failed=$((failed + f))
  done < <(grep '"id":{"testResult"' "$events" || true)
  failed=$((failed + $(grep -c '"id":{"targetCompleted".*"aborted":' "$events" || true)))
  failed=$((failed + $(grep '"id":{"targetCompleted"' "$events" | grep '"completed":' | grep -vc '"success":true' || true)))
  rm -f "$events"
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  if [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
  if [ "$status" -eq 0 ] && [ "$failed" -ne 0 ]; then status=1; fi
  return "$status"
}
