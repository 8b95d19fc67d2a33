#!/usr/bin/env bash
# Honest claims about many batches at once are challenged on one L1: each liar follows his own lie
# down to one step, against a defender alone. Every one loses, money goes where the rules say, and
# the chain goes on from the right claims.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_contests.sh"
cd "$E2E_DIR"
kinds=(${DISPUTES_KINDS:-balance vm-step panic fill price skip-message withdrawal hint timestamp
  squatter garbage})

start_contests --window "${DISPUTES_WINDOW:-60}" --batch-blocks 20
start_messages
new_key defender
start_party defender defender

# Each liar has a batch of his own, but for the squatter, who sits between others.
next=3
for kind in "${kinds[@]}"; do
  if [[ $kind == squatter ]]; then
    start_rogue squatter squatter --from-batch 3
    continue
  fi
  start_rogue "$kind" "$kind" --from-batch $next --from-unit 8
  ((next += 1))
done
await_claims "${kinds[@]}"
await_end "${kinds[@]}"
for kind in "${kinds[@]}"; do check_outcome "$kind"; done
check_money defender
check_line defender
check_figures defender
echo "passed after $SECONDS s"
