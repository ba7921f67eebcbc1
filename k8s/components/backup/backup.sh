#!/bin/sh
# Takes a backup of the running suite into a new folder of BACKUPS, verifies it, and then removes the oldest of the complete
# backups beyond KEEP. Whatever fails ends it with an error before anything is removed.
set -eu

: "${BACKUPS:?is the folder of all backups}" "${KEEP:?is how many to keep}"
[ "$KEEP" -ge 1 ] || { echo "backup: KEEP must be 1 or more." >&2; exit 2; }

folder=$BACKUPS/$(date -u +%Y-%m-%dT%H%M%SZ)
oversight backup "$folder"
oversight verify "$folder"

# Names sort by time. A folder without a manifest is a backup that did not end: what is older than the newest whole one is of
# no use to anybody.
whole=0
for name in $(ls -1r "$BACKUPS" | grep -E '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z$'); do
  if [ -e "$BACKUPS/$name/manifest.json" ]; then whole=$((whole + 1)); [ "$whole" -le "$KEEP" ] && continue; fi
  echo "Removing $BACKUPS/$name."
  rm -r "${BACKUPS:?}/$name"
done
echo "There are now:"
ls -1 "$BACKUPS"
