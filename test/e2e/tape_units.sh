#!/usr/bin/env bash
# Units of recorded order flow in the machine, at full speed: 2,000 of those of the tapes' first
# rows end as they do natively. GAVEL_LONG=1: those of all rows, hours of a core; GAVEL_TAPE_ROWS is
# how many rows there are at most. Skipped where GAVEL_TAPES has no tape.
set -euo pipefail
program=$(dirname "$GAVEL_BIN")/test/guest/guest_units_test
[[ -x $program ]] || { echo "not built: $program"; exit 1; }
cd "$E2E_DIR"
units=2000
[[ -z ${GAVEL_LONG:-} ]] || units=all
export GAVEL_UNITS=$units
tests=$("$program" --gtest_list_tests --gtest_filter='TapeUnits.*' | awk '/^ / { print $1 }')
[[ -n $tests ]] || { echo "no test of a tape"; exit 1; }
# A process a tape.
xargs -P "${GAVEL_JOBS:-2}" -I{} sh -c \
  '"$0" --gtest_filter="TapeUnits.$1" >"$1.out" 2>&1 || { cat "$1.out"; exit 1; }' \
  "$program" {} <<<"$tests"
grep -h ' units, ' ./*.out || { grep -h 'GAVEL_TAPES has no' ./*.out; exit 77; }
