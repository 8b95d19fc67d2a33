#!/usr/bin/env bash
# A reorg of L1 deeper than the inbox depth takes an inbox message that the node has executed: the
# node refuses, names the message and what was built on it, stays so through a restart, and goes on
# by an operator's command alone.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
cd "$E2E_DIR"
start_devnet
trap 'kill -9 ${node:-} 2>/dev/null; stop_all' EXIT
# Without keys: what such a node posts would only be in the way here.
grep -v key_file "$devnet_dir/node.toml" >node.toml

start_node() { # LOG [FLAG...]
  "$GAVEL_BIN" node --config node.toml --gateway.port 0 --http.port 0 --l1.inbox_depth 6 \
    --sequencer.batch_blocks 20 "${@:2}" 2>"$1" &
  node=$!
  for _ in $(seq 300); do
    url=$(grep -o 'http=http://[0-9.:]*' "$1" | head -n1 | cut -d= -f2) && [[ -n $url ]] && return
    kill -0 "$node" || { cat "$1"; return 1; }
    sleep 0.1
  done
  return 1
}
l1_status() { curl -sf "$url/v1/status" | jq -r ".l1.$1"; }
await() { # EXPRESSION TEXT
  for _ in $(seq 200); do
    curl -sf "$url/v1/status" | jq -e "$1" >status && return
    sleep 0.1
  done
  cat node*.log
  fail "$2: $(curl -s "$url/v1/status" | jq -c .l1)"
}
mine() { rpc anvil_mine "[\"$(printf 0x%x "$1")\"]" >/dev/null; }

start_node node1.log || fail "the node does not start"
mine 10
await '.l1.inbox_caught_up' "the inbox is not read"
inbox=$(l1_status inbox)
count=$("$GAVEL_CAST" call --rpc-url "$l1" "$inbox" 'messageCount()(uint64)')
messages=${count%% *}
await ".inbox_index == $messages" "the inbox is not executed"
force() { # a message of one's own: cancel all of account 2's orders on market $1, which is refused
  rpc eth_sendTransaction "[{\"from\":\"$sender\",\"to\":\"$inbox\",\"gas\":\"0x7a120\",
    \"data\":\"$("$GAVEL_CAST" calldata 'forcedCancelAll(uint32,uint32)' 2 "$1")\"}]" >/dev/null
}
sender=0x00000000000000000000000000000000000f00d5
rpc anvil_impersonateAccount "[\"$sender\"]" >/dev/null
rpc anvil_setBalance "[\"$sender\",\"0x56bc75e2d63100000\"]" >/dev/null

moment=$(rpc evm_snapshot '[]')
force 1
mine 3
sleep 1
[[ $(curl -sf "$url/v1/status" | jq .inbox_index) == "$messages" ]] || fail "executed too early"
# A reorg above the depth: nothing happened.
[[ $(rpc evm_revert "[\"$moment\"]") == true ]] || fail "L1 does not go back"
moment=$(rpc evm_snapshot '[]')
mine 5
await '.l1.inbox_caught_up and (.l1.halted | not)' "a shallow reorg halted the node"
force 2
mine 8
await ".inbox_index == $((messages + 1))" "the message is not executed"

# Below it.
[[ $(rpc evm_revert "[\"$moment\"]") == true ]] || fail "L1 does not go back"
mine 25
await '.l1.halted' "a deep reorg did not halt the node"
said=$(l1_status inbox_error)
[[ $said == *"dropped inbox message $((messages + 1))"*"executed in batch"*"built on it"* ]] ||
  fail "the message is not named: $said"
kill -TERM "$node"
wait "$node"

start_node node2.log || fail "the node does not start again"
await '.l1.halted' "a restart went around the halt"
kill -TERM "$node"
wait "$node"

start_node node3.log --accept-reorg || fail "the reorg is not accepted: $(cat node3.log)"
grep -q 'the reorg is accepted' node3.log || fail "nothing was rolled back: $(cat node3.log)"
await '.l1.inbox_caught_up and (.l1.halted | not)' "the node does not go on"
[[ $(curl -sf "$url/v1/status" | jq .inbox_index) == "$messages" ]] || fail "the message is there"
force 3
mine 8
await ".inbox_index == $((messages + 1))" "the next message is not executed"
kill -TERM "$node"
wait "$node" || fail "the node ended with $?"

start_node node4.log --accept-reorg || fail "the node does not start"
grep -q 'no reorg to accept' node4.log || fail "a reorg was accepted twice: $(cat node4.log)"
kill -TERM "$node"
wait "$node" || fail "the node ended with $?"
