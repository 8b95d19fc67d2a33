#!/usr/bin/env bash
# gavel vm: programs that halt, fail, panic, loop and are none each end with their own status; what
# is no input is said; a step's proof has what the contract takes.
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

# Words of code at 0x10000, as a static executable.
program() {
  python3 - "$@" <<'PY'
import struct, sys
name, words = sys.argv[1], [int(word, 16) for word in sys.argv[2:]]
code = struct.pack(f"<{len(words)}I", *words)
header = b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack(
    "<HHIIIIIHHHHHH", 2, 243, 1, 0x10000, 52, 0, 0, 52, 32, 1, 0, 0, 0)
segment = struct.pack("<8I", 1, 84, 0x10000, 0x10000, len(code), len(code), 7, 4)
open(name, "wb").write(header + segment + code)
PY
}
# addi a0, a0, CODE; addi a7, zero, 93; ecall
program good 0x00050513 0x05d00893 0x00000073
program code_3 0x00350513 0x05d00893 0x00000073
program loop 0x0000006f
program misaligned 0x00102503
program asking 0x00001537 0x40000893 0x00100613 0x00000073

expect 0 "exit_code  0" "$GAVEL_BIN" vm run good
expect 1 "exit_code  3" "$GAVEL_BIN" vm run code_3
expect 1 '"steps": 3,' "$GAVEL_BIN" vm run code_3 --json
expect 5 "not an ELF file" "$GAVEL_BIN" vm run out
expect 5 "cannot read" "$GAVEL_BIN" vm run nothing
expect 6 "load from misaligned address 0x00000001" "$GAVEL_BIN" vm run misaligned
expect 7 "still running after 100000 steps" "$GAVEL_BIN" vm run loop --max-steps 100000
expect 8 "needs the preimage of 0x0000" "$GAVEL_BIN" vm run asking
expect 8 "--witness or --preimages gives it" "$GAVEL_BIN" vm run asking
expect 2 "elf is required" "$GAVEL_BIN" vm run
expect 0 "0x" "$GAVEL_BIN" vm image good

# Reads its input into its memory, and gives it as output.
program echo 0x00001537 0x40000893 0x00000613 0x00000073 \
  0x000015b7 0x02058593 0x00000513 0x05d00893 0x00000073
input=0x$(printf 'a5%.0s' {1..32})
expect 0 "output     $input" "$GAVEL_BIN" vm run echo --input "$input"
expect 0 "\"output\": \"$input\"" "$GAVEL_BIN" vm run echo --input "$input" --json
expect 0 "output     0x$(printf '00%.0s' {1..32})" "$GAVEL_BIN" vm run echo
expect 0 "$input" "$GAVEL_BIN" vm step-proof echo --step 3 --input "$input"
head -c 33 /dev/zero >short
mkdir -p none
for verb in "run good" "step-proof good --step 1"; do
  # shellcheck disable=SC2086  # words
  {
    expect 9 "--input 0x12 is no hash" "$GAVEL_BIN" vm $verb --input 0x12
    expect 9 "short is no witness of a unit" "$GAVEL_BIN" vm $verb --witness short
    expect 9 "cannot read none/witness.bin" "$GAVEL_BIN" vm $verb --witness none
    expect 9 "cannot read the folder short" "$GAVEL_BIN" vm $verb --preimages short
  }
done

# A run of n steps and the proof of step n - 1 give one hash.
"$GAVEL_BIN" vm run good --max-steps 2 --json >two 2>/dev/null
expect 0 "$(jq -r .state_hash two)" "$GAVEL_BIN" vm step-proof good --step 1
"$GAVEL_BIN" vm step-proof good --step 2 --out proof
[[ $(jq -r '[.state, .code, .data | length] | @csv' proof) == 8,28,28 ]] ||
  { echo "proof of a halt: $(jq -c 'map_values(length)' proof)"; failures=$((failures + 1)); }
expect 8 "step 3 needs the preimage of 0x0000" "$GAVEL_BIN" vm step-proof asking --step 3
exit $((failures != 0))
