#!/usr/bin/env bash
# What goes wrong before there is a devnet or a node: each is one clear line and a failing
# status. Keys are never printed, nor taken from the command line.
set -uo pipefail
cd "$E2E_DIR"
failures=0
complain() { echo "$*"; failures=$((failures + 1)); }
# one_line STATUS TEXT COMMAND...: exactly one line, with the text, and that exit status.
one_line() {
  local wanted=$1 text=$2 status=0
  shift 2
  "$@" >out 2>&1 </dev/null || status=$?
  [[ $status == "$wanted" ]] || complain "$*: status $status, not $wanted: $(cat out)"
  [[ $(wc -l <out) == 1 ]] || complain "$*: not one line: $(cat out)"
  grep -qF -- "$text" out || complain "$*: no '$text': $(cat out)"
}

coproc LISTENER { exec node -e '
  const server = require("net").createServer();
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
  process.stdin.resume().on("end", () => process.exit());'; }
listener=$LISTENER_PID
trap 'kill $listener 2>/dev/null' EXIT
read -r busy <&"${LISTENER[0]}"

devnet() { "$GAVEL_BIN" devnet --dir "$E2E_DIR/net" --check "$@"; }
one_line 1 "port $busy is busy" devnet --port "$busy" --gateway-port 0 --http-port 0
grep -qF -- "--port" out || complain "the flag to use is not named: $(cat out)"
one_line 1 "port $busy is busy" devnet --port 0 --gateway-port "$busy" --http-port 0
grep -qF -- "--gateway-port" out || complain "the flag to use is not named: $(cat out)"
one_line 1 "port $busy is busy" devnet --port 0 --gateway-port 0 --http-port "$busy"
grep -qF -- "--http-port" out || complain "the flag to use is not named: $(cat out)"
[[ ! -e net ]] || complain "a refused devnet left a folder: $(ls net)"

mkdir net && echo >net/node.toml
one_line 1 "holds a devnet that has ended" devnet --port 0 --gateway-port 0 --http-port 0
[[ $(ls net) == node.toml ]] || complain "a refused devnet wrote into the old one: $(ls net)"
rm -r net

# A stopped node: nobody listens on what was the listener's port.
kill "$listener" && wait "$listener" 2>/dev/null
one_line 1 "is it running" "$GAVEL_BIN" status --node "http://127.0.0.1:$busy"

one_line 0 "0x" "$GAVEL_BIN" keys new key
address=$(cat out)
secret=$(sed 's/^0x//' key)
[[ $secret =~ ^[0-9a-f]{64}$ ]] || complain "the key file is not 64 hexadecimal digits"
[[ $(stat -c %a key) == 600 ]] || complain "key file mode $(stat -c %a key)"
never_shown() { ! grep -qiF -- "$secret" out || complain "the secret was printed by: $1"; }
never_shown "keys new"
one_line 0 "$address" "$GAVEL_BIN" keys show key
never_shown "keys show"
one_line 1 "never overwritten" "$GAVEL_BIN" keys new key
never_shown "keys new, again"
[[ $(sed 's/^0x//' key) == "$secret" ]] || complain "the key file was changed"

# refused TEXT ARGUMENTS...: keys as arguments; neither taken nor repeated in the message.
refused() {
  "$GAVEL_BIN" keys "$@" >out 2>&1 </dev/null && complain "keys took a key: ${*//$secret/SECRET}"
  never_shown "keys ${*//$secret/SECRET}"
}
refused show "0x$secret"
refused show "$secret"
refused show --key "$secret"
refused new "0x$secret"
refused new "$secret"
refused new another --secret "$secret"
refused new "--secret=$secret" another
refused "$secret"
refused "$secret" new another
for file in another "$secret" "0x$secret"; do
  [[ ! -e $file ]] || complain "a key file was made of an argument"
done
exit $((failures != 0))
