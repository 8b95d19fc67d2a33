#!/usr/bin/env bash
# Witnesses of units of a node's batches, rebuilt from L1 alone: neighbours join, the finish
# repeats, the file holds what was counted, and what does not exist is said.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
cd "$E2E_DIR"
start_devnet --gateway-port 0 --http-port 0
timeout 120 "$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --follow --batches 2 \
  >verdict 2>progress || { cat verdict progress; fail "no two batches"; }

# witness BATCH UNIT ARGUMENT...
witness() {
  "$GAVEL_BIN" witness --l1 "$l1" --registry "$registry" --batch "$1" --unit "$2" "${@:3}"
}

witness 1 0 --json >unit0 || fail "no witness of the first unit"
units=$(jq .units unit0)
((units > 10)) || fail "$units units"
witness 1 1 --json --out made >unit1 || fail "no witness of the second unit"
[[ $(jq -r .end unit0) == $(jq -r .start unit1) ]] || fail "the first two units do not join"
cmp unit1 made/witness.json || fail "another witness was written"
size=$(stat -c %s made/witness.bin)
((size == 32 + $(jq '.bytes + 4 * .preimages' unit1))) || fail "the file has $size bytes"
[[ 0x$(head -c 32 made/witness.bin | od -An -tx1 -v | tr -d ' \n') == $(jq -r .start unit1) ]] ||
  fail "the file begins with another hash"

witness 1 $((units - 1)) --json >last || fail "no witness of the last unit"
witness 1 $(((1 << 24) - 1)) --json >beyond || fail "no witness past the finish"
[[ $(jq -r '.start, .end' beyond | uniq) == $(jq -r .end last) ]] || fail "the finish moves"
[[ $(jq .past_finish last beyond | xargs) == "false true" ]] || fail "the finish is elsewhere"

# A later batch, told to people.
witness 2 1 >told || fail "no witness of batch 2"
cat told
grep -qE '^batch 2, unit 1 of [0-9]+$' told || fail "another unit"
grep -qE '^[0-9]+ preimages, [0-9]+ bytes, [0-9.]+ ms$' told || fail "no figures"

refused() { # refused STATUS TEXT ARGUMENT...
  "$GAVEL_BIN" witness --l1 "$l1" --registry "$registry" "${@:3}" >out 2>err
  local status=$?
  ((status == $1)) && grep -q "$2" out err || { cat out err; fail "${*:3}: status $status"; }
}
refused 1 'there is no batch 99999' --batch 99999 --unit 0
refused 2 'batch' --batch 0 --unit 0
refused 2 'unit' --batch 1 --unit $((1 << 24))
echo "passed after $SECONDS s"
