#!/usr/bin/env bash
# The demo of a contest, small: what it tells must hold, down to the step on which it is decided.
set -euo pipefail
[[ -x ${GAVEL_ANVIL:-} ]] || { echo "anvil is not installed"; exit 77; }
export TMPDIR=$E2E_DIR
"$GAVEL_BIN" demo --cheat vm-step --messages 60000 --window 40 >"$E2E_DIR/table" \
  2>"$E2E_DIR/told" || { cat "$E2E_DIR/told" "$E2E_DIR/table"; exit 1; }
cat "$E2E_DIR/told" "$E2E_DIR/table"
grep -qx 'all of it held' "$E2E_DIR/table"
grep -q 'level 4: it is unit [0-9]*: block [0-9]*, transaction [0-9]*: ' "$E2E_DIR/told"
grep -q 'level 8: it is step [0-9]*: ' "$E2E_DIR/told"
grep -q 'L1 has judged the step' "$E2E_DIR/told"
