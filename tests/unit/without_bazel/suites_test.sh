#!/usr/bin/env bash
# What `./plumbline suites` shows of suites that ran (Bazel being a script here): each verdict and where its report lies.
set -euo pipefail
root=$PWD
# shellcheck source=tests/unit/without_bazel/expect.sh
source tests/unit/without_bazel/expect.sh

make_bazel
: > "$EVENTS"
add_suite() { # name, verdict: as Bazel 4.2.3 tells it
  local outputs=$work/logs/$1/test.outputs
  mkdir -p "$outputs" "$work/$1/report"
  printf '%s\n' "$2" > "$work/$1/verdict.txt"
  echo "page of $1" > "$work/$1/report/report.html"
  (cd "$work/$1" && zip -qr "$outputs/outputs.zip" .)
  printf '{"id":{"testResult":{"label":"//suites:%s"}},"testResult":{"testActionOutput":[%s,%s]}}\n' "$1" \
    '{"name":"test.log","uri":"file:///test.log"}' \
    '{"name":"test.outputs__outputs.zip","uri":"file://'"$outputs"'/outputs.zip"}' >> "$EVENTS"
}

shown() { # the words of `./plumbline suites` after set-up, and its exit status
  local status=0
  PATH=$work/bin:$PATH BAZEL_STATUS=$1 \
    bash -c 'set -euo pipefail; source "$0/third_party/setup/tests.sh"; run_suites "$0"' "$root" || status=$?
  printf 'status %s' "$status"
}

expect "suites that left nothing" "$(shown 4)" "status 4"
add_suite first "PASS //suites:first"
add_suite second "FAIL //suites:second"
expect "two suites" "$(shown 3)" "
PASS //suites:first
report: $work/logs/first/test.outputs/report/report.html

FAIL //suites:second
report: $work/logs/second/test.outputs/report/report.html
status 3"
expect "the report that was named" "$(cat "$work/logs/second/test.outputs/report/report.html")" "page of second"
expect "the exit status of suites that pass" "$(shown 0 | tail -1)" "status 0"
printf '%d passed, 0 failed\n' "$passed"
