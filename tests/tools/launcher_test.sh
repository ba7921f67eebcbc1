#!/usr/bin/env bash
# Tests common/tools/run.sh against fake binaries: order of start and stop, what is imported when, and what happens when
# something dies.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
run=$here/../../common/tools/run.sh
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
export BIN=$work/bin PORTS=0
mkdir "$BIN"
for name in forces-service concerns-service monitoring-service gateway oversight development-issuer; do
  ln -s "$here/fake_service.sh" "$BIN/$name"
done

failures=0
check() {  # check WHAT EXPECTED ACTUAL
  if [[ $2 == "$3" ]]; then echo "ok   $1"; else
    echo "FAIL $1"; diff <(echo "$2") <(echo "$3") | sed 's/^/     /'; failures=$((failures + 1))
  fi
}
fresh() { DATA=$work/data$((++n)); EVENTS=$work/events$n; export DATA EVENTS; : >"$EVENTS"; : >"$work/out"; }
wait_for() {  # wait_for COMMAND...: with a deadline
  local deadline=$((SECONDS + 20))
  until "$@"; do ((SECONDS < deadline)) || { echo "FAIL: waited in vain for: $*"; exit 1; }; sleep 0.02; done
}
n=0
started='start forces-service
start concerns-service
start monitoring-service
start gateway'
imported='oversight --gateway=G --as=records-manager --json list forces
oversight --gateway=G --as=records-manager import data/forces.csv'
stopped='stop gateway
stop monitoring-service
stop concerns-service
stop forces-service'

fresh
"$run" >"$work/out" 2>&1 & pid=$!
wait_for test -s "$DATA/suite.env"
wait_for grep -q 'Ctrl-C stops all four' "$work/out"
check "names all addresses" 5 "$(grep -c '^OVERSIGHT_[A-Z]*=127.0.0.1:[0-9]*$' "$DATA/suite.env")"
check "says that it is insecure" 1 "$(grep -c 'INSECURE MODE' "$work/out")"
timeout 20 "$run" >"$work/out2" 2>&1; status=$?
check "refuses a data folder in use" "1 1" "$status $(grep -c 'another suite runs' "$work/out2")"
kill -TERM $pid; wait $pid; status=$?
check "SIGTERM ends it well" 0 $status
check "imports once, stops in reverse order" "$started
$imported
$stopped" "$(cat "$EVENTS")"
check "leaves no addresses behind" "" "$(ls "$DATA/suite.env" 2>/dev/null)"

fresh
# As a terminal does: SIGINT to the whole process group. The services must not see it, only the launcher's SIGTERM.
# (perl, because a shell's background commands ignore SIGINT, and an ignored signal cannot be trapped.)
perl -e 'setpgrp(0, 0); $SIG{INT} = "DEFAULT"; exec @ARGV' "$run" >"$work/out" 2>&1 & pid=$!
wait_for grep -q 'Ctrl-C stops all four' "$work/out"
kill -INT -$pid; wait $pid; status=$?
check "Ctrl-C ends it well" 0 $status
check "Ctrl-C reaches the launcher only" "$stopped" "$(grep -E '^(stop|interrupted)' "$EVENTS")"

fresh
FORCES_LISTED='{"name":"forces/kent"}' "$run" -- sh -c 'echo "command $OVERSIGHT_GATEWAY" | sed "s/127.*/G/" >>"$EVENTS"; exit 5' >"$work/out" 2>&1
check "gives the command's exit status" 5 $?
check "imports nothing into a kept register" "$started
${imported%%$'\n'*}
command G
$stopped" "$(cat "$EVENTS")"

fresh
DIE=concerns-service RESTART_SECONDS=0 "$run" >"$work/out" 2>&1 & pid=$!
wait_for test -s "$DATA/suite.env"
addresses=$(cat "$DATA/ready/concerns-service.json")
echo 1 >"$DATA/die"
serves_again() { grep -q 'concerns-service serves again' "$work/out"; }
wait_for serves_again
check "a dead service is started again, the others are left alone" "2 1" \
  "$(grep -c 'start concerns-service' "$EVENTS") $(grep -c 'start gateway' "$EVENTS")"
check "on the same addresses" "1" \
  "$(grep -c -- "--listen=$(sed -E 's/.*"grpc":"([^"]*)".*/\1/' <<<"$addresses")" "$EVENTS.flags")"
kill -TERM $pid; wait $pid; status=$?
check "and the run ends well" "0" "$status"

fresh
DIE=concerns-service RESTART_SECONDS=0 "$run" >"$work/out" 2>&1 & pid=$!
wait_for test -s "$DATA/suite.env"
echo 4 >"$DATA/die"; wait $pid; status=$?
check "a fourth death stops the rest, with an error" "1 4" "$status $(grep -c 'concerns-service died (status 7)' "$work/out")"
check "the rest in reverse order" "stop gateway
stop monitoring-service
stop forces-service" "$(grep ^stop "$EVENTS")"

fresh
DIE=concerns-service "$run" -- sh -c 'echo 1 >"$OVERSIGHT_DATA/die"; exec sleep 600' >"$work/out" 2>&1; status=$?
check "under a command a death is an error" "1 1" "$status $(grep -c 'concerns-service died (status 7)' "$work/out")"

fresh
FAIL_AT=monitoring-service "$run" >"$work/out" 2>&1; status=$?
check "a refusal to start is an error, with the log" "1 1 1" \
  "$status $(grep -c 'monitoring-service did not start' "$work/out") $(grep -c 'refuses to start' "$work/out")"
check "what had started is stopped" "stop concerns-service
stop forces-service" "$(grep ^stop "$EVENTS")"

fresh
CALLERS=tokens "$run" >"$work/out" 2>&1 & pid=$!
wait_for grep -q 'Ctrl-C stops all five' "$work/out"
check "with tokens the issuer comes first" "start development-issuer
$started" "$(grep ^start "$EVENTS")"
check "with tokens it says that they are for development" "1 0" \
  "$(grep -c 'DEVELOPMENT TOKENS' "$work/out") $(grep -c 'INSECURE MODE' "$work/out")"
check "with tokens nobody is believed, and who calls others has a token" "4 0 3" \
  "$(grep -c -- '--issuer=http://127.0.0.1:[0-9]* --audience=oversight --jwks=' "$EVENTS.flags") $(grep -c -- --insecure "$EVENTS.flags") $(
    grep -cE '^(.*)-service .*/tokens/\1-service.token|^gateway .*/tokens/gateway.token' "$EVENTS.flags")"
check "people sign in at the pages, with keys that stay" "1 600" \
  "$(grep -c '^gateway .*--sign-in-client=oversight-pages --session-key-file=' "$EVENTS.flags") $(stat -c %a "$DATA/issuer/session.keys")"
kill -TERM $pid; wait $pid
CALLERS=anyone "$run" >"$work/out" 2>&1; check "takes no third way" 2 $?

fresh
"$run" -- sleep 600 >"$work/out" 2>&1 & pid=$!
wait_for test -s "$DATA/suite.env"
kill -KILL $pid; wait $pid 2>/dev/null
all_stopped() { [[ $(grep -c ^stop "$EVENTS") == 4 ]]; }
wait_for all_stopped
echo "ok   a killed launcher leaves no service behind"

((failures == 0)) || { echo "$failures failed"; cat "$work/out"; exit 1; }
