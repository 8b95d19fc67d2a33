#!/usr/bin/env bash
# A devnet's configuration names the fault proof program that this program carries, and that can be
# kept for later under its root.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
cd "$E2E_DIR"
root=$("$GAVEL_BIN" image | awk '$1 == "root" { print $2 }')
[[ $root =~ ^0x[0-9a-f]{64}$ ]] || fail "no root: $root"

start_devnet
system_config=$(awk '$1 == "SystemConfig" { print $2 }' devnet.out)
rpc eth_getLogs "[{\"fromBlock\":\"0x0\",\"address\":\"$system_config\"}]" >logs
grep -qF "${root#0x}" logs || fail "the announced configuration names another image than $root"

kept=$("$GAVEL_BIN" image --keep images) || fail "cannot keep the image"
[[ $kept == "images/${root#0x}.elf" && -s $kept ]] || fail "kept as $kept"
[[ $("$GAVEL_BIN" image --of "$kept" | awk '$1 == "root" { print $2 }') == "$root" ]] ||
  fail "the kept file has another root"
[[ $("$GAVEL_BIN" image --of "$kept" --keep others) == "others/${root#0x}.elf" ]] ||
  fail "a given image is not kept"
"$GAVEL_BIN" image --of "$0" 2>err && fail "a script is taken for an image"
grep -q "is no image" err || fail "no reason: $(cat err)"
"$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" --same-rules 0x12 2>err &&
  fail "0x12 is taken for a root"
grep -q "0x12 is no image's root" err || fail "no reason: $(cat err)"
"$GAVEL_BIN" image --keep /proc/none 2>err && fail "kept where nothing can be written"
grep -q "cannot write" err || fail "no reason: $(cat err)"
