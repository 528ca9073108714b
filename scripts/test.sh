#!/usr/bin/env bash
# All tests: the closing line of every package, failures whole, then what was
# skipped and why. With ENTENTE_TEST_ALL=1 nothing may be skipped but for outside
# data that is not on the machine.
set -uo pipefail
tally=$(mktemp -d)
trap 'rm -rf "$tally"' EXIT
go build -o "$tally/tally" ./test/tally || exit 1
go test -timeout 20m -json ./... 2>&1 | "$tally/tally"
exit "${PIPESTATUS[1]}"
