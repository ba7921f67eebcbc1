#!/usr/bin/env bash
# Checks form, or with --fix mends what can be mended. clang-tidy looks at the C++ files that differ from BASE (default:
# where this branch left origin/main or, without a remote, the commit before), because the whole tree takes long;
# `BASE=$(git hash-object -t tree /dev/null)` is everything. It needs what the build generates, so build first.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build/release}
buf=node_modules/.bin/buf

mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.h' '*.cc')
if [[ ${1:-} == --fix ]]; then
  clang-format -i "${sources[@]}"
  "$buf" format -w protos
  exit
fi

failed=
echo "clang-format: ${#sources[@]} files"
clang-format --dry-run -Werror "${sources[@]}" || failed+=" clang-format"

echo "buf: lint and format"
"$buf" lint || failed+=" buf-lint"
"$buf" format protos --diff --exit-code || failed+=" buf-format"

base=${BASE:-$(git merge-base origin/main HEAD 2>/dev/null || true)}
if [[ -z $base || $base == $(git rev-parse HEAD) ]]; then
  base=$(git rev-parse -q --verify HEAD~ || git hash-object -t tree /dev/null)
fi
# Only what the build compiles can be looked at.
mapfile -t changed < <({ git diff --name-only --diff-filter=d "$base" -- '*.cc'; git ls-files -o --exclude-standard '*.cc'; } |
  sort -u | while read -r file; do grep -qF "$PWD/$file\"" "$build/compile_commands.json" && echo "$file"; done)
echo "clang-tidy: ${#changed[@]} files that differ from ${base:0:12}"
if ((${#changed[@]})); then
  printf '%s\0' "${changed[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p "$build" 2>/dev/null ||
    failed+=" clang-tidy"
fi

[[ -z $failed ]] || { echo "Failed:$failed" >&2; exit 1; }
