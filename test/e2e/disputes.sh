#!/usr/bin/env bash
# One liar, one challenger, the real contracts: the wrong claim is played down to one step and
# loses, and the chain goes on from the right one.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_contests.sh"
cd "$E2E_DIR"
start_devnet --window 60 --block-time 1 --batch-blocks 20 --settle-delay 5
trap end_parties EXIT
new_key challenger
start_party challenger challenger
start_rogue balance balance --from-batch 2
await 120 "the rogue claims" grep -q ^batch= balance.out
batch=$(rogue_fact balance batch)
echo "batch $batch, unit $(rogue_fact balance unit): $(rogue_fact balance what)"
decided() { [[ $(of_batch "$batch" .winner_end) == 0x* ]]; }
await 240 "the contest is decided" decided
echo "decided after $SECONDS s"
[[ $(of_batch "$batch" .winner_end) != $(rogue_fact balance end) ]] || fail "a wrong claim won"
of_batch "$batch" '.accounts'
confirmed() { (($(jq .confirmed contests.json) > batch + 1)); }
await 180 "the chain goes on" confirmed
echo "passed after $SECONDS s"
