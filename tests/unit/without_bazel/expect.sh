# Sourced by the tests of this folder: a folder to work in, what is expected, how many expectations held.
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/XXXXXX")
passed=0

fail() {
  printf 'FAIL: %s\n' "$*" >&2
  exit 1
}
expect() { # what, found, wanted
  [ "$2" = "$3" ] || fail "$1: found $(printf '%q' "$2"), wanted $(printf '%q' "$3")"
  passed=$((passed + 1))
}

# A bazel in $work/bin that runs nothing, tells the events in $EVENTS and ends with $BAZEL_STATUS.
make_bazel() {
  mkdir "$work/bin"
  export EVENTS=$work/events
  cat > "$work/bin/bazel" << 'END'
#!/bin/sh
for word; do
  case $word in --build_event_json_file=*) cp "$EVENTS" "${word#*=}" ;; esac
done
exit "$BAZEL_STATUS"
END
  chmod +x "$work/bin/bazel"
}
