#!/usr/bin/env bash
# An honest node under the verifier: it agrees while it follows, and where a stranger disputes a
# claim it says that the node's own blocks and objects are right.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
cd "$E2E_DIR"
start_devnet --gateway-port 0 --http-port 0
node=$(awk '$1 == "queries" { print $2 }' devnet.out)
[[ -n $node ]] || { cat devnet.out; fail "no node"; }

timeout 120 "$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --node "$node" --follow \
  --batches 2 >verdict 2>progress || { cat verdict progress; fail "the verifier does not agree"; }
cat verdict
grep -qE '^agree: [0-9]+ batches, [0-9]+ transactions, newest state_root 0x' verdict ||
  fail "no agreement"

for _ in $(seq 100); do # until one is claimed
  "$cheat_bin" --l1 "$l1" --registry "$registry" --devnet "$devnet_dir" --lie rival >cheat.out \
    2>cheat.err && break
  sleep 0.2
done
batch=$(sed -n 's/^batch=//p' cheat.out)
[[ -n $batch ]] || { cat cheat.err; fail "no rival"; }
"$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --node "$node" >verdict 2>progress
(($? == 1)) || { cat verdict progress; fail "the rival was not noticed"; }
cat verdict
grep -q "^DISAGREE: batch $batch, field state_root: " verdict || fail "another batch or field"
grep -q "^node: the node's blocks and objects agree with L1: only its claim is wrong" verdict ||
  fail "the node is not right"
! grep -q '^node does not show' verdict || fail "the node did not answer"
echo "passed after $SECONDS s"
