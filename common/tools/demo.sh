#!/usr/bin/env bash
# Plays the shipped scenario on a throw-away suite (free ports, a temporary data folder) and shows what the dashboards
# make of it and what the public reads. Exits 0 only when every step was accepted.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

if [[ ${1:-} == --inside ]]; then
  # The launcher has started the suite, imported the register and set the addresses.
  oversight=("$OVERSIGHT_BIN/oversight" --gateway="$OVERSIGHT_GATEWAY" --as=chief-inspector)
  "${oversight[@]}" play "$root/data/scenarios/west-midlands-2023.json"
  echo
  "${oversight[@]}" dashboard
  echo
  "${oversight[@]}" dashboard west-midlands
  echo
  "$OVERSIGHT_BIN/oversight" --gateway="$OVERSIGHT_GATEWAY" --as=public get-announcement west-midlands/1
  exit
fi

DATA=$(mktemp -d)
export DATA
trap 'rm -rf "$DATA"' EXIT
PORTS=0 QUIET=1 "$root/common/tools/run.sh" -- "$root/common/tools/demo.sh" --inside
