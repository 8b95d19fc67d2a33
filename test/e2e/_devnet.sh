# Sourced by end-to-end tests that need an L1: a devnet without a node, and its moments.
# Skips (77) where anvil is not installed.

[[ -x ${GAVEL_ANVIL:-} ]] || { echo "anvil is not installed"; exit 77; }
cheat_bin=${GAVEL_CHEAT:-$(dirname "$GAVEL_BIN")/test/cheats/gavel_cheat}

# start_devnet [ARGUMENT...]: sets devnet_dir, l1 and registry. Without arguments there is no node,
# and L1 mines each transaction at once.
start_devnet() {
  local arguments=("${@:---no-node}")
  devnet_dir=$E2E_DIR/devnet
  : >"$E2E_DIR/devnet.out"
  "$GAVEL_BIN" devnet "${arguments[@]}" --dir "$devnet_dir" --port 0 >"$E2E_DIR/devnet.out" \
    2>"$E2E_DIR/devnet.err" &
  devnet_pid=$!
  trap stop_all EXIT
  for _ in $(seq 600); do
    grep -q '^Ctrl-C' "$E2E_DIR/devnet.out" && break
    kill -0 "$devnet_pid" || { cat "$E2E_DIR/devnet.err"; exit 1; }
    sleep 0.1
  done
  l1=$(awk '$1 == "L1" { print $2 }' "$E2E_DIR/devnet.out")
  registry=$(awk '$1 == "BatchRegistry" { print $2 }' "$E2E_DIR/devnet.out")
  [[ -n $l1 && -n $registry ]] || { cat "$E2E_DIR/devnet.out"; exit 1; }
  (($#)) || rpc evm_setAutomine '[true]' >/dev/null
}

stop_all() {
  [[ -z ${cheat_pid:-} ]] || kill -9 "$cheat_pid" 2>/dev/null
  [[ -z ${devnet_pid:-} ]] || kill "$devnet_pid" 2>/dev/null
  wait
}

# rpc METHOD PARAMETERS: the result of one request to L1.
rpc() {
  curl -sf "$l1" -H 'content-type: application/json' \
    -d '{"jsonrpc":"2.0","id":1,"method":"'"$1"'","params":'"$2"'}' | jq -r .result
}

fail() { echo "FAILED: $*"; exit 1; }
