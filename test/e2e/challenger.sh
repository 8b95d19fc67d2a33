#!/usr/bin/env bash
# A stranger disputes a right claim of the node and then says nothing more. The challenger says what
# it would do, keeps to its limits, does without money what needs none, goes on as money comes, is
# killed in between, and wins: the right claim is confirmed and its money is back.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
cd "$E2E_DIR"
start_devnet --gateway-port 0 --http-port 0 --window 25 --settle-delay 5
timeout 120 "$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --follow --batches 2 \
  >verdict 2>progress || { cat verdict progress; fail "no two batches"; }
"$cheat_bin" --l1 "$l1" --registry "$registry" --devnet "$devnet_dir" --lie rival >cheat.out 2>&1 &
cheat_pid=$!
"$GAVEL_BIN" keys new rich.key >rich.txt
rich=$(grep -oE '0x[0-9a-f]{40}' rich.txt)
rpc anvil_setBalance "[\"$rich\", \"0x8ac7230489e80000\"]" >/dev/null

# challenger NAME ARGUMENT...: in the background, its words in NAME.out and NAME.err.
challenger() {
  "$GAVEL_BIN" challenger --l1 "$l1" --registry "$registry" --poll 200 --status-every 1 "${@:2}" \
    >"$1.out" 2>"$1.err" &
  challenger_pid=$!
}
# heard SECONDS FILE PATTERN
heard() {
  for _ in $(seq $((10 * $1))); do
    grep -qE -- "$3" "$2" && return 0
    sleep 0.1
  done
  tail -n 5 "${2%.*}.out" "${2%.*}.err" | cut -c 1-300
  fail "no '$3' in $2"
}
stop_challenger() {
  kill "$challenger_pid"
  wait "$challenger_pid" || fail "$1: SIGTERM ended it with $?"
}

"$GAVEL_BIN" keys new poor.key >poor.txt
poor=$(grep -oE '0x[0-9a-f]{40}' poor.txt)
give() { rpc anvil_setBalance "[\"$poor\", \"$1\"]" >/dev/null; }

challenger dry --key-file rich.key --dry-run
heard 30 dry.err 'would send.*create_game in batch .*2 claims on one parent'
stop_challenger dry

# Without gas it says so, and waits.
challenger poor --key-file poor.key --http-port 0
heard 10 poor.err 'less than one line of answers takes" line="0.720000 ETH" has="0.000000 ETH"'
heard 30 poor.err 'out of funds: moves wait.*first="create_game in batch .*has="0.000000 ETH"'
# With gas alone it does what needs no bond, and says what the rest needs.
give 0x16345785d8a0000
heard 30 poor.err 'done.*create_game in batch'
heard 30 poor.err 'out of funds.*first="claim in batch .*bond="0.500000 ETH" needs="0.50'
heard 10 poor.out 'OUT OF FUNDS: 1 moves wait, the first needs 0.50'
metrics=http://127.0.0.1:$(grep -oE 'msg=metrics port=[0-9]+' poor.err | grep -oE '[0-9]+$')/metrics
curl -s "$metrics" | grep -qx 'gavel_dispute_moves_waiting 1' || fail "the metrics do not show it"
kill -0 "$challenger_pid" || fail "want of money ended it"
poor_pid=$challenger_pid

challenger modest --key-file rich.key --max-bonds 0.7
heard 10 modest.err 'no room for one line of answers" line="0.720000 ETH" limit="0.700000 ETH"'
heard 30 modest.err 'left out: it passes --max-bonds.*what="claim in batch .*rest_of_line="0.2'
heard 10 modest.out 'LEFT OUT by --max-bonds 1'
stop_challenger modest
grep -E 'msg=sends' dry.err && fail "a dry run sent something"
grep -E 'msg=sends what=.claim' modest.err && fail "a bond above the limit"

"$GAVEL_BIN" challenger --l1 "$l1" --registry "$(awk '$1 == "owner" { print $2 }' devnet.out)" \
  --key-file rich.key >wrong.out 2>&1
status=$?
((status == 1)) && grep -q 'cannot read the court' wrong.out || fail "a wrong registry: $status"

give 0x8ac7230489e80000
heard 30 poor.err 'no move waits for money any more'
heard 30 poor.err 'done.*claim in batch'
curl -s "$metrics" | grep -qx 'gavel_dispute_moves_waiting 0' || fail "the metrics are behind"
kill -9 "$poor_pid"
challenger second --key-file poor.key
heard 60 second.err 'done.*resolve in batch'
heard 30 second.err 'done.*confirm in batch'
heard 30 second.err 'done.*forfeit in batch'
heard 30 second.err 'done.*settle in batch'
heard 30 second.err 'done.*collect in batch'
heard 20 second.out 'no contest, bonds 0.000000 ETH, on the way 0, sent [1-9]'
grep -E 'LOST' second.out second.err && fail "it lost"

# L1 goes away: it waits, and ends when it is told to.
kill "$devnet_pid"
heard 30 second.err 'msg=trouble'
kill -0 "$challenger_pid" || fail "it ended with L1"
stop_challenger second
tail -n 1 second.out
