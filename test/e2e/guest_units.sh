#!/usr/bin/env bash
# The fault proof program in the machine, at full speed: four thousand units and more, of random
# traders, fuzzers' corpora and damaged batches, end as they do natively, every action and every
# rejection among them, and the heaviest within half of a run. GAVEL_LONG=1: all units there are.
set -euo pipefail
program=$(dirname "$GAVEL_BIN")/test/guest/guest_units_test
[[ -x $program ]] || { echo "not built: $program"; exit 1; }
units=2000
[[ -z ${GAVEL_LONG:-} ]] || units=all
GAVEL_UNITS=$units "$program" --gtest_brief=1 --gtest_filter='-TapeUnits.*'
