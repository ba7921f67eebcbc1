#!/usr/bin/env bash
# The contract must not break clients of the last landed one (protos/baseline.binpb; `make baseline` moves it on). Proves on
# copies that the check would notice: what may be done passes, what may not fails.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
buf=$root/node_modules/.bin/buf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

compare() { "$buf" breaking "$work" --against "$1" 2>&1; }

fresh() { rm -rf "$work"/protos "$work"/buf.yaml && cp -r "$root/protos" "$root/buf.yaml" "$work"; }

fresh
if ! findings=$(compare "$root/protos/baseline.binpb"); then
  printf 'FAIL the contract breaks clients of the last landed one:\n%s\n' "$findings"
  failures=$((failures + 1))
else
  echo "ok   the contract is compatible with the last landed one"
fi

# The rest compares with the contract as it is, so that it says the same whatever was added since.
(cd "$root" && "$buf" build protos -o "$work/now.binpb") || exit 1

try() {  # try passes|fails WHAT FILE SED_SCRIPT
  fresh
  sed -i "$4" "protos/$3"
  if cmp -s "protos/$3" "$root/protos/$3"; then
    echo "FAIL $2: the change did not take; mend this test"; failures=$((failures + 1)); return
  fi
  local findings verdict=passes
  findings=$(compare "$work/now.binpb") || verdict=fails
  if [[ $verdict == "$1" ]]; then echo "ok   $2 $verdict"; else
    printf 'FAIL %s: expected %s\n%s\n' "$2" "$1" "$findings"; failures=$((failures + 1))
  fi
}
dashboard=oversight/gateway/v1/dashboard.proto
try passes "a new field" $dashboard 's|^  int32 open_proposals = 4;|&\n  int32 another = 900;|'
try fails "a removed field" $dashboard '/^  int32 open_proposals = 4;/d'
try fails "a renumbered field" $dashboard 's|^  int32 open_proposals = 4;|  int32 open_proposals = 900;|'
try fails "a renamed field" $dashboard 's|open_proposals|waiting_proposals|'
try fails "a field of another type" $dashboard 's|^  int32 open_proposals = 4;|  string open_proposals = 4;|'
try fails "a removed enum value" $dashboard '/SECTION_STATE_UNAVAILABLE = /d'
try fails "a removed method" oversight/gateway/v1/gateway_service.proto '/^  rpc GetForceDashboard(/d'
((failures == 0))
