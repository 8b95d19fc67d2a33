#!/usr/bin/env bash
# The main job, small: everything that the demo checks must hold, and its exit status must say so.
set -euo pipefail
export TMPDIR=$E2E_DIR
"$GAVEL_BIN" demo --messages 20000 --accounts 1000 | tee "$E2E_DIR/table"
grep -qx 'all of it held' "$E2E_DIR/table"
grep -q '^verifier  *yes  agree' "$E2E_DIR/table"
grep -q '^withdrawal paid on L1  *yes' "$E2E_DIR/table"
grep -q '^position liquidated  *yes' "$E2E_DIR/table"
