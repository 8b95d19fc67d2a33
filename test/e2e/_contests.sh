# Sourced by tests that play contests: a devnet with a node, liars, and those who defend.

source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
rogue_bin=${GAVEL_ROGUE:-$(dirname "$GAVEL_BIN")/test/cheats/gavel_rogue}
export GAVEL_TEST_PIDS=()

# new_key NAME: a key in keys/NAME.key, with 100 ETH.
new_key() {
  mkdir -p keys
  "$GAVEL_BIN" keys new "keys/$1.key" >/dev/null
  rpc anvil_setBalance "[\"$(address_of "$1")\",\"0x56bc75e2d63100000\"]" >/dev/null
}
address_of() { "$GAVEL_BIN" keys show "keys/$1.key"; }
balance_of() { "$GAVEL_CAST" balance --rpc-url "$l1" "$(address_of "$1")"; }

declare -A pid_of=()
# start_party NAME challenger|defender: an honest process with the key of that name.
start_party() {
  "$GAVEL_BIN" "$2" --l1 "$l1" --registry "$registry" --key-file "keys/$1.key" --poll 200 \
    --status-every 2 --work "$E2E_DIR" --max-bonds 100 --threads 1 >>"$1.log" 2>&1 &
  pid_of[$1]=$!
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
  stop_all
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
  local until=$((SECONDS + $1)) text=$2
  shift 2
  while ! { look && "$@"; }; do
    for name in "${!pid_of[@]}"; do
      kill -0 "${pid_of[$name]}" 2>/dev/null || { tail -n 20 "$name.log"; fail "$name has ended"; }
    done
    ((SECONDS < until)) || {
      jq -c . contests.json
      tail -n 5 ./*.log
      fail "not within the time: $text"
    }
    sleep 1
  done
}
