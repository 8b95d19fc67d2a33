#!/usr/bin/env bash
# The poster and the claimer on an L1 that goes away for seconds, takes blocks back between post,
# fix and claim, and becomes dear: afterwards every batch is there, and a stranger agrees.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
cd "$E2E_DIR"
trouble_bin=${GAVEL_TROUBLE:-$(dirname "$GAVEL_BIN")/test/cheats/gavel_trouble}
start_devnet

fact() { sed -n "s/^$1=//p" trouble.out; }

for trouble in away reorg fees; do
  echo "== $trouble"
  moment=$(rpc evm_snapshot '[]')
  "$trouble_bin" --l1 "$l1" --registry "$registry" --devnet "$devnet_dir" --trouble "$trouble" \
    >trouble.out 2>trouble.err || { cat trouble.out trouble.err; fail "$trouble: not survived"; }
  cat trouble.out
  [[ $(fact claimed) == 3 ]] || fail "$trouble: not every batch is claimed"
  case $trouble in # what happened to L1 did happen
    away)
      (($(fact errors_while_away | grep -c '^[1-9]') == 2)) || fail "L1 was not away twice"
      ;;
    reorg)
      [[ $(fact pages_after_reorg_of_post) == 0 ]] || fail "the post was not taken back"
      [[ $(fact next_batch_after_reorg_of_fix) == 2 ]] || fail "the fix was not taken back"
      [[ $(fact next_claim_after_reorg) == 2 ]] || fail "the claim was not taken back"
      ;;
    fees) (($(fact blocks_at_high_fees) > 2)) || fail "the fees were not high" ;;
  esac
  "$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" >verdict 2>progress ||
    { cat verdict progress; fail "$trouble: the verifier does not agree"; }
  grep -qE '^agree: 3 batches, ' verdict || fail "$trouble: $(cat verdict)"
  (($(grep -c ': agree$' verdict) == 3)) || fail "$trouble: not one claim a batch"
  [[ $(rpc evm_revert "[\"$moment\"]") == true ]] || fail "L1 does not go back"
done
echo "passed after $SECONDS s"
