#!/usr/bin/env bash
# The sequencer itself posts a row that is badly signed, or bytes that are no row, and claims first
# that they were executed; someone stands by him to the last step. The challenger comes second,
# wins, and goes on with the chain from the right claim.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_contests.sh"
cd "$E2E_DIR"
start_devnet --no-node --window "${DISPUTES_WINDOW:-45}" --settle-delay 5
trap end_parties EXIT

# play KIND LIE: one sequencer's lie, by the rogue's name and by the sequencer's.
play() {
  local kind=$1 lie=$2
  "$cheat_bin" --l1 "$l1" --registry "$registry" --devnet "$devnet_dir" --lie "$lie" \
    >"sequencer-$kind.log" 2>&1 &
  pid_of[sequencer-$kind]=$!
  for _ in $(seq 600); do grep -q ^node= "sequencer-$kind.log" && break; sleep 0.1; done
  grep -q ^batch=2 "sequencer-$kind.log" || fail "$kind: no lie was told"
  rpc evm_setIntervalMining '[1]' >/dev/null
  new_key "challenger-$kind"
  start_party "challenger-$kind" challenger
  start_rogue "$kind" "$kind" --from-batch 2 --first
  await_claims "$kind"
  await 120 "the contest is decided" decided 2
  await 60 "the chain goes on" stands 3
  # Nobody else claims on the right claim: its line is the challenger's.
  grep -q 'msg=sends what="claim_batch in batch 3" why="our line goes on"' "challenger-$kind.log" ||
    fail "$kind: the line was continued by nobody we know"
  check_outcome "$kind"
  [[ $(of_batch 2 '.claims | length') -ge 2 ]] || fail "$kind: nobody contested"
  check_line "challenger-$kind"
  local name
  for name in "${!pid_of[@]}"; do end_party "$name"; done
}

moment=$(rpc evm_snapshot '[]')
play signature signature
[[ $(rpc evm_revert "[\"$moment\"]") == true ]] || fail "L1 does not go back"
play invalid-unit data
echo "passed after $SECONDS s"
