#!/usr/bin/env bash
# The documented sample client against a devnet: an order rests, another trades with it, one signed
# by a stranger is refused; SIGTERM ends all of it.
set -euo pipefail
[[ -x ${GAVEL_ANVIL:-} ]] || { echo "anvil is not installed"; exit 77; }
[[ -d $GAVEL_ROOT/node_modules/@noble/curves ]] || { echo "npm packages are missing"; exit 77; }
cd "$E2E_DIR"
fail() { echo "FAILED: $*"; exit 1; }

"$GAVEL_BIN" devnet --dir "$E2E_DIR/net" --port 0 --gateway-port 0 --http-port 0 \
  >screen 2>devnet.err &
devnet=$!
trap 'kill -9 $devnet 2>/dev/null || true' EXIT
for _ in $(seq 300); do
  grep -q '^Ctrl-C' screen && break
  kill -0 "$devnet" || { cat devnet.err; exit 1; }
  sleep 0.1
done
on_screen() { awk -v name="$1" -v column="$2" '$1 == name { print $column }' screen; }
l1=$(on_screen L1 2) gateway=$(on_screen gateway 2) queries=$(on_screen queries 2)
[[ -n $gateway && -n $queries ]] || fail "the devnet did not come up: $(cat screen devnet.err)"

# order TRADER ARGUMENTS...: one run of the client; its exit status and output.
order() {
  local trader=$1
  shift
  GAVEL_KEY=$(cat "$(on_screen "$trader" 3)") \
    timeout 10 node "$GAVEL_ROOT/docs/examples/client.mjs" "$gateway" "$@"
}
# expect STATUS TEXT TRADER ARGUMENTS...: runs the client; `out` is what it printed.
expect() {
  local status=0
  out=$(order "${@:3}" 2>&1) || status=$?
  [[ $status == "$1" && $out == *"$2"* ]] || fail "wanted $1 '$2' from ${*:3}; got $status '$out'"
}
query() { "$GAVEL_BIN" query "$@" --node "$queries" --json; }
alice=$(on_screen alice 5) bob=$(on_screen bob 5)

expect 0 "10 lots resting" alice "$alice" 1 sell 60000 10
id=$(grep -oE 'order [0-9]+' <<<"$out" | cut -d' ' -f2)
query order "$id" | jq -e --argjson account "$alice" '.account == $account' >/dev/null ||
  fail "order $id does not rest: $(query order "$id")"
query book 1 | jq -e '.asks[0][0:2] | map(tonumber) == [60000, 10]' >/dev/null ||
  fail "book: $(query book 1)"

expect 0 "fill: 4 lots at 60000" bob "$bob" 1 buy 60001 4
[[ $out == *"0 lots resting"* ]] || fail "a full trade rests: $out"
query book 1 | jq -e '.asks[0][1] | tonumber == 6' >/dev/null || fail "book: $(query book 1)"

# Alice's account by Bob's key; and what the exchange rejects, by name.
expect 1 "refused: bad_signature" bob "$alice" 1 sell 60000 1
expect 1 "bad_price" bob "$bob" 1 buy 0 1
expect 1 "insufficient_balance" bob "$bob" 1 buy 60000 1000000000
query book 1 | jq -e '.asks[0][1] | tonumber == 6' >/dev/null || fail "book: $(query book 1)"

kill -TERM "$devnet"
status=0
wait "$devnet" || status=$?
[[ $status == 0 ]] || fail "devnet ended with $status: $(cat devnet.err)"
if curl -s -m 2 "$l1" >/dev/null; then fail "anvil is still there"; fi
if curl -s -m 2 "$queries/readyz" >/dev/null; then fail "the node is still there"; fi
expect 1 "failed: connect ECONNREFUSED" alice "$alice" 1 sell 60000 1
