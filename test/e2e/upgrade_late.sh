#!/usr/bin/env bash
# A configuration is announced for a batch that the node has made already: the node refuses, names
# the batch and stays so through a restart; it goes on when the former one is announced again, or
# when an operator drops the blocks.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_contests.sh"
cd "$E2E_DIR"
start_devnet
trap 'kill -9 ${node:-} 2>/dev/null; stop_all' EXIT
# Without keys: what L1 fixed could not be announced for any more.
grep -v key_file "$devnet_dir/node.toml" >node.toml
fills_word=12

start_node() { # LOG [FLAG...]
  "$GAVEL_BIN" node --config node.toml --gateway.port 0 --http.port 0 --l1.inbox_depth 3 \
    --sequencer.batch_blocks 10 "${@:2}" 2>"$1" &
  node=$!
  for _ in $(seq 300); do
    url=$(grep -o 'http=http://[0-9.:]*' "$1" | head -n1 | cut -d= -f2) && [[ -n $url ]] && return
    kill -0 "$node" || { cat "$1"; return 1; }
    sleep 0.1
  done
  return 1
}
await_status() { # EXPRESSION TEXT
  for _ in $(seq 200); do
    curl -sf "$url/v1/status" | jq -e "$1" >status && return
    sleep 0.1
  done
  fail "$2: $(curl -s "$url/v1/status" | jq -c .l1)"
}
mine() { rpc anvil_mine "[\"$(printf 0x%x "$1")\"]" >/dev/null; }
fills() { echo "$fills_word=0x$(printf %064x "$1")"; }
halted='.l1.halted and (.l1.configuration_error | test("batch 2 was made under another"))'
well='(.l1.halted | not) and .l1.configuration_error == ""'

start_node node1.log || fail "the node does not start"
mine 10
await_status '.batch >= 3' "no batches are made"
announce 2 "$(fills 7)"
sleep 1
curl -sf "$url/v1/status" | jq -e "$well" >/dev/null || fail "it counts before it is deep enough"
mine 3
await_status "$halted" "a late announcement is not told"
kill -TERM "$node"
wait "$node" || fail "the node ended with $?"
start_node node2.log || fail "the node does not start again"
await_status "$halted" "a restart went around it"

# The first way out: nothing is lost.
batch=$(curl -sf "$url/v1/status" | jq .batch)
announce 2 "$(fills 16)"
mine 3
await_status "$well and .batch >= $batch" "the former configuration does not heal it"
grep -q 'again that the batches were made under' node2.log || fail "nothing is said"

# The second: the blocks are dropped.
announce 2 "$(fills 7)"
mine 3
await_status "$halted" "a late announcement is not told again"
kill -TERM "$node"
wait "$node" || fail "the node ended with $?"
start_node node3.log --accept-configuration || fail "it does not start: $(cat node3.log)"
grep -q 'the configuration is accepted from batch 2 on' node3.log ||
  fail "nothing was dropped: $(cat node3.log)"
grep -q 'another configuration from this batch on.*batch=2' node3.log || fail "it is not applied"
await_status "$well and .batch >= 3" "the node does not go on"
ls -R "$devnet_dir" | grep -q '2.batch.orphaned' || fail "what was dropped is not kept"

announce 1000 "$(fills 8)"
mine 3
await_status "$well and .l1.next_configuration_batch == 1000" "the next one is not shown"
kill -TERM "$node"
wait "$node" || fail "the node ended with $?"
start_node node4.log --accept-configuration || fail "it does not start"
grep -q 'no block had to go' node4.log || fail "blocks were dropped: $(cat node4.log)"
kill -TERM "$node"
wait "$node" || fail "the node ended with $?"
echo "passed after $SECONDS s"
