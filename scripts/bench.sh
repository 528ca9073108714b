#!/usr/bin/env bash
# The table of docs/benchmarks.md.
set -euo pipefail
mkdir -p var
go build -o var/benchmark ./test/bench
exec var/benchmark -bin "$1" ${ROWS:+-rows "$ROWS"}
