#!/usr/bin/env bash
# Clients that are silent, broken, many, deaf or too fast, against a node with real orders: each
# gets its documented answer, an honest one beside them trades on, and the node's memory stays
# bounded.
# BAD_CLIENTS_SECONDS makes the flood longer than a test's.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
cd "$E2E_DIR"
bad_bin=${GAVEL_BAD_CLIENTS:-$(dirname "$GAVEL_BIN")/test/cheats/gavel_bad_clients}
seconds=${BAD_CLIENTS_SECONDS:-5}
export GAVEL_GATEWAY_HELLO_TIMEOUT=1s GAVEL_GATEWAY_IDLE_TIMEOUT=2s
export GAVEL_GATEWAY_MAX_CONNECTIONS_PER_ADDRESS=20 GAVEL_SEQUENCER_SIGNATURE_QUEUE=4096
start_devnet --gateway-port 0 --http-port 0
on_screen() { awk -v name="$1" -v column="$2" '$1 == name { print $column }' devnet.out; }
url=$(on_screen queries 2) port=$(on_screen gateway 2 | cut -d: -f2)
alice=$(on_screen alice 5) bob=$(on_screen bob 5)
node=$(pgrep -P "$devnet_pid" -f 'gavel node') || fail "the devnet has no node"
for _ in $(seq 300); do
  held=$(curl -s "$url/v1/account?index=$alice" | jq -r '.balances | length // 0')
  ((${held:-0} > 0)) && break
  sleep 0.1
done

kib() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$node/status"; }
before=$(kib VmRSS)
"$bad_bin" --port "$port" --key "$(on_screen alice 3)" --account "$alice" \
  --honest-key "$(on_screen bob 3)" --honest-account "$bob" --seconds "$seconds" >facts ||
  { cat facts; tail -n 5 devnet/node.log; fail "not all of them got what is documented"; }
after=$(kib VmRSS) peak=$(kib VmHWM)
cat facts
echo "rss_before_kib=$before rss_after_kib=$after rss_peak_kib=$peak"
# Queues, one megabyte a deaf client, and blocks on their way to the disk; not what was refused.
((peak - before < 400 * 1024)) || fail "the node grew by $((peak - before)) KiB"
metric() { curl -sf "$url/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }
(($(metric gavel_gateway_timeouts) >= 3)) || fail "timeouts: $(metric gavel_gateway_timeouts)"
[[ $(curl -sf "$url/readyz") == ready ]] || fail "the node is not ready any more"
kill -TERM "$devnet_pid"
status=0
wait "$devnet_pid" || status=$?
devnet_pid=
[[ $status == 0 ]] || fail "the devnet ended with $status"
