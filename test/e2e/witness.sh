#!/usr/bin/env bash
# Witnesses of units of a node's batches, rebuilt from L1 alone: neighbours join, the finish
# repeats, the file holds what was counted and is all that the fault proof program asks for, and
# what does not exist is said.
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

# The fault proof program ends in the next cursor, from the file and from loose preimages alike.
image=$("$GAVEL_BIN" image --keep images) || fail "no image"
start=$(jq -r .start unit1)
"$GAVEL_BIN" vm run "$image" --witness made --json >ran || fail "the unit does not run"
[[ $(jq -r '.outcome, .exit_code, .output' ran | xargs) == "halted 0 $(jq -r .end unit1)" ]] ||
  { cat ran; fail "another end"; }
python3 - made/witness.bin loose <<'PY'
import os, struct, sys
data = open(sys.argv[1], "rb").read()[32:]
os.mkdir(sys.argv[2])
while data:
    size = struct.unpack(">I", data[:4])[0]
    open(f"{sys.argv[2]}/{len(data)}", "wb").write(data[4:4 + size])
    data = data[4 + size:]
PY
"$GAVEL_BIN" vm run "$image" --input "$start" --preimages loose --json >again || fail "loose"
[[ $(jq -r .state_hash again) == $(jq -r .state_hash ran) ]] || fail "another run"
rm "loose/$(find loose -type f -printf '%f\n' | head -n1)"
"$GAVEL_BIN" vm run "$image" --input "$start" --preimages loose >less 2>&1
(($? == 8)) || { cat less; fail "a unit runs without one of its preimages"; }
# The first that it asks for is its cursor, which L1 has to be shown for that step.
"$GAVEL_BIN" vm run "$image" --input "$start" --json >first 2>err
grep -q "needs the preimage of $start" err || { cat err; fail "another first question"; }
"$GAVEL_BIN" vm step-proof "$image" --witness made --step "$(jq .steps first)" >proof ||
  fail "no proof of a read"
preimage=$(jq -r .shown.preimage proof)
[[ $("$GAVEL_CAST" keccak "$preimage") == "$start" ]] || fail "another preimage"
[[ $(jq -r '[.shown.offset, (.code, .data | length)] | @csv' proof) == 0,28,28 ]] ||
  { jq -c 'map_values(length)' proof; fail "no proof of an oracle_read"; }

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
