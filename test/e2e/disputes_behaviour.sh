#!/usr/bin/env bash
# Two challengers race each other against those who stop answering, who answer late, and who come
# twentyfold; one challenger is killed and started again all the time, L1 takes blocks back in the
# middle, and a new program is announced while contests are pending.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_contests.sh"
cd "$E2E_DIR"
window=${DISPUTES_WINDOW:-60}

start_contests --window "$window" --batch-blocks 20
for name in challenger second; do
  new_key $name
  start_party $name challenger
done
start_rogue lazy balance --from-batch 3 --stops-after 3
start_rogue late balance --from-batch 4 --from-unit 30 --delay 4
start_rogue sybil garbage --from-batch 5 --count 20
start_rogue steady balance --from-batch 6
rogues=(lazy late sybil steady)
await_claims "${rogues[@]}"

# Half a dozen deaths at any moment, while the contests are young.
for _ in 1 2 3 4 5 6; do
  sleep 2
  end_party second
  start_party second challenger
done
rpc anvil_reorg '[3, []]' >/dev/null
echo "L1 has taken back 3 blocks after $SECONDS s"
announce_image
await_end "${rogues[@]}"
grep -q 'L1 was reorganised' challenger.log || fail "the challenger has not seen the reorg"
for name in "${rogues[@]}"; do check_outcome "$name"; done
# Whoever is dead part of the time is not worse off than by what he did not do.
check_line challenger
check_line second
echo "passed after $SECONDS s"
