#!/usr/bin/env bash
# A sequencer that lies in its second batch, in every way there is: the verifier must name batch,
# field and place, from L1 alone and with the sequencer's own answers. An honest one must agree.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/_devnet.sh"
cd "$E2E_DIR"
start_devnet

# fact NAME: what the cheat says that it did.
fact() { sed -n "s/^$1=//p" cheat.out; }

# start_cheat LIE ARGUMENT...
start_cheat() {
  : >cheat.out
  "$cheat_bin" --l1 "$l1" --registry "$registry" --devnet "$devnet_dir" --lie "$@" >>cheat.out \
    2>cheat.err &
  cheat_pid=$!
  for _ in $(seq 600); do
    grep -q '^node=' cheat.out && return 0
    kill -0 "$cheat_pid" 2>/dev/null || break
    sleep 0.05
  done
  cat cheat.out cheat.err
  fail "$1: the cheat did not get that far"
}

stop_cheat() {
  kill "$cheat_pid"
  wait "$cheat_pid" || fail "$1: the cheat ended badly"
  cheat_pid=
}

# verify STATUS ARGUMENT...: runs the verifier; its words are in verdict.
verify() {
  local expected=$1 status
  shift
  "$GAVEL_BIN" verify --l1 "$l1" --registry "$registry" "$@" >verdict 2>progress
  status=$?
  cat verdict
  ((status == expected)) || { cat progress; fail "$lie: status $status instead of $expected"; }
}
says() { grep -qE -- "$1" verdict || fail "$lie: the verifier does not say: $1"; }
says_not() { ! grep -qE -- "$1" verdict || fail "$lie: the verifier says: $1"; }

# What follows from L1 alone, by lie: the field, and a line about the data or the inbox.
check_from_l1() {
  local place="block $(fact block), transaction $(fact transaction)"
  case $lie in
    balance | root) says '^DISAGREE: batch 2, field state_root: claimed 0x[0-9a-f]{64}, ours 0x' ;;
    fill) says '^DISAGREE: batch 2, field output_hash: claimed 0x[0-9a-f]{64}, ours 0x' ;;
    count) says '^DISAGREE: batch 2, field counts: claimed [0-9]+ units, last block ' ;;
    skip-message)
      says '^DISAGREE: batch 2, field inbox: claimed '
      says "^inbox: no row executes 1 overdue message\(s\); .* from block $(fact block) on$"
      ;;
    signature)
      says '^DISAGREE: batch 2, field data: claimed '
      says "^data: $place \(page [0-9]+, offset [0-9]+\): the row does nothing: bad_signature$"
      ;;
    data)
      says '^DISAGREE: batch 2, field data: claimed '
      says "^data: $place \(page [0-9]+, offset [0-9]+\): the rows end: these bytes are no row$"
      ;;
    timestamp)
      says '^DISAGREE: batch 2, field data: claimed '
      says "^data: $place \(page [0-9]+, offset [0-9]+\): the rows end: a block that may not open"
      ;;
  esac
  case $lie in
    signature | data | timestamp) ;;
    *) says_not '^data: ' ;;
  esac
}

# What the cheat's own answers add.
check_at_node() {
  local place="block $(fact block), transaction $(fact transaction)"
  local object="ACCOUNT $(fact account), balance of asset $(fact asset) total: "
  case $lie in
    balance) says "^node: ${object}[0-9]+ against [0-9]+$" ;;
    fill)
      says "^node: $place: fill 0 price_ticks: $(fact claimed_price) against $(fact right_price);"
      says "; ${object}[0-9]+ against [0-9]+$"
      ;;
    skip-message) says "^node: $place: .*; ${object}[0-9]+ against [0-9]+$" ;;
    signature)
      says "^node: $place: a transaction that the data does not justify; ${object}[0-9]+ against"
      ;;
    data | timestamp) says "^node: block $(fact block)[:,]" ;;
    count | root) says "^node: the node's blocks and objects agree with L1: only its claim is" ;;
  esac
}

for lie in none balance fill skip-message signature count root data timestamp; do
  echo "== $lie"
  moment=$(rpc evm_snapshot '[]')
  start_cheat "$lie"
  if [[ $lie == none ]]; then
    verify 0
    says '^agree: 3 batches, [0-9]+ transactions, newest state_root 0x[0-9a-f]{64}$'
    (($(grep -c ': agree$' verdict) == 3)) || fail "none: not every claim agrees"
    verify 0 --node "$(fact node)" --json
    [[ $(jq -r '.verdict, .batches, .claims' verdict | paste -sd' ') == 'agree 3 3' ]] ||
      fail "none: --json"
  else
    [[ $(fact batch) == 2 ]] || fail "$lie: the cheat did not lie"
    verify 1 --quiet
    check_from_l1
    says_not '^node'
    verify 1 --quiet --node "$(fact node)"
    check_from_l1
    check_at_node
  fi
  stop_cheat "$lie"
  [[ $(rpc evm_revert "[\"$moment\"]") == true ]] || fail "L1 does not go back"
done

# Data that is on a disk instead of L1: found there, or said to be missing.
lie=none
start_cheat none --data "$E2E_DIR/batches"
verify 3
grep -q '^gavel verify: no data: the pages of batch 1 are not to be had' progress || fail "no data"
verify 0 --data "$E2E_DIR/batches" --quiet
says '^agree: 3 batches, '
stop_cheat none
printf 'x' | dd of="$E2E_DIR/batches/000000000002.batch" bs=1 seek=400 conv=notrunc status=none
verify 3 --data "$E2E_DIR/batches"
grep -q '^gavel verify: no data: the pages of batch 2 are not to be had' progress || fail "rubbish"

# What it cannot find out is a status of its own, with one line that says why.
lie=unreachable
"$GAVEL_BIN" verify --l1 http://127.0.0.1:1 --registry "$registry" >verdict 2>progress
(($? == 3)) && grep -q '^gavel verify: L1 does not answer' progress || fail "L1 away"
nobody=0x00000000000000000000000000000000000000aa
"$GAVEL_BIN" verify --l1 "$l1" --registry $nobody >verdict 2>progress
(($? == 3)) && grep -q '^gavel verify: .*registry' progress || fail "no registry"
echo "passed after $SECONDS s"
