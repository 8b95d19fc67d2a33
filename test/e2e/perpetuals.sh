#!/usr/bin/env bash
# A perpetual market as its users run it: collateral in, a trade, three oracles and a keeper as
# processes of their own; the price falls, the keeper liquidates, and a stranger agrees with it all.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
[[ -d $GAVEL_ROOT/node_modules/@noble/curves ]] || { echo "npm packages are missing"; exit 77; }
cd "$E2E_DIR"
children=()
stop_here() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null; done
  stop_all
}
start_devnet --gateway-port 0 --http-port 0 --no-oracle
trap stop_here EXIT
on_screen() { awk -v name="$1" -v column="$2" '$1 == name { print $column }' devnet.out; }
gateway=$(on_screen gateway 2) node=$(on_screen queries 2)
market=$(sed -n 's/^perpetual .* market \([0-9]*\),.*/\1/p' devnet.out)
alice=$(on_screen alice 5) bob=$(on_screen bob 5)
[[ -n $gateway && -n $node && -n $market && -n $alice ]] || { cat devnet.out; fail "the screen"; }

ask() { curl -sf "$node/v1/$1"; }
mark() { ask "market?index=$market" | jq -r .perpetual.mark_price; }
size_of() { ask "account?index=$1" | jq -r '.margin.positions[0].size // "0"'; }
# eventually WORDS TEST...: within 15 s.
eventually() {
  local words=$1
  shift
  for _ in $(seq 150); do
    "$@" && return 0
    sleep 0.1
  done
  tail -n 5 oracle-*.log keeper.log 2>/dev/null
  fail "$words"
}
# as TRADER VERB ARGUMENT...: a verb of the program for one account. In the background with
# run=exec, so that the process id is the program's.
as() {
  local who=$1
  shift
  ${run:-} "$GAVEL_BIN" "$@" --gateway "$gateway" --account "$(on_screen "$who" 5)" \
    --key-file "$(on_screen "$who" 3)"
}
# order TRADER ARGUMENTS...: the documented client.
order() {
  GAVEL_KEY=$(cat "$(on_screen "$1" 3)") timeout 10 node "$GAVEL_ROOT/docs/examples/client.mjs" \
    "$gateway" "$(on_screen "$1" 5)" "$market" "${@:2}"
}
# oracles PRICE...: oracle-1 reports the first, and so on; they replace those before.
oracles() {
  local i=0 price pids=()
  for price in "$@"; do
    i=$((i + 1))
    run=exec as "oracle-$i" oracle --market "$market" --price "$price" --interval 300 \
      >>"oracle-$i.log" 2>&1 &
    pids+=($!)
  done
  reporters=("${pids[@]}")
  children+=("${pids[@]}")
}
end_oracles() {
  local pid
  for pid in "${reporters[@]}"; do
    kill -TERM "$pid"
    wait "$pid" || fail "an oracle ended with $?"
  done
}

# Without a price nothing trades; one report is no quorum of two.
order alice buy 60000 1 >out && fail "traded without a price: $(cat out)"
oracles 60000
eventually "no report was taken" grep -q ': ok, ' oracle-1.log
[[ $(mark) == 0 ]] || fail "one report made a price: $(mark)"
end_oracles
# Three are, and their median is the price, whatever one of them says.
oracles 60000 60010 1
eventually "no mark price" eval '[[ $(mark) == 60000 ]]'

as alice margin deposit 650000000000 >out || fail "alice's collateral: $(cat out)"
as bob margin deposit 5000000000000 >out || fail "bob's collateral: $(cat out)"
as alice margin deposit 99999999999999999 >out 2>&1 && fail "more than she has: $(cat out)"
grep -q '^gavel margin: rejected: insufficient_balance$' out || fail "which rejection: $(cat out)"

order bob sell 60000 1000 >out || fail "bob: $(cat out)"
order alice buy 60000 2000 >out && fail "20 times her money: $(cat out)"
order alice buy 60000 1000 >out || fail "alice: $(cat out)"
[[ $(size_of "$alice") == 1000 && $(size_of "$bob") == -1000 ]] || fail "positions"
[[ $(ask "market?index=$market" | jq -r .perpetual.open_interest) == 1000 ]] || fail "open interest"
order bob buy 55500 2000 >out || fail "bob's bid: $(cat out)"

# Nothing to liquidate yet; nobody liquidates by hand what is healthy.
"$GAVEL_BIN" keeper --node "$node" --once --gateway "$gateway" --account "$alice" \
  --key-file "$(on_screen bob 3)" >out 2>&1 && fail "a keeper with another's key: $(cat out)"
grep -q "account $alice belongs to 0x" out || fail "which key is wrong: $(cat out)"
run=exec as keeper keeper --node "$node" --poll 200 >keeper.log 2>&1 &
keeper=$!
children+=("$keeper")
end_oracles
[[ ! -s keeper.log ]] || fail "the keeper acted: $(cat keeper.log)"
# 5,000 dollars below: 1,500 of her 6,500 are left, less than half a tenth of 55,000.
oracles 55000 55000 55010
eventually "nothing was liquidated" grep -q '^liquidate .*: ok, block .* closed ' keeper.log
eventually "it was not liquidated until it was healthy" \
  eval '[[ $(ask liquidatable | jq ".accounts | length") == 0 ]]'
(($(size_of "$alice") < 1000)) || fail "alice still has $(size_of "$alice") lots"
(($(ask clearing | jq -r .insurance) > 0)) || fail "no liquidation fee in the insurance fund"
kill -TERM "$keeper"
wait "$keeper" || fail "the keeper ended with $?"
grep -qE '^end: [1-9][0-9]* liquidations sent, [1-9]' keeper.log || fail "$(cat keeper.log)"
end_oracles
cat keeper.log

# A stranger, from L1 alone, up to a batch that holds all of it.
last=$(ask status | jq .durable_block)
eventually "its batch did not end" eval '(($(ask status | jq .batch_last_block) >= last))'
batches=$(ask status | jq .batch)
timeout 60 "$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --follow --batches "$batches" \
  --quiet >verdict 2>progress || { cat verdict progress; fail "the verifier does not agree"; }
cat verdict
grep -qE '^agree: ' verdict || fail "no agreement"
echo "passed after $SECONDS s"
