#!/usr/bin/env bash
# Generates stubs as `make stubs` does and runs the clients of docs/clients, then contract.test.js, against the real suite on
# free ports. Usage: BIN=<binaries> clients_test.sh WORK_FOLDER
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$1

if [[ ${2:-} == --inside ]]; then
  cd "$work"
  counts() { sed 's/^/  /' <<<"$1"; }
  node_says=$(node docs/clients/node/national_dashboard.js "http://$OVERSIGHT_HTTP")
  python_says=$(PYTHONPATH=gen/python /usr/bin/python3 docs/clients/python/national_dashboard.py "$OVERSIGHT_GATEWAY")
  echo "The national dashboard by Connect from Node:" && counts "$node_says"
  [[ $node_says == "$python_says" ]] || { echo "By gRPC from Python it is another:" && counts "$python_says"; exit 1; }
  forces=$(($(wc -l <"$root/data/forces.csv") - 1))
  shown=$(awk -F ': ' '{ sum += $2 } END { print sum }' <<<"$node_says")
  [[ $shown == "$forces" ]] || { echo "It counts $shown forces, the register has $forces."; exit 1; }
  FORCES_IN_REGISTER=$forces exec node --test contract.test.js
fi

rm -rf "$work" && mkdir -p "$work/docs"
work=$(cd "$work" && pwd)
# The same places relative to each other as in the repository, so that the clients run as they are.
cp -r "$root/docs/clients" "$work/docs/"
cp "$root/package.json" "$root"/tests/contract/*.js "$work/"
ln -s "$root/node_modules" "$root/protos" "$work/"
cd "$root"
node_modules/.bin/buf generate -o "$work"
# What clients of errors need beside our own contract.
protoc -I node_modules/google-proto-files --plugin=node_modules/.bin/protoc-gen-es --es_opt=target=js \
  --es_opt=import_extension=js --es_out="$work/gen/es" google/rpc/status.proto google/rpc/error_details.proto
DATA=$work/data PORTS=0 QUIET=1 common/tools/run.sh -- "$0" "$work" --inside
