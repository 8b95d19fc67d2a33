# Sourced by tests that play contests: a devnet with a node, liars, and those who defend.

source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
rogue_bin=${GAVEL_ROGUE:-$(dirname "$GAVEL_BIN")/test/cheats/gavel_rogue}
crowd_bin=${GAVEL_CROWD:-$(dirname "$GAVEL_BIN")/test/cheats/gavel_crowd}
declare -A pid_of=() role_of=()
image_word=2  # of the configuration: the program that judges
party_arguments=()  # of all challengers and defenders

# start_contests ARGUMENT...: a devnet with a node and traders.
start_contests() {
  start_devnet --block-time 1 --settle-delay 5 --gateway-port 0 --http-port 0 "$@"
  trap end_parties EXIT
  "$crowd_bin" --gateway "$(said_by_devnet gateway)" --devnet "$devnet_dir" >crowd.log 2>&1 &
  pid_of[crowd]=$!
}
# start_messages: one to the inbox each second.
start_messages() {
  { while sleep 1; do send_message; done } >messages.log 2>&1 &
  pid_of[messages]=$!
}
# end_party NAME: at once.
end_party() {
  kill -9 "${pid_of[$1]}"
  wait "${pid_of[$1]}" 2>/dev/null
  unset "pid_of[$1]"
}
said_by_devnet() { awk -v name="$1" '$1 == name { print $2 }' "$E2E_DIR/devnet.out"; }

# new_key NAME: a key in keys/NAME.key, with 1,000 ETH.
new_key() {
  mkdir -p keys
  "$GAVEL_BIN" keys new "keys/$1.key" >/dev/null
  rpc anvil_setBalance "[\"$(address_of "$1")\",\"0x3635c9adc5dea00000\"]" >/dev/null
}
address_of() { "$GAVEL_BIN" keys show "keys/$1.key"; }

# start_party NAME challenger|defender: an honest process with the key of that name.
start_party() {
  "$GAVEL_BIN" "$2" --l1 "$l1" --registry "$registry" --key-file "keys/$1.key" --poll 200 \
    --status-every 2 --work "$E2E_DIR" --max-bonds 500 --threads 1 --bump-after 4 \
    "${party_arguments[@]}" >>"$1.log" 2>&1 &
  pid_of[$1]=$!
  role_of[$1]=$2
}
# start_rogue NAME KIND ARGUMENT...
start_rogue() {
  local name=$1 kind=$2
  shift 2
  new_key "$name"
  mkdir -p "rogue-$name"
  "$rogue_bin" --l1 "$l1" --registry "$registry" --key-file "keys/$name.key" --kind "$kind" \
    --dir "$E2E_DIR/rogue-$name" "$@" >"$name.out" 2>"$name.log" &
  pid_of[$name]=$!
}
# rogue_fact NAME FACT: what the rogue says that it claims, once it does.
rogue_fact() { sed -n "s/^$2=//p" "$1.out" | head -n1; }

end_parties() {
  local name
  for name in "${!pid_of[@]}"; do kill -9 "${pid_of[$name]}" 2>/dev/null; done
  stop_all 2>/dev/null
}

# send_message: an inbox message of a stranger's, which the rules refuse.
send_message() {
  local stranger=0x00000000000000000000000000000000000f00d5
  rpc anvil_impersonateAccount "[\"$stranger\"]" >/dev/null
  rpc anvil_setBalance "[\"$stranger\",\"0x56bc75e2d63100000\"]" >/dev/null
  rpc eth_sendTransaction "[{\"from\":\"$stranger\",\"to\":\"$(said_by_devnet Inbox)\",
    \"gas\":\"0x7a120\",
    \"data\":\"$("$GAVEL_CAST" calldata 'forcedCancelAll(uint32,uint32)' 2 1)\"}]" >/dev/null
}

# look: what anybody sees of the contests, in contests.json.
look() {
  "$GAVEL_BIN" disputes --l1 "$l1" --registry "$registry" --json >contests.new 2>look.log &&
    mv contests.new contests.json
}
# of_batch BATCH FILTER: of the contest about that batch.
of_batch() { jq -r --argjson b "$1" ".contests[] | select(.batch == \$b) | $2" contests.json; }

