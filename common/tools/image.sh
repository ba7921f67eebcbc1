#!/usr/bin/env bash
# Makes the root file systems of the images without a container engine: what the Dockerfile says, with Debian's mmdebstrap in place of
# the image debian:bookworm-slim. Each is a folder build/image/PROGRAM; the packages, the user and the paths are read from the Dockerfile.
# Needs root, since files of Debian's packages belong to several users, and Debian's archive.
#
# Usage: image.sh [PROGRAM...]         all five when none is named; OVERSIGHT_TAR=1 makes build/image/PROGRAM.tar beside each, for
#   docker import --change 'ENTRYPOINT ["/usr/local/bin/PROGRAM"]' --change 'USER 65532:65532' --change 'WORKDIR /usr/share/oversight' \
#     build/image/PROGRAM.tar oversight/PROGRAM:VERSION
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=("$@")
[[ ${#programs[@]} -gt 0 ]] || programs=(forces-service concerns-service monitoring-service gateway oversight)
[[ $(id -u) == 0 ]] || { echo "image.sh: must run as root." >&2; exit 1; }

packages=$(sed -n '/--no-install-recommends/,/&&/p' Dockerfile | sed 's/.*--no-install-recommends//; s/&&.*//' | tr -d '\\' | xargs)
[[ -n $packages ]] || { echo "image.sh: the Dockerfile names no packages." >&2; exit 1; }

# One base for all, made anew when the packages change or it is a day old: Debian mends its packages.
base=build/image/base
stamp="$packages $(date -u +%F)"
if [[ $(cat $base.stamp 2>/dev/null) != "$stamp" ]]; then
  rm -rf build/image
  mkdir -p build/image
  # What the slim image leaves out too.
  mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    bookworm $base >&2
  # Devices come from whoever runs it.
  rm -rf $base/dev && mkdir $base/dev
  echo "$stamp" > $base.stamp
fi

for program in "${programs[@]}"; do
  image=build/image/$program
  rm -rf "$image"
  cp -al $base "$image"  # Links: nothing in it is changed, only added to.
  install -d "$image/usr/share/oversight"
  cp -r data "$image/usr/share/oversight/data"
  # "0.1.0 (0123456789ab)"
  commit=$("build/release/bin/$program" --version | sed 's/.*(\(.*\)).*/\1/')
  common/tools/sbom.sh "$commit" "$image" > "$image/usr/share/oversight/sbom.spdx.json"
  install -m 755 --strip "build/release/bin/$program" "$image/usr/local/bin/$program"
  [[ -z ${OVERSIGHT_TAR:-} ]] || tar -C "$image" -cf "build/image/$program.tar" .
  echo "$image: $(du -sm "$image" | cut -f1) MB, $("$image/usr/local/bin/$program" --version)"
done
