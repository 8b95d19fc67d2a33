#!/usr/bin/env bash
# A devnet with other terms than usual for its contests: anybody sees them, the guardian and nobody
# else stops time, and the word of proof lanes carries a contested claim by their credits.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_contests.sh"
cd "$E2E_DIR"
window=20
refused() {
  "$GAVEL_BIN" devnet --no-node --port 0 --check --dir "$E2E_DIR/refused" "${@:2}" >refused.out 2>&1
  (($? == 1)) && grep -qF -- "$1" refused.out || { cat refused.out; fail "not refused: $*"; }
  rm -rf refused
}
refused "at most the window of 20 s" --test-lane 21
refused "2 proof lanes at most" --test-lane 1 --test-lane 2 --test-lane 3
start_devnet --gateway-port 0 --http-port 0 --window $window --batch-blocks 20 --settle-delay 5 \
  --pause-budget 30 --test-lane 7 --test-lane 8 --claim-refund 1000000000000000 \
  --open-refund 2000000000000000 --step-refund 3000000000000000 --prove-refund 4000000000000000 \
  --resolve-refund 5000000000000000
trap end_parties EXIT
superchain=$(said_by_devnet SuperchainConfig)
key_of() { cat "$devnet_dir/keys/$1.key"; }
seen() { "$GAVEL_BIN" disputes --l1 "$l1" --registry "$registry" >seen && grep -qF -- "$1" seen; }
expect_seen() { seen "$1" || { cat seen; fail "not seen: $1"; }; }
# call_as KEY CONTRACT SIGNATURE ARGUMENT...
call_as() {
  "$GAVEL_CAST" send --rpc-url "$l1" --private-key "$(key_of "$1")" "${@:2}" >call.log 2>&1
}

expect_seen "guardian $(said_by_devnet guardian): no pause, 0 of 30 s of pauses spent"
expect_seen "window $window s: whoever earns it first has a contest"
expect_seen "a proof is worth 7 of $window s"
expect_seen "a proof is worth 8 of $window s"
expect_seen "refunds: claim 0.001000 ETH, dispute 0.002000 ETH, step 0.003000 ETH, proof 0.004000"
expect_seen "decision 0.005000 ETH"
[[ $(said_by_devnet guardian) != "$(said_by_devnet owner)" ]] || fail "the owner is the guardian"

call_as owner "$superchain" 'pause(uint64)' 5 && fail "the owner stopped time"
call_as guardian "$superchain" 'pause(uint64)' 31 && fail "a pause beyond the budget"
call_as guardian "$superchain" 'pause(uint64)' 20 || { cat call.log; fail "no pause"; }
expect_seen "PAUSED"
call_as guardian "$superchain" 'unpause()' || { cat call.log; fail "the pause does not end"; }
expect_seen "no pause"

# Words of a log of that contract and event, whose indexed number (slot $3) is $4, in $words and
# $topics.
read_log() {
  local topic number
  topic=$("$GAVEL_CAST" keccak "$2")
  number=$("$GAVEL_CAST" to-uint256 "$4")
  rpc eth_getLogs "[{\"fromBlock\":\"0x0\",\"address\":\"$1\",\"topics\":[\"$topic\"]}]" |
    jq -c --arg n "$number" "[.[] | select(.topics[$3] == \$n)] | .[0]" >log.json
  topics=($(jq -r '.topics[]' log.json))
  words=($(jq -r .data log.json | cut -c 3- | fold -w 64 | sed 's/^/0x/'))
}
listed() { local IFS=,; echo "[$*]"; }
# prove LANE BATCH: the claim that the batch's first claimer made.
prove() {
  local lane=$1 batch=$2 parent first end config image hash
  local names='bytes32,bytes32,uint64,address,bytes32,bytes32,bytes32[32]'
  local recipient=0x00000000000000000000000000000000000f00d5
  read_log "$registry" "Claimed($names)" 3 "$batch"
  parent=${topics[2]} first=${words[1]} end=${words[2]}
  read_log "$(said_by_devnet BatchInbox)" 'Fixed(uint64,bytes32[7],bytes32)' 1 "$batch"
  config=$("$GAVEL_CAST" call --rpc-url "$l1" "$(said_by_devnet SystemConfig)" \
    'configuration(uint64)(uint64,bytes32[32])' "$batch" | tail -n1 | tr -d ' ')
  image=$(cut -d, -f $((image_word + 1)) <<<"${config//[\[\]]/}")
  hash=$("$GAVEL_CAST" keccak "$("$GAVEL_CAST" abi-encode \
    'f(bytes32,bytes32,bytes32,uint256,bytes32,address)' "$image" "$first" "$end" $((1 << 24)) \
    "0x$(printf '%064d' 0)" $recipient)")
  call_as owner "$registry" \
    'prove(bytes32,uint64,bytes32,bytes32,bytes32[7],bytes32[32],uint256,address,bytes)' \
    "$parent" "$batch" "$first" "$end" "$(listed "${words[@]:0:7}")" "$config" "$lane" \
    $recipient "$("$GAVEL_CAST" wallet sign --no-hash --private-key "$(key_of "$3")" "$hash")"
}

claimed() { jq -e '.claimed >= 1' contests.json >/dev/null; }
await 60 "the node claims" claimed
# A rival's claim stops the time of the node's claim; the lanes' word is worth 15 of 20 seconds.
"$cheat_bin" --l1 "$l1" --registry "$registry" --devnet "$devnet_dir" --lie rival >cheat.out 2>&1 ||
  { cat cheat.out; fail "no rival"; }
batch=$(sed -n 's/^batch=//p' cheat.out)
new_key challenger
start_party challenger challenger
earned() { of_batch "$batch" '[.claims[] | select(.lanes > 0)] | .[0].earned_s'; }
contested() { [[ $(of_batch "$batch" '.claims | length') == 2 ]]; }
await 60 "batch $batch is contested" contested
prove 0 "$batch" lane-1 && fail "lane 0 takes the word of another key"
prove 0 "$batch" lane-0 || { cat call.log; fail "lane 0 does not take its key's word"; }
prove 1 "$batch" lane-1 || { cat call.log; fail "lane 1 does not take its key's word"; }
expect_seen "proved by lanes 0 and 1"
look
(($(earned) >= 15)) || fail "the lanes' word is worth $(earned) s"
await 60 "it is decided" decided "$batch"
await 60 "it stands" stands "$batch"
jq -e --argjson b "$batch" '.contests[] | select(.batch == $b) | .winner_end as $w |
  .claims[] | select(.lanes == 3) | .end == $w and .confirmed' contests.json >/dev/null ||
  { cat contests.json; fail "the proved claim did not win"; }
(($(earned) == $(of_batch "$batch" .earned_s))) ||
  fail "decided with $(of_batch "$batch" .earned_s) s, told as $(earned) s once it is confirmed"

# Who follows is told once that L1 is away, and ends when he wants to.
"$GAVEL_BIN" disputes --l1 "$l1" --registry "$registry" --follow >followed 2>followed.err &
follower=$!
heard() {
  for _ in $(seq 200); do
    grep -q -- "$1" "$2" && return
    sleep 0.1
  done
  fail "no '$1' in $2"
}
heard '^window' followed
kill "$devnet_pid"
heard '^gavel disputes: ' followed.err
sleep 2
kill "$follower"
wait "$follower" || fail "a signal ended the follower with $?"
(($(wc -l <followed.err) == 1)) || { cat followed.err; fail "told more than once"; }
echo "passed after $SECONDS s"
