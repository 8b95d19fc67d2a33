#!/usr/bin/env bash
# The fault proof program in the machine, at full speed: two thousand units and more end as they do
# natively, every action and every rejection among them, and the heaviest within half of a run.
set -euo pipefail
program=$(dirname "$GAVEL_BIN")/test/guest/guest_units_test
[[ -x $program ]] || { echo "not built: $program"; exit 1; }
GAVEL_UNITS=2000 "$program" --gtest_brief=1
