#!/usr/bin/env bash
# Starts the suite program inside Bazel's runfiles; its words come from suites.bzl, and from after -- under bazel run.
set -euo pipefail
root="$PWD"
export PLUMBLINE_ROOT="$root"
exec "$root/harness/suite/suite" "$@"
