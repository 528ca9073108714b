#!/usr/bin/env bash
# A sample surge of 200,000 synthetic rows, from nothing to the reports.
set -euo pipefail
bin=$1
out=var/run
rm -rf "$out"
mkdir -p "$out"
e() { "$bin" --data "$out/data" "$@"; }

echo "1. Synthetic feeds in every format that Entente reads: $out/sample"
"$bin" sample --rows 200000 --days 7 --seed 1 --out "$out/sample" --quiet >/dev/null
echo "2. Who answers for what, what is on hold, what is known to be harmless"
e org import "$out/sample/organisations.yaml"
e hold import "$out/sample/holds.yaml"
e feed allow import "$out/sample/allow.txt"
e feed warninglists import "$out/sample/warninglists"
echo "3. The surge"
set +e
e surge run "$out/sample/feeds" --geo "$out/sample/geography.csv" --name sample --out "$out/reports"
code=$?
set -e
[ $code -eq 0 ] || [ $code -eq 3 ] || exit $code
[ $code -eq 0 ] || echo "(Exit code 3: rows were rejected, as the sample means it.)"
echo
echo "The same on your own files:"
echo "  $bin surge run FOLDER --name NAME --out reports"
page="$out/reports/index.html"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v xdg-open >/dev/null; then xdg-open "$page" >/dev/null 2>&1 || true
elif [ "$(uname)" = Darwin ]; then open "$page" || true; fi
