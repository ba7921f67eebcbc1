#!/usr/bin/env bash
# Takes an older revision out of git and builds its programs, for the rehearsal of an upgrade from it. Prints where it is, a folder
# under build/older, on the last line; the build's own output goes to stderr. What was built before is built no second time.
#
# Usage: older_build.sh REVISION
set -euo pipefail
cd "$(dirname "$0")/../.."

commit=$(git rev-parse --verify --short=12 "${1:?is the revision}^{commit}")
tree=build/older/$commit
if [[ ! -e $tree/CMakeLists.txt ]]; then
  mkdir -p "$tree"
  git archive "$commit" | tar -x -C "$tree"
  ln -s "$PWD/node_modules" "$tree/node_modules"
fi
(
  cd "$tree"
  cmake --preset release -DOVERSIGHT_BUILD_TESTS=OFF -DOVERSIGHT_GIT_COMMIT="$commit"
  cmake --build build/release -j "${JOBS:-$(nproc)}" --target forces-service concerns-service monitoring-service gateway oversight
) >&2
echo "$tree"
