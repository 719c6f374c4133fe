#!/usr/bin/env bash
# What "N passed, N failed" counts: JUnit files of every kind, and the same ones through run_tests.sh and through
# ./plumbline test (Bazel being a script here), which say the same.
set -euo pipefail
root=$PWD
# shellcheck source=tests/unit/without_bazel/expect.sh
source tests/unit/without_bazel/expect.sh

# The files, as GoogleTest and Bazel write them: NAME on a line of its own names what follows.
mkdir "$work/junit"
awk -v folder="$work/junit/" '/^= / { file = folder $2; next } { print > file }' << 'END'
= passing
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="0" disabled="0" errors="0" name="AllTests">
  <testsuite name="A" tests="2" failures="0" disabled="0" skipped="0" errors="0">
    <testcase name="One" file="a_test.cc" line="1" status="run" result="completed" classname="A" />
    <testcase name="Two" file="a_test.cc" line="2" status="run" result="completed" classname="A">
      <properties><property name="worst" value="0.1"/></properties>
    </testcase>
  </testsuite>
</testsuites>
= failing
<testsuites tests="3" failures="1" name="AllTests">
  <testsuite name="A" tests="3" failures="1">
    <testcase name="One" status="run" result="completed" classname="A" />
    <testcase name="Two" status="run" result="completed" classname="A">
      <failure message="a" type=""><![CDATA[a]]></failure>
      <failure message="b" type=""><![CDATA[b]]></failure>
    </testcase>
    <testcase name="Three" status="run" result="completed" classname="A" />
  </testsuite>
</testsuites>
= crashed
<testsuites>
  <testsuite name="a_test" tests="1" failures="0" errors="1">
    <testcase name="a_test" status="run" duration="0" time="0"><error message="exited with error code 139"></error></testcase>
      <system-out>Generated test.log: <![CDATA[Segmentation fault]]></system-out>
    </testsuite>
</testsuites>
= skipped
<testsuites tests="3" failures="0" disabled="1" name="AllTests">
  <testsuite name="A" tests="3" failures="0" disabled="1" skipped="1">
    <testcase name="One" status="run" result="skipped" classname="A">
      <skipped message="no GPU"><![CDATA[no GPU]]></skipped>
    </testcase>
    <testcase name="DISABLED_Two" status="notrun" result="suppressed" classname="A" />
    <testcase name="Three" status="run" result="completed" classname="A" />
  </testsuite>
</testsuites>
= all_skipped
<testsuites tests="1" failures="0" name="AllTests">
  <testsuite name="A" tests="1" failures="0" skipped="1">
    <testcase name="One" status="run" result="skipped" classname="A"><skipped message="no GPU"/></testcase>
  </testsuite>
</testsuites>
= printing
<testsuites>
  <testsuite name="a_test" tests="1" failures="0" errors="0">
    <testcase name="a_test" status="run" duration="0" time="0"></testcase>
      <system-out><![CDATA[<testcase name="printed"><failure/></testcase> <testsuites>]]></system-out>
    </testsuite>
</testsuites>
= truncated
<testsuites tests="3" failures="0" name="AllTests">
  <testsuite name="A" tests="3" failures="0">
    <testcase name="One" status="run" result="completed" classname="A" />
= truncated_in_a_case
<testsuites tests="3" failures="0" name="AllTests">
  <testsuite name="A" tests="3" failures="0">
    <testcase name="One" status="run" result="completed" classname="A" />
    <testcase name="Two" status="run" resul
