#!/usr/bin/env bash
# Runs the tests and ends with the line "N passed, N failed, N skipped". Usage: test.sh [unit|e2e] (both without argument)
set -uo pipefail
cd "$(dirname "$0")/.."

logs=artifacts/test
mkdir -p "$logs"
rm -f "$logs"/*.log
status=0

run() { # run NAME ARGS...
  local log="$logs/$1.log"
  shift
  dotnet test -c Release --no-build "$@" 2>&1 | tee "$log" || status=1
}

solution=ProcessArsenal.Exporter.sln outermost=tests/ProcessArsenal.Exporter.Tests
dotnet build "$([ "${1:-}" = e2e ] && echo "$outermost" || echo "$solution")" -c Release || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
# If one compiler served all projects (see make test): tests look at all processes of the machine.
dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1

# Apart: end-to-end tests measure, and others would take the processors from them.
[ "${1:-}" = e2e ] || run unit --solution "$solution" --filter-not-namespace 'ProcessArsenal.Exporter.Tests.EndToEnd*'
[ "${1:-}" = unit ] || run e2e --project "$outermost" --filter-namespace 'ProcessArsenal.Exporter.Tests.EndToEnd*'

sum() { # sum WORD: over the summaries that dotnet test prints ("  failed: 0")
  awk -v word="$1:" '/^Test run summary/ { inside = 1 } inside && $1 == word { n += $2; if (word == "skipped:") inside = 0 } END { print n + 0 }' \
    "$logs"/*.log
}

passed=$(sum succeeded) failed=$(sum failed) skipped=$(sum skipped)
# A run that failed without a failed test (it did not build, or crashed) must not look like a good one.
[ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
[ "$failed" -ne 0 ] && status=1
# Once more, short: what failed is far up, and a log may be kept by its end.
[ "$failed" -eq 0 ] || awk '/^failed / { left = 5 } left-- > 0 { print substr($0, 1, 300) }' "$logs"/*.log
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
