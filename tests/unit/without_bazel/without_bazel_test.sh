#!/usr/bin/env bash
# A small action list becomes a makefile that builds, runs and counts without Bazel; what fails there fails here.
set -euo pipefail
scripts=$PWD/third_party/without_bazel
actions=$PWD/tests/unit/without_bazel/actions.txt
# shellcheck source=tests/unit/without_bazel/expect.sh
source tests/unit/without_bazel/expect.sh
tree=$work/plumbline

command -v make > /dev/null || fail "found no make, wanted it; try apt-get install make"

# A LibTorch of one empty library a name.
libtorch=$work/libtorch
mkdir -p "$libtorch/lib" "$libtorch/include/ATen" "$tree/lib" "$tree/app" "$tree/external/system/include" \
  "$tree/external/bazel_tools/tools/genrule"
echo 'int torch_of_test() { return 0; }' > "$work/empty.cc"
for name in c10 torch_cpu torch; do gcc -shared -fPIC -o "$libtorch/lib/lib$name.so" "$work/empty.cc"; done
echo '#define FROM_LIBTORCH 1' > "$libtorch/include/torch_of_test.h"

cat > "$tree/lib/word.cc" << 'END'
#include <torch_of_test.h>
#if FROM_LIBTORCH
const char* Word() { return WORD; }
#endif
END
cat > "$tree/app/text.in" << 'END'
#include <stdio.h>
#include <stdlib.h>
const char* Word();
int main(int count, char** words) {
  const int number = TEXT;
  printf("%s %d\n", Word(), number);
  return count == 2 && atoi(words[1]) == number ? 0 : 1;
}
END
echo 'set -e' > "$tree/external/bazel_tools/tools/genrule/genrule-setup.sh"
gcc -dumpfullversion > "$tree/compiler_version"
cp "$scripts/build.sh" "$scripts/run_tests.sh" "$scripts/count_cases.sh" "$tree/"
awk -v tests="$tree/tests.list" -f "$scripts/actions_to_make.awk" "$actions" > "$tree/actions.mk"
expect "the list of tests" "$(cat "$tree/tests.list")" $'//app:say\tapp/say 42'
! grep -q bazel-out "$tree/actions.mk" || fail "the makefile names Bazel's folders"

cd "$work"
"$tree/build.sh" "$libtorch" > log 2>&1 || fail "build.sh: $(cat log)"
expect "the program" "$("$tree/app/say" 42)" "a word 42"
expect "run_tests.sh" "$("$tree/run_tests.sh" | tail -1)" "1 passed, 0 failed"

# Moved, and a source changed: the program follows both.
mv "$tree" "$work/other" && mkdir "$work/moved" && mv "$work/other" "$work/moved/plumbline"
tree=$work/moved/plumbline
expect "the program elsewhere" "$("$tree/app/say" 42)" "a word 42"
sleep 1
sed -i 's/return WORD/return "another"/' "$tree/lib/word.cc"
"$tree/build.sh" "$libtorch" > log 2>&1 || fail "build.sh again: $(cat log)"
expect "the changed program" "$("$tree/app/say" 42)" "another 42"

# A test that fails, one that was not built, and a pattern that fits nothing.
sed -i 's/42$/41/' "$tree/tests.list"
printf '//app:none\tapp/none\n' >> "$tree/tests.list"
status=0
last=$("$tree/run_tests.sh" | tail -1) || status=$?
expect "failing tests" "$last $status" "0 passed, 2 failed 1"
status=0
last=$("$tree/run_tests.sh" nothing | tail -1) || status=$?
expect "no test" "$last $status" "0 passed, 1 failed 1"

# No LibTorch: one line, and nothing is built.
status=0
"$tree/build.sh" "$work" > log 2>&1 || status=$?
expect "no LibTorch" "$status $(wc -l < log)" "2 1"
grep -q "found no lib/libtorch_cpu.so and include/ATen in $work, wanted both" log || fail "no LibTorch: $(cat log)"
# A source that does not compile ends the build.
echo 'not C++' > "$tree/lib/word.cc"
! "$tree/build.sh" "$libtorch" > log 2>&1 || fail "a broken source builds"
printf '%d passed, 0 failed\n' "$passed"