= truncated_in_a_message
<testsuites tests="3" failures="1" name="AllTests">
  <testsuite name="A" tests="3" failures="1">
    <testcase name="One" status="run" result="completed" classname="A" />
    <testcase name="Two" status="run" result="completed" classname="A">
      <failure message="a" type=""><![CDATA[</testsuites>
END
: > "$work/junit/empty"

# NAME, exit status, passed, failed. `none`: a test that leaves no file.
readonly CASES='passing 0 2 0
passing 1 2 1
failing 1 2 1
crashed 139 0 1
skipped 0 1 0
all_skipped 0 0 0
printing 0 1 0
truncated 0 1 1
truncated 134 1 1
truncated_in_a_case 0 1 1
truncated_in_a_message 1 1 2
empty 0 0 1
none 0 1 0
none 124 0 1'

source "$root/third_party/without_bazel/count_cases.sh"
while read -r name status wanted; do
  expect "$name that ends with $status" "$(count_test "$work/junit/$name" "$status")" "$wanted"
done <<< "$CASES"
expect "the cases of a failing file alone" "$(count_cases "$work/junit/failing")" "2 1"

# Each case as a test that leaves the file and ends so: what run_tests.sh says.
tree=$work/plumbline
mkdir "$tree"
cp "$root/third_party/without_bazel/run_tests.sh" "$root/third_party/without_bazel/count_cases.sh" "$tree/"
cat > "$tree/case" << END
#!/bin/sh
[ \$1 = none ] || cp "$work/junit/\$1" "\$XML_OUTPUT_FILE"
exit \$2
END
chmod +x "$tree/case"

# And what ./plumbline test says, told by Bazel's event log that they ended so.
make_bazel

add_test() { # name, exit status
  local label=//a:$1_$2 end=FAILED log=$work/logs/$1_$2
  printf '%s\tcase %s %s\n' "$label" "$1" "$2" >> "$tree/tests.list"
  mkdir -p "$log"
  [ "$1" = none ] || cp "$work/junit/$1" "$log/test.xml"
  [ "$2" -ne 0 ] || end=PASSED
  printf '{"id":{"targetCompleted":{"label":"%s"}},"children":[{"testResult":{"label":"%s"}}],"completed":{"success":true}}\n' \
    "$label" "$label" >> "$EVENTS"
  printf '{"id":{"testResult":{"label":"%s","run":1}},"testResult":{"testActionOutput":[%s%s],"status":"%s"}}\n' "$label" \
    '{"name":"test.log","uri":"file:///test.log"}' \
    "$([ "$1" = none ] || printf ',{"name":"test.xml","uri":"file://%s/test.xml"}' "$log")" "$end" >> "$EVENTS"
}

plumbline_test() { # the words of `./plumbline test` after set-up
  PATH=$work/bin:$PATH bash -c 'set -euo pipefail; source "$0/third_party/setup/tests.sh"; run_tests "$0"' "$root" | tail -1
}

export BAZEL_STATUS=3
both() { # what, wanted line, wanted exit status: both ways
  local status=0 last
  last=$(JOBS=2 "$tree/run_tests.sh" | tail -1) || status=$?
  expect "run_tests.sh on $1" "$last $status" "$2 $3"
  status=0
  last=$(plumbline_test) || status=$?
  [ "$status" -eq 0 ] || status=1
  expect "./plumbline test on $1" "$last $status" "$2 $3"
}

while read -r name status _; do add_test "$name" "$status"; done <<< "$CASES"
sums=$(awk '{ p += $3; f += $4 } END { printf "%d passed, %d failed", p, f }' <<< "$CASES")
both "all of them" "$sums" 1
: > "$tree/tests.list"
: > "$EVENTS"
add_test passing 0
add_test truncated 0
BAZEL_STATUS=0 both "a file that stops early, every exit status being 0" "3 passed, 1 failed" 1
: > "$tree/tests.list"
: > "$EVENTS"
add_test passing 0
add_test skipped 0
BAZEL_STATUS=0 both "nothing that failed" "3 passed, 0 failed" 0
# Beside one failing case, a test that crashed without any is not forgotten.
: > "$tree/tests.list"
: > "$EVENTS"
add_test failing 1
add_test none 139
both "a crash beside a failing case" "2 passed, 2 failed" 1
# Beside tests, a target that did not build: only Bazel knows those.
printf '{"id":{"targetCompleted":{"label":"//a:b"}},"completed":{}}\n' >> "$EVENTS"
printf '{"id":{"targetCompleted":{"label":"//a:c"}},"aborted":{"reason":"ANALYSIS_FAILURE"}}\n' >> "$EVENTS"
expect "targets that did not build" "$(plumbline_test || true)" "2 passed, 4 failed"
printf '%d passed, 0 failed\n' "$passed"
