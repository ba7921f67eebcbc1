#!/usr/bin/env bash
# Stands in for a binary of the suite in launcher_test.sh: keeps the launcher's side of the bargain (flags, ready file,
# SIGTERM) and writes what happens to it to $EVENTS. $FAIL_AT names one that refuses to start, $DIE names one that dies as many
# times as $DATA/die says, $FORCES_LISTED is what the command-line client finds in the register.
name=$(basename "$0")
if [[ $name == development-issuer ]]; then
  mkdir -p "$1/tokens"
  known=1
fi
if [[ $name == oversight ]]; then
  echo "oversight $*" | sed -E 's#--gateway=[^ ]*#--gateway=G#; s#/[^ ]*/data/#data/#' >>"$EVENTS"
  [[ $* != *"list forces"* ]] || echo "{\"forces\":[$FORCES_LISTED]}"
  exit 0
fi
# A shell's background commands ignore SIGINT, and a script cannot undo that; a real service, which sets a handler, does.
[[ -n ${SIGINT_RESET:-} ]] || SIGINT_RESET=1 exec perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$0" "$@"
for flag in "$@"; do
  case $flag in --ready-file=*) ready=${flag#*=} ;; --insecure | --issuer=*) known=1 ;; esac
done
[[ -n $known && ${FAIL_AT:-} != "$name" ]] || { echo "$name refuses to start"; exit 3; }
trap 'echo "stop $name" >>"$EVENTS"; exit 0' TERM
trap 'echo "interrupted $name" >>"$EVENTS"; exit 1' INT
echo "start $name" >>"$EVENTS"
echo "$name $*" >>"$EVENTS.flags"
echo "{\"grpc\":\"127.0.0.1:1$$\",\"admin\":\"127.0.0.1:2$$\",\"http\":\"127.0.0.1:3$$\"}" >"$ready.new" && mv "$ready.new" "$ready"
# Waits for signals, not for time: the short sleep only bounds how long bash takes to see one.
while :; do
  if [[ ${DIE:-} == "$name" && -s $DATA/die ]]; then
    left=$(($(<"$DATA/die") - 1))
    if ((left > 0)); then echo "$left" >"$DATA/die"; else rm "$DATA/die"; fi
    exit 7
  fi
  sleep 0.02
done
