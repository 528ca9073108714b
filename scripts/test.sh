#!/usr/bin/env bash
# All tests, and what was skipped and why.
set -uo pipefail
out=$(mktemp)
trap 'rm -f "$out"' EXIT
go test -timeout 25m -v ./... >"$out" 2>&1
code=$?
# Failures whole, then go test's own closing lines, then what was skipped.
grep -E '^(--- FAIL|\s+--- FAIL|panic:|FAIL)' "$out"
[ $code -eq 0 ] || grep -B40 -E '^\s*--- FAIL|^panic:' "$out" | grep -vE '^\s*(=== |--- PASS)' | tail -150
grep -E '^(ok|FAIL|\?|---)\s' "$out" | grep -vE '^--- (PASS|SKIP)'
echo
skipped=$(grep -cE '^\s*--- SKIP' "$out")
echo "skipped: $skipped"
grep -A1 -E '^\s*--- SKIP' "$out" | grep -vE '^--$'
if [ "${ENTENTE_TEST_ALL:-}" = 1 ] && [ "$skipped" -gt 0 ]; then
  echo "nothing may be skipped here"
  exit 1
fi
exit $code
