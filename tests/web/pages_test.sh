#!/usr/bin/env bash
# Runs the tests of the pages, of the REST face and in the browser against the real suite on free ports. Screenshots are left in
# the work folder. Usage: BIN=<binaries> pages_test.sh WORK_FOLDER
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$1

if [[ ${2:-} == --inside ]]; then
  # In this order: the first walks the case from before it to after its publication.
  for tests in publication pages rest openapi exports browser events freshness casework; do
    WORK=$work node --test "$root/tests/web/$tests.test.js"
  done
  exit
fi

rm -rf "$work" && mkdir -p "$work"
work=$(cd "$work" && pwd)
cd "$root"
DATA=$work/data PORTS=0 QUIET=1 "$root/common/tools/run.sh" -- "$0" "$work" --inside
# Signing in wants callers that prove who they are.
CALLERS=tokens DATA=$work/sign-in PORTS=0 QUIET=1 "$root/common/tools/run.sh" -- env WORK="$work" node --test "$root/tests/web/sign_in.test.js"
# Services that die would end that run, so these tests start them themselves.
BIN=${BIN:-$root/build/release/bin} WORK=$work node --test tests/web/outage.test.js
