#!/usr/bin/env bash
# Contests as the demo plays them, small: what it tells must hold, down to the step on which they
# are decided, and its exit status must say who won. Three at once, and one in which the challenger
# is held still; with GAVEL_LONG=1 every kind, one after the other.
set -uo pipefail
[[ -x ${GAVEL_ANVIL:-} ]] || { echo "anvil is not installed"; exit 77; }
export TMPDIR=$E2E_DIR
cd "$E2E_DIR"
kinds=(balance fill price skip-message signature withdrawal hint timestamp vm-step panic
  invalid-unit lazy last-second malformed-lists sybil squatter false-challenge race reorg restart
  upgrade)
fail() { echo "FAILED: $*"; exit 1; }

# play KIND WINDOW
play() {
  "$GAVEL_BIN" demo --cheat "$1" --messages 60000 --accounts 400 --window "$2" >"$1.table" \
    2>"$1.told"
}
# holds KIND: after it was played with that status
holds() {
  (($2 == 0)) || { cat "$1.told" "$1.table"; fail "$1: exit status $2"; }
  grep -qx 'all of it held' "$1.table" || fail "$1: not all of it held"
  grep -Eq '^right state root  *0x[0-9a-f]{64}$' "$1.table" || fail "$1: no root"
  cat "$1.table"
}

# Every kind has its sentence, and who asks for another is told all of them.
"$GAVEL_BIN" demo --help >help
"$GAVEL_BIN" demo --cheat nothing >unknown 2>&1
status=$?
((status == 2)) || fail "an unknown kind: exit status $status"
for kind in "${kinds[@]}"; do
  grep -Eq "^  $kind  *[A-Za-z]" help || fail "no $kind in the help"
  grep -Eq "^  $kind  *[A-Za-z]" unknown || fail "no $kind in the answer to an unknown kind"
done
(($(grep -c '^  [a-z-]*  *[A-Za-z]' unknown) == ${#kinds[@]})) || fail "a kind is not tested here"

if [[ -n ${GAVEL_LONG:-} ]]; then
  for kind in "${kinds[@]}"; do
    started=$SECONDS
    play "$kind" 60
    holds "$kind" $?
    echo "$kind took $((SECONDS - started)) s"
  done
  exit 0
fi

# lose: the accomplice of a sequencer wins when the challenger does not answer for a whole window.
lose() {
  mkdir -p lost
  TMPDIR=$E2E_DIR/lost "$GAVEL_BIN" demo --cheat invalid-unit --window 12 >lost.table \
    2>lost.told &
  local demo=$! status
  for _ in $(seq 900); do
    grep -q 'level 1:' lost.told && break
    kill -0 $demo 2>/dev/null || break
    sleep 0.1
  done
  kill -STOP "$(pgrep -P $demo -f 'gavel challenger')"
  wait $demo
  status=$?
  ((status == 1)) && grep -q 'THIS IS WRONG' lost.told &&
    grep -q '^decided for the truth  *NO' lost.table &&
    grep -qx 'not all of it held' lost.table
}

declare -A player=()
for kind in vm-step signature restart; do
  play $kind 45 &
  player[$kind]=$!
done
lose || { cat lost.told lost.table; fail "the demo does not say that the lie won"; }
for kind in "${!player[@]}"; do
  wait "${player[$kind]}"
  holds "$kind" $?
done
told='vm-step.told'
grep -Eq 'to look on: gavel disputes --l1 http://[^ ]* --registry 0x[0-9a-f]{40} --follow$' $told ||
  fail "nobody can look on"
grep -q 'level 4: it is unit [0-9]*: block [0-9]*, transaction [0-9]*: ' $told || fail "no unit"
grep -q 'level 8: it is step [0-9]*: ' $told || fail "no step"
grep -q 'L1 has judged the step that the challenger proved' $told || fail "no verdict"
grep -q 'KILLED: the challenger dies' restart.told || fail "nobody was killed"
echo "passed after $SECONDS s"
