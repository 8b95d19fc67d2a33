#!/usr/bin/env bash
# A node without L1, killed with SIGKILL at a hundred random instants, under load and in its starts:
# everything that its client was told is there afterwards, each receipt as it was told, and the
# pages alone give the same state roots (test/days). GAVEL_DAYS_SEED repeats a run.
set -euo pipefail
kill_bin=${GAVEL_KILL:-$(dirname "$GAVEL_BIN")/test/days/gavel_kill}
mkdir -p "$E2E_DIR/node"
"$kill_bin" --program "$GAVEL_BIN" --dir "$E2E_DIR/node" --kills "${GAVEL_KILLS:-100}" \
  --seed "${GAVEL_DAYS_SEED:-0}" | tee "$E2E_DIR/facts"
fact() { sed -n "s/^$1=//p" "$E2E_DIR/facts"; }

(($(fact kills) == ${GAVEL_KILLS:-100}))
(($(fact kills_in_start) > 0))
(($(fact acknowledged) > 1000)) # what was promised was a lot
(($(fact batches) > 10))
# Something was cut off on its way each time, and some of it had been executed.
(($(fact unknown) > 100))
rm -rf "$E2E_DIR/node"
echo "passed after $SECONDS s"
