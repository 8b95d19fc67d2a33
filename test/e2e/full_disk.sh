#!/usr/bin/env bash
# A node whose disk takes nothing more while it runs: it stops acknowledging and says so in its
# health and its log; when there is room again it comes back by itself, where it was. A limit on
# the size of files (RLIMIT_FSIZE) stands for the full disk: it can be set while the node runs.
set -euo pipefail
cd "$E2E_DIR"
command -v prlimit >/dev/null || { echo "prlimit is not installed"; exit 77; }
rm -rf data
cat >node.toml <<TOML
[data]
directory = "$E2E_DIR/data"
[gateway]
port = 0
[http]
port = 0
[sequencer]
block_interval = "20ms"
batch_blocks = 5
TOML

# Its log goes through a pipe: a limit on files would meet it, too.
"$GAVEL_BIN" node --config node.toml 2> >(cat >log) &
node=$!
trap 'kill -9 $node 2>/dev/null || true' EXIT
eventually() { # COMMAND...: within 20 s
  for _ in $(seq 200); do
    "$@" 2>/dev/null && return 0
    kill -0 "$node" || break
    sleep 0.1
  done
  echo "never: $*"
  cat log
  return 1
}
ready() { [[ $(curl -s "$url/readyz") == ready ]]; }
status_is() { [[ $(curl -s -o health -w '%{http_code}' "$url/healthz") == "$1" ]]; }
durable() { curl -sf "$url/v1/status" | jq .durable_block; }
past() { (($(durable) > $1)); }
eventually grep -q 'msg=ready' log
url=$(grep -o 'http=http://[0-9.:]*' log | cut -d= -f2)
eventually ready
eventually past 10

for round in 1 2; do
  before=$(durable)
  prlimit --pid "$node" --fsize=1000:unlimited
  eventually status_is 503
  cat health
  eventually grep -q "comes back when the disk is well" health || status_is 503
  grep -q 'the disk failed (no_space) while block' health
  if ready; then exit 1; fi
  curl -s "$url/metrics" >metrics
  grep -q '^gavel_node_failed 1' metrics
  sleep 1.5 # it has looked at the disk at least once
  status_is 503

  prlimit --pid "$node" --fsize=unlimited:unlimited
  eventually status_is 200
  eventually ready
  (($(durable) >= before))
  eventually past "$((before + 10))"
  [[ $(curl -s "$url/metrics" | sed -n 's/^gavel_node_disk_failures //p') == "$round" ]]
done
grep -q 'msg="away until the disk is well"' log
kill -TERM "$node"
wait "$node"

# Ended while it is away: the status says that it was not well.
"$GAVEL_BIN" node --config node.toml 2> >(cat >second.log) &
node=$!
eventually grep -q 'msg=ready' second.log
url=$(grep -o 'http=http://[0-9.:]*' second.log | cut -d= -f2)
prlimit --pid "$node" --fsize=1000:unlimited
eventually grep -q 'away until the disk is well' second.log
kill -TERM "$node"
status=0
wait "$node" || status=$?
((status == 1))
echo "passed after $SECONDS s"
