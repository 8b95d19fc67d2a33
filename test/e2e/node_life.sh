#!/usr/bin/env bash
# A node without L1: ready, killed, started again on the same directory, ended by SIGTERM with
# status 0.
set -euo pipefail
cd "$E2E_DIR"
cat >node.toml <<TOML
[data]
directory = "$E2E_DIR/data"
[gateway]
port = 0
[http]
port = 0
[sequencer]
batch_blocks = 5
TOML

start() {
  "$GAVEL_BIN" node --config node.toml 2>"$1" &
  node=$!
  for _ in $(seq 300); do
    url=$(grep -o 'http=http://[0-9.:]*' "$1" | head -n1 | cut -d= -f2) && [[ -n $url ]] && return 0
    kill -0 "$node" || { cat "$1"; return 1; }
    sleep 0.1
  done
  return 1
}
block() { curl -sf "$url/v1/status" | jq .durable_block; }

start first.log
trap 'kill -9 $node 2>/dev/null || true' EXIT
[[ $(curl -sf "$url/readyz") == ready ]]
curl -sf "$url/metrics" | grep '^gavel_node_head_block ' >metric
sleep 2
before=$(block)
((before >= 5))
kill -9 "$node"
wait "$node" || true

start second.log
((($(block)) >= before))
"$GAVEL_BIN" status --node "$url" >status
grep -q '^durable_block' status

# The directory belongs to a running node, and to its chain.
if "$GAVEL_BIN" node --config node.toml 2>third.log; then exit 1; fi
grep -q 'another node is running' third.log
kill -TERM "$node"
wait "$node"
if "$GAVEL_BIN" node --config node.toml --chain.id 5 2>fourth.log; then exit 1; fi
grep -q 'belongs to another chain' fourth.log
