# What one test counts for in "N passed, N failed". Sourced by run_tests.sh here and by ../setup/tests.sh.

# "passed failed" of one JUnit file: every <testcase>, those that hold a <failure> or an <error> having failed. One that
# was skipped or is switched off has done neither. A file that stops before its last </testsuites> is a failure more, and
# a case that it breaks off in has not passed.
# What a test printed (CDATA) is no markup, whatever it looks like.
count_cases() {
  awk 'BEGIN { RS = "<!\\[CDATA\\[" }
       NR == 1 { text = $0; next }
       { end = index($0, "]]>"); text = text (end > 0 ? substr($0, end + 3) : "<broken off") }
       END {
         count = split(text, cases, /<testcase[ >\/]/)
         for (i = 2; i <= count; i++) {
           if (cases[i] ~ /<failure|<error/) failed++
           else if (cases[i] ~ /<skipped|^[^>]*status="notrun"/) continue
           else if (cases[i] ~ /^[^>]*\/>|<\/testcase>/) passed++
         }
         if (text !~ /<\/testsuites?>[ \t\r\n]*$/) failed++
         printf "%d %d\n", passed, failed
       }' "$1"
}

# "passed failed" of one test: its JUnit file, which need not be there, and its exit status. One that ended well without a
# file counts as one passed; one that ended badly without a failing case (a crash, a time limit) as one failed.
count_test() {
  local passed=0 failed=0
  [ ! -e "$1" ] || read -r passed failed < <(count_cases "$1")
  if [ "$2" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  if [ "$2" -eq 0 ] && [ ! -e "$1" ]; then passed=1; fi
  printf '%d %d\n' "$passed" "$failed"
}
