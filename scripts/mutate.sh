#!/usr/bin/env bash
# Breaks one promise at a time in a copy of the tree and runs the tests that the
# patch names: at least one of them must fail. Prints which one noticed.
#
#   scripts/mutate.sh [PATCH...]    default: all of test/mutations
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
patches=("$@")
[ ${#patches[@]} -gt 0 ] || patches=(test/mutations/*.patch)

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tar --exclude=./.git --exclude=./bin --exclude=./var --exclude=node_modules -cf - . | tar -xf - -C "$copy"
[ ! -d test/node_modules ] || ln -s "$root/test/node_modules" "$copy/test/node_modules"
export ENTENTE_SHARED=${ENTENTE_SHARED:-$root/../shared}
cd "$copy"

bad=0
row() { printf '%-24s %-14s %s\n' "$1" "$2" "$3"; }
row MUTATION RESULT "NOTICED BY"
for p in "${patches[@]}"; do
  name=$(basename "$p" .patch)
  patch=$root/${p#"$root"/}
  read -r -a packages <<<"$(sed -n 's/^Tests: //p' "$patch")"
  if [ ${#packages[@]} -eq 0 ]; then
    row "$name" "no tests" "the patch has no line 'Tests: PACKAGE...'"
    bad=1
    continue
  fi
  if ! git apply --check "$patch" 2>"$copy/why"; then
    row "$name" "does not apply" "$(tail -1 "$copy/why")"
    bad=1
    continue
  fi
  # A test that fails without the mutation proves nothing.
  if ! go test "${packages[@]}" >"$copy/out" 2>&1; then
    row "$name" "no proof" "fails without it: $(grep -m1 -oE '^--- FAIL: \S+' "$copy/out" || tail -1 "$copy/out")"
    bad=1
    continue
  fi
  git apply "$patch"
  # -count=1: tests that build the program themselves must not be taken from the cache.
  if ! go build ./... 2>"$copy/why"; then
    row "$name" "does not build" "$(tail -1 "$copy/why")"
    bad=1
  elif go test -count=1 "${packages[@]}" >"$copy/out" 2>&1; then
    row "$name" "SURVIVED" "no test of: ${packages[*]}"
    bad=1
  else
    noticed=$(grep -oE '^--- FAIL: \S+' "$copy/out" | sed 's/--- FAIL: //' | sort -u)
    if [ -z "$noticed" ]; then
      row "$name" "no proof" "$(tail -1 "$copy/out")"
      bad=1
    else
      row "$name" noticed "$(head -4 <<<"$noticed" | paste -sd' ')$([ "$(wc -l <<<"$noticed")" -le 4 ] || echo " and $(($(wc -l <<<"$noticed") - 4)) more")"
    fi
  fi
  git apply -R "$patch"
done
exit $bad
