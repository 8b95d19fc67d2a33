#!/usr/bin/env bash
# A chain that is upgraded twice. From one batch on another image judges (the same rules, linked
# otherwise): the node ends before it and says so, and goes on when its operator vouches for the
# image, also when killed right there. From a later batch on the first image judges again and a unit
# does less: the running node follows. A wrong claim about a batch of each of the three loses, and
# a stranger who reads L1 alone comes to the node's states.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_contests.sh"
cd "$E2E_DIR"
window=${UPGRADE_WINDOW:-20}
other_elf=${GAVEL_OTHER_IMAGE:-$(dirname "$GAVEL_BIN")/rv32/guest_image_other}
txs_word=8 fills_word=12

root_of() { awk '$1 == "root" { print $2 }'; }
own=$("$GAVEL_BIN" image | root_of)
other=$("$GAVEL_BIN" image --of "$other_elf" | root_of)
[[ $other =~ ^0x[0-9a-f]{64}$ && $other != "$own" ]] || fail "no other image: $other"
"$GAVEL_BIN" image --of "$other_elf" --keep images >/dev/null || fail "the image is not kept"

# take_over: ends the devnet's node; its keeper is not to notice.
take_over() {
  local pid
  kill -STOP "$devnet_pid"
  for pid in $(cat /proc/"$devnet_pid"/task/*/children); do
    grep -qzx node "/proc/$pid/cmdline" || continue
    kill -TERM "$pid"
    for _ in $(seq 100); do
      grep -q '^State:.Z' "/proc/$pid/status" && return
      sleep 0.1
    done
  done
  fail "the devnet's node does not end"
}
# start_node LOG [FLAG...]: with the devnet's keys, on ports that stay the same.
start_node() {
  "$GAVEL_BIN" node --config "$devnet_dir/node.toml" --gateway.port "${gateway_port:-0}" \
    --http.port "${http_port:-0}" "${@:2}" 2>"$1" &
  node=$!
  for _ in $(seq 300); do
    gateway_port=$(sed -n 's/.*gateway=[0-9.]*:\([0-9]*\).*/\1/p' "$1" | tail -n1)
    http_port=$(sed -n 's/.*http=http:..[0-9.]*:\([0-9]*\).*/\1/p' "$1" | tail -n1)
    [[ -n $http_port ]] && return
    kill -0 "$node" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}
status() { curl -sf "http://127.0.0.1:$http_port/v1/status" | jq -r "$1"; }
committed() { (($(status .batch) >= $1)); }
await_batch() {
  for _ in $(seq 300); do
    committed "$1" 2>/dev/null && return
    kill -0 "$node" || fail "the node has ended: $(tail -n 1 "$node_log")"
    sleep 0.1
  done
  fail "batch $1 is not made: $(curl -s "http://127.0.0.1:$http_port/v1/status")"
}
end_all() {
  kill -9 "${node:-}" 2>/dev/null
  kill -CONT "$devnet_pid"
  end_parties
}

start_devnet --block-time 1 --settle-delay 5 --gateway-port 0 --http-port 0 --no-oracle \
  --batch-blocks 20 --window "$window"
trap end_all EXIT
take_over
node_log=node1.log
start_node "$node_log" || fail "the node does not start: $(cat node1.log)"
{ while :; do
  "$crowd_bin" --gateway "127.0.0.1:$gateway_port" --devnet "$devnet_dir"
  sleep 0.2
done; } >crowd.log 2>&1 &
pid_of[crowd]=$!
start_messages
# One that knows of no other image, and sends nothing.
new_key old
party_arguments=(--dry-run)
start_party old defender
party_arguments=(--images images --same-rules "$other")
new_key challenger
start_party challenger challenger

# The image changes, and how many transactions a block may have.
first=$(($(status .batch) + 8))
announce "$first" "$image_word=$other" "$txs_word=0x$(printf %064x 9000)"
start_rogue before balance --from-batch $((first - 5)) --images images
wait "$node"
[[ $? == 4 ]] || fail "the node did not end with status 4: $(tail -n 3 node1.log)"
grep -q "batch $first is judged by image $other, and this program's rules are those of $own" \
  node1.log || fail "the end is not explained: $(tail -n 1 node1.log)"
"$GAVEL_BIN" node --config "$devnet_dir/node.toml" 2>again.log
[[ $? == 4 ]] || fail "a restart went on: $(tail -n 1 again.log)"
echo "the node has ended before batch $first after $SECONDS s"
node_log=node2.log
start_node "$node_log" --chain.same_rules "$other" || fail "it does not go on: $(tail node2.log)"
grep -q "another configuration from this batch on" node2.log || fail "it goes on as before"
kill -9 "$node"
wait "$node" 2>/dev/null
node_log=node3.log
start_node "$node_log" --chain.same_rules "$other" || fail "it does not go on: $(tail node3.log)"
start_rogue between balance --from-batch "$first" --images images

# The first image again, and units of less work: in the running process.
second=$(($(status .batch) + 9))
announce "$second" "$image_word=$own" "$fills_word=0x$(printf %064x 1)"
await_batch "$second"
start_rogue after balance --from-batch "$second" --images images
grep -q "another configuration from this batch on.*batch=$second" node3.log ||
  fail "the node does not follow: $(tail -n 3 node3.log)"
echo "the node has gone on at batch $second after $SECONDS s"

await_claims before between after
(($(rogue_fact before batch) < first)) || fail "the first contest is about a later batch"
batch=$(rogue_fact between batch)
((batch >= first && batch < second)) || fail "the second contest is about batch $batch"
await_end before between after
for name in before between after; do check_outcome "$name"; done
check_line challenger
kill -0 "${pid_of[old]}" || fail "who does not know the image has ended: $(tail -n 3 old.log)"
grep -q "batch $first is judged by image $other" old.log || fail "its trouble is not told"
kill -0 "$node" || fail "the node has ended: $(tail -n 3 node3.log)"
[[ $(status .l1.diverged) == false && -z $(status .l1.configuration_error) ]] ||
  fail "the node is at odds with L1: $(status .l1)"

last=$(jq .confirmed contests.json)
"$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --same-rules "$other" --skip-lost \
  --json >verdict ||
  fail "L1 alone gives something else: $(cat verdict)"
verified=$(jq .batches verdict)
ours=$(curl -sf "http://127.0.0.1:$http_port/v1/batch?number=$verified" | jq -r .state_root)
[[ $(jq -r .state_root verdict) == "$ours" ]] || fail "another state root at batch $verified"
((verified >= last && verified > second)) || fail "only $verified batches are verified"
"$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --skip-lost --quiet 2>refused
[[ $? == 3 ]] && grep -q "batch $first is judged by image $other" refused ||
  fail "rules that are not known were applied: $(cat refused)"
"$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --same-rules "$other" --quiet >verdict
[[ $? == 1 ]] && grep -q "DISAGREE: batch $(rogue_fact before batch), field state_root" verdict ||
  fail "a wrong claim is not named: $(cat verdict)"
kill -TERM "$node"
wait "$node" || fail "the node ended with $?"
echo "passed after $SECONDS s"