# await SECONDS TEXT COMMAND...: until the command succeeds, looking each second.
await() {
  local until=$((SECONDS + $1)) text=$2 name
  shift 2
  while ! { look && "$@"; }; do
    for name in "${!pid_of[@]}"; do
      kill -0 "${pid_of[$name]}" 2>/dev/null && continue
      tail -n 3 "$name.log"
      # The honest are supervised, as any service: an L1 at odds with itself in a reorg ends them.
      [[ -n ${role_of[$name]:-} ]] || fail "$name has ended"
      echo "$name has ended and is started again"
      start_party "$name" "${role_of[$name]}"
    done
    ((SECONDS < until)) || {
      jq -c . contests.json
      tail -n 5 ./*.log
      fail "not within the time: $text"
    }
    sleep 1
  done
}

# await_claims NAME...: until each rogue has found its batch.
await_claims() {
  local name
  for name in "$@"; do
    await 180 "$name claims" grep -q ^what= "$name.out"
    echo "$name: batch $(rogue_fact "$name" batch), unit $(rogue_fact "$name" unit):" \
      "$(rogue_fact "$name" what)"
  done
  echo "all have claimed after $SECONDS s"
}

decided() { [[ $(of_batch "$1" '.winner_end // empty') == 0x* ]]; }
stands() { jq -e --argjson b "$1" '.confirmed >= $b' contests.json >/dev/null; }
# all_collected: whoever put bonds into a game and supports the winner has them back.
all_collected() {
  local name
  for name in challenger second defender; do
    [[ -f keys/$name.key ]] || continue
    jq -e --arg who "$(address_of $name)" \
      '[.contests[].accounts[] | select(.account == $who and .bonds != "0.000000 ETH") |
        .collected] | all' contests.json >/dev/null || return
  done
}

# await_end NAME...: until each contest is decided, the chain has gone on beyond, all is paid.
await_end() {
  local name batch last=0
  for name in "$@"; do
    batch=$(rogue_fact "$name" batch)
    ((batch > last)) && last=$batch
    await 300 "the contest about batch $batch is decided" decided "$batch"
    echo "$name: batch $batch is decided after $SECONDS s"
  done
  await 120 "the chain goes on" stands $((last + 1))
  await 60 "the honest are paid" all_collected
}

# check_outcome NAME: the rogue's claim is not confirmed, and a claim of its batch is.
check_outcome() {
  local name=$1 batch end winner
  batch=$(rogue_fact "$name" batch)
  winner=$(of_batch "$batch" .winner_end)
  while read -r end; do
    if [[ $name == squatter ]]; then # his end is the right one, his lists are not
      [[ $winner == "$end" ]] || fail "$name: the right end lost"
      continue
    fi
    [[ $winner != "$end" ]] || fail "$name: a wrong claim won"
    of_batch "$batch" ".claims[] | select(.end == \"$end\") | .confirmed" | grep -qx false ||
      fail "$name: its claim of batch $batch stands, or was never made"
  done < <(sed -n 's/^end=//p' "$name.out")
  of_batch "$batch" '.claims[] | select(.confirmed) | .end' | grep -qx "$winner" ||
    fail "$name: the winner of batch $batch is not confirmed"
}

# check_money NAME: something of the liars' bonds is left in each game, and the honest one has his
# own back: he is poorer by gas at most.
check_money() {
  local game left end
  for game in $(jq -r '.contests[].game' contests.json); do
    left=$("$GAVEL_CAST" balance --rpc-url "$l1" "$game")
    [[ $left != 0 ]] || fail "nothing of the liars' bonds is left in $game"
  done
  end=$("$GAVEL_CAST" balance --ether --rpc-url "$l1" "$(address_of "$1")")
  echo "$1 began with 1000 ETH and has $end"
  jq -ne --arg left "$end" '($left | tonumber) > 999.9' >/dev/null || fail "$1 has lost bonds"
}

# check_line NAME: what it sent, by contest.
check_line() {
  jq -r --arg who "$(address_of "$1")" --arg name "$1" '.contests[] | .batch as $b | .accounts[] |
    select(.account == $who) |
    "\($name), batch \($b): \(.line_transactions) transactions and \(.line_gas) gas to the step, " +
    "\(.transactions) and \(.gas) in all"' contests.json
}

# check_figures NAME: against a single rival no line costs more than it should down to the step, and
# some with all that comes after, which may be brought up and settled in more or fewer calls.
check_figures() {
  jq -e --arg who "$(address_of "$1")" '[.contests[] | select(.claims | length == 2) | .accounts[] |
    select(.account == $who)] | (min_by(.gas) | .gas <= 2500000 and .transactions <= 14) and
    (max_by(.line_gas) | .line_gas <= 2500000 and .line_transactions <= 14)' \
    contests.json >/dev/null || fail "no line of $1 is within 2.5M gas and 14 transactions"
}

# announce START WORD=VALUE...: from that batch on, these words of the configuration are others.
announce() {
  local config=$(said_by_devnet SystemConfig) owner=$(said_by_devnet owner) start=$1
  local words data change transaction
  words=$("$GAVEL_CAST" call --rpc-url "$l1" "$config" \
    'configuration(uint64)(uint64,bytes32[32])' "$start" | tail -n1 | tr -d '[] ')
  for change in "${@:2}"; do
    words=$(awk -F, -v OFS=, -v w=$((${change%%=*} + 1)) -v value="${change#*=}" \
      '{ $w = value; print }' <<<"$words")
  done
  data=$("$GAVEL_CAST" calldata 'announceConfiguration(uint64,bytes32[32])' "$start" "[$words]")
  rpc anvil_impersonateAccount "[\"$owner\"]" >/dev/null
  transaction=$(rpc eth_sendTransaction "[{\"from\":\"$owner\",\"to\":\"$config\",
    \"gas\":\"0x3d0900\",\"data\":\"$data\"}]")
  for _ in $(seq 50); do
    [[ $(rpc eth_getTransactionReceipt "[\"$transaction\"]" | jq -r .status) == 0x1 ]] && return
    sleep 0.1
  done
  fail "no configuration was announced"
}

# announce_image: from a later batch on, another program judges.
announce_image() {
  local start
  look || fail "nothing is to be seen"
  # Late enough that the node, which ends before a batch of another program, outlives the contests.
  start=$(($(jq .claimed contests.json) + 60))
  announce "$start" "$image_word=0x$(printf %064d 7)"
  echo "another image judges from batch $start on"
}
