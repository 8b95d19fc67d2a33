#!/usr/bin/env bash
# Wrong usage ends with status 2 and one line; help ends with 0; keys are never overwritten or
# shown.
set -uo pipefail
cd "$E2E_DIR"
failures=0
expect() {
  local status=$1 text=$2
  shift 2
  "$@" >out 2>&1
  local got=$?
  if [[ $got != "$status" ]] || ! grep -qF -- "$text" out; then
    echo "expected status $status and '$text' from: $*"
    echo "status $got"
    cat out
    failures=$((failures + 1))
  fi
}
for verb in node status query proof keys devnet verify bench replay demo oracle keeper margin \
  image vm witness challenger defender disputes; do
  expect 0 "$verb" "$GAVEL_BIN" "$verb" --help
done
expect 2 "" "$GAVEL_BIN" nonsense
expect 2 "data.directory" "$GAVEL_BIN" node
expect 2 "--gateway.prt" "$GAVEL_BIN" node --data.directory x --gateway.prt 5
expect 2 "l1.poster_key" "$GAVEL_BIN" node --data.directory x --l1.poster-key 11
expect 0 "gateway.port" "$GAVEL_BIN" node --describe
expect 1 "is it running" "$GAVEL_BIN" status --node http://127.0.0.1:9
expect 2 "--market" "$GAVEL_BIN" replay --format orders
expect 1 "there is no file" "$GAVEL_BIN" replay --format orders --market A=/nothing
expect 1 "SYMBOL=EVENTS" "$GAVEL_BIN" replay --generate A=none
expect 1 "no such market" "$GAVEL_BIN" replay --perpetual --generate A=5 --prices B=/dev/null
expect 1 "for --perpetual markets" "$GAVEL_BIN" replay --generate A=5 --prices A=/dev/null
expect 1 "lobster or orders" "$GAVEL_BIN" replay --format other --market A=/dev/null

expect 0 "0x" "$GAVEL_BIN" keys new key
[[ $(stat -c %a key) == 600 ]] ||
  { echo "key file mode $(stat -c %a key)"; failures=$((failures + 1)); }
address=$(cat out)
nowhere=(--l1 http://127.0.0.1:9)
party=("${nowhere[@]}" --registry 0x0000000000000000000000000000000000000001)
expect 3 "L1 does not answer" "$GAVEL_BIN" challenger "${party[@]}" --key-file key
expect 3 "L1 does not answer" "$GAVEL_BIN" defender "${party[@]}" --key-file key
expect 3 "L1 does not answer" "$GAVEL_BIN" disputes "${party[@]}"
for verb in verify disputes "witness --batch 1 --unit 0" "challenger --key-file key"; do
  expect 2 "12 is no address" "$GAVEL_BIN" $verb "${nowhere[@]}" --registry 12
done
for verb in verify "witness --batch 1 --unit 0" "challenger --key-file key"; do
  expect 2 "12 is no image's root" "$GAVEL_BIN" $verb "${party[@]}" --same-rules 12
  expect 2 "--data" "$GAVEL_BIN" $verb "${party[@]}" --data /nothing
done
expect 2 "--images" "$GAVEL_BIN" challenger "${party[@]}" --key-file key --images /nothing
for amount in -1 -0.5 nan 1e30 much; do
  expect 2 "--max-bonds" "$GAVEL_BIN" challenger "${party[@]}" --key-file key --max-bonds "$amount"
done
expect 2 "above --urgent-fee-gwei" "$GAVEL_BIN" challenger "${party[@]}" --key-file key \
  --max-fee-gwei 501
expect 1 "/nothing" "$GAVEL_BIN" defender "${party[@]}" --key-file /nothing
signer=(--account 5 --key-file key)
expect 2 "--account" "$GAVEL_BIN" oracle --market 1 --price 5
expect 2 "either --price or --tape" "$GAVEL_BIN" oracle "${signer[@]}" --market 1
expect 2 "excludes" "$GAVEL_BIN" oracle "${signer[@]}" --market 1 --price 5 --tape key
expect 1 "is HOST:PORT" "$GAVEL_BIN" oracle "${signer[@]}" --market 1 --price 5 --gateway here
expect 1 "no connection to the gateway" "$GAVEL_BIN" oracle "${signer[@]}" --market 1 --price 5 \
  --gateway 127.0.0.1:9
expect 1 "no connection to the gateway" "$GAVEL_BIN" keeper "${signer[@]}" --gateway 127.0.0.1:9
expect 1 "cannot read the key file" "$GAVEL_BIN" margin deposit 5 --account 5 --key-file nothing
for amount in 010 0x10 0 -5 "" 18446744073709551616; do
  expect 2 "a decimal number" "$GAVEL_BIN" margin insure "${signer[@]}" -- "$amount"
done
expect 0 "$address" "$GAVEL_BIN" keys show key
grep -qF "$(cut -c3- key)" out && { echo "the key was shown"; failures=$((failures + 1)); }
expect 1 "never overwritten" "$GAVEL_BIN" keys new key
chmod 644 key
expect 1 "can be read by others" "$GAVEL_BIN" keys show key

python3 -u -m http.server --bind 127.0.0.1 0 >server 2>&1 &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 50); do
  port=$(grep -o 'port [0-9]*' server | cut -d' ' -f2) && [[ -n $port ]] && break
  sleep 0.1
done
expect 1 "port $port is busy" "$GAVEL_BIN" devnet --dir "$E2E_DIR/net" --port "$port" \
  --gateway-port 0 --http-port 0
exit $((failures != 0))
