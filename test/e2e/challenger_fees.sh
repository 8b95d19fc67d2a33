#!/usr/bin/env bash
# Gas is far dearer than the challenger pays as long as there is time. It waits, says so, and pays
# as the deadline comes near, up to its urgent price: the right claim wins in time.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_contests.sh"
cd "$E2E_DIR"
start_devnet --gateway-port 0 --http-port 0 --window 45 --settle-delay 5
trap 'kill "${dear_pid:-}" 2>/dev/null; end_parties' EXIT
base_gwei=50
base_fee() {
  rpc anvil_setNextBlockBaseFeePerGas "[\"$(printf 0x%x $(($1 * 1000000000)))\"]" >/dev/null
}

new_key challenger
# It claims, opens the game, posts its list, and is silent: its list earns while no answer comes.
start_rogue lazy garbage --from-batch 2 --stops-after 3
await_claims lazy
game_is_there() { [[ $(of_batch "$(rogue_fact lazy batch)" .game) == 0x* ]]; }
await 60 "there is a game" game_is_there
{ while base_fee $base_gwei && sleep 0.2; do :; done; } >/dev/null 2>&1 &
dear_pid=$!
sleep 2

# The cap: 1 gwei with 34 s left, 2,000 with 11, and so above 50 with 33.
"$GAVEL_BIN" challenger --l1 "$l1" --registry "$registry" --key-file keys/challenger.key \
  --poll 200 --status-every 1 --work "$E2E_DIR" --max-fee-gwei 1 --urgent-fee-gwei 2000 \
  --threads 1 >challenger.log 2>&1 &
pid_of[challenger]=$!
dear() { grep -q 'trouble.*fee_over_cap' challenger.log; }
await 30 "it says that gas is too dear" dear
grep -q 'msg=done' challenger.log && fail "it paid more than it may while there is time"
answered() { grep -qE 'msg=done what="(claim|seal)' challenger.log; }
await 90 "it answers as the deadline comes" answered
left=$(grep -o 'deadline in [0-9]* s' challenger.log | tail -n1 | grep -o '[0-9]*')
((left > 0 && left < 34)) || fail "it paid with $left s left"
account=$(address_of challenger)
block=$(grep -m1 'msg=done' challenger.log | grep -o 'block=[0-9]*' | cut -d= -f2)
price=$(rpc eth_getBlockByNumber "[\"$(printf 0x%x "$block")\", true]" |
  jq -r --arg who "$account" '[.transactions[] | select(.from == $who) | .gasPrice][0]')
((price >= base_gwei * 1000000000)) || fail "it paid $price a gas"

batch=$(rogue_fact lazy batch)
await 120 "the contest is decided" decided "$batch"
kill "$dear_pid"
wait "$dear_pid" 2>/dev/null
base_fee 0
# What has no deadline waits for the usual price again.
await 120 "the chain goes on" stands $((batch + 1))
check_outcome lazy
grep -m1 'msg=done' challenger.log
echo "paid $((price / 1000000000)) gwei with $left s left, passed after $SECONDS s"
