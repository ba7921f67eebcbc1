#!/bin/sh
# Makes room for a restore: moves each store under STORES (forces/forces.db and the files beside it, and so on) into a folder
# before-TIME next to it. Looks first whether the backup is whole, and moves nothing when it is not.
set -eu

: "${BACKUPS:?is the folder of all backups}" "${BACKUP:?is the name of one of them}" "${STORES:?is the folder of the stores}"
oversight verify "$BACKUPS/$BACKUP"

now=$(date -u +%Y-%m-%dT%H%M%SZ)
for service in forces concerns monitoring; do
  store=$STORES/$service
  for file in "$store/$service".db*; do
    [ -e "$file" ] || continue
    mkdir -p "$store/before-$now"
    mv "$file" "$store/before-$now/"
  done
  if [ -d "$store/before-$now" ]; then echo "$service: what was there is now in before-$now of its volume."; fi
done
