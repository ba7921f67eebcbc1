#!/usr/bin/env bash
# Measures the gateway over HTTP beside nginx and a plain Node service (tests/bench/gateway), on a suite of its own that holds a part of
# ten plausible years. Usage: gateway_bench.sh [--quick] [--json] [--rounds=3] [--each=3] [--clients=5000]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
bin=$(realpath "${BIN:-build/release/bin}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$bin/load_data" --forces="sqlite:$folder/forces.db" --concerns="sqlite:$folder/concerns.db" --scale=0.02 >&2
# A connection for each client, here and there.
ulimit -n "$(ulimit -Hn)"
DATA=$folder PORTS=0 QUIET=1 BIN=$bin common/tools/run.sh -- node tests/bench/gateway/gateway_bench.js "$@"
