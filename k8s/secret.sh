#!/bin/sh
# k8s/secret.sh FOLDER [--postgres-host=HOST[,HOST]] [--postgres-ca=FILE] [--turn-authority=1|2|3]
#
# Makes the files of the one Secret that production needs, FOLDER/secret, as far as they can be made here, and says which are missing:
#
#   forces.conf concerns.conf monitoring.conf   connections to PostgreSQL, with passwords of their own; FOLDER/schemas.sql makes
#                                               the roles that have them. Made once, by --postgres-host: what is there stays. With
#                                               --postgres-ca the server's certificate is held to that authority, postgres-ca.crt.
#   ca.crt forces-service.crt forces-service.key ...   an authority (its key stays outside: FOLDER/authority.pem) and a certificate
#                                               for each program. Certificates are made anew each time: that rotates them.
#   session-keys                                what sessions of the pages are sealed with (components/sign-in); made once.
#   concerns-service.token ...                  the tokens that programs call each other with, from your issuer: put them there.
#
# --turn-authority takes one of the three steps to another authority: 1 trusts a new one beside the old, 2 makes certificates of the
# new one, 3 trusts the old one no more. Between two steps replace the Secret and let every pod say "certificate in use".
#
# Ends with 0 when nothing is missing, 1 when something is, 2 when it was asked wrongly. It may be run again after whatever befell it.
# Needs openssl. Certificates last a year (DAYS=365, at most ten years), an authority ten.
set -eu
umask 077

services="forces-service concerns-service monitoring-service gateway"
here=$(dirname "$0")

wrong() {
  echo "secret.sh: $1" >&2
  exit 2
}

folder='' host='' postgres_ca='' turn=''
for argument in "$@"; do
  case $argument in
    --help) sed -n '2,/^set/{/^#/p}' "$0"; exit 0 ;;
    --postgres-host=?*) host=${argument#*=} ;;
    --postgres-ca=?*) postgres_ca=${argument#*=} ;;
    --turn-authority=[123]) turn=${argument#*=} ;;
    -*) wrong "$argument is not known, or lacks its value: --postgres-host=HOST, --postgres-ca=FILE, --turn-authority=1|2|3." ;;
    *) [ -z "$folder" ] || wrong "one folder, not two: $folder and $argument."
       folder=$argument ;;
  esac
done
[ -n "$folder" ] || wrong "which folder? $0 --help says more."
case $host in *[!A-Za-z0-9.,-]*) wrong "--postgres-host takes names, with commas between; write ports into the .conf files." ;; esac
days=${DAYS:-365}
case $days in ''|*[!0-9]*) days=0 ;; esac
if [ "$days" -lt 1 ] || [ "$days" -gt 3650 ]; then wrong "DAYS must be 1 to 3650."; fi
[ -z "$postgres_ca" ] || [ -r "$postgres_ca" ] || wrong "$postgres_ca cannot be read."
if [ -e "$folder/schemas.sql" ]; then
  [ -z "$host" ] || wrong "the connections are made already: write the host into $folder/secret/*.conf."
else
  [ -n "$host" ] || wrong "say where PostgreSQL is: --postgres-host=HOST."
fi

secret=$folder/secret
mkdir -p "$secret"
chmod 700 "$folder" "$secret"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256; }
# authority NAME: FOLDER/NAME.pem, its key and its certificate in one file, so that no half of it is ever lost.
authority() {
  key > "$folder/new.pem"
  openssl req -x509 -new -key "$folder/new.pem" -days 3650 -subj "/CN=oversight $(date -u +%Y-%m-%d)" \
    -addext keyUsage=critical,keyCertSign >> "$folder/new.pem"
  mv "$folder/new.pem" "$folder/$1.pem"
}
certificate() {
  key > "$folder/new.key"
  printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$1" > "$folder/extensions"
  openssl req -new -key "$folder/new.key" -subj "/CN=$1" -out "$folder/request"
  openssl x509 -req -in "$folder/request" -CA "$folder/authority.pem" -CAkey "$folder/authority.pem" -days "$days" \
    -extfile "$folder/extensions" -set_serial "0x$(openssl rand -hex 16)" -out "$folder/new.crt" 2> "$folder/errors" ||
    { cat "$folder/errors" >&2; exit 1; }
  rm "$folder/extensions" "$folder/request" "$folder/errors"
  mv "$folder/new.crt" "$secret/$1.crt"
  mv "$folder/new.key" "$secret/$1.key"
}

# PostgreSQL.
if [ ! -e "$folder/schemas.sql" ]; then
  cp "$here/components/postgres/schemas.sql" "$folder/schemas.new"
  ports=$(echo "$host" | sed 's/[^,][^,]*/5432/g')
  for name in forces concerns monitoring; do
    password=$(openssl rand -hex 24)
    # By files: arguments can be read by everyone on the machine.
    printf 's/CHANGE-ME/%s/\n' "$password" > "$folder/edit"
    sed -e '/^#/d' -e "s/forces/$name/g" -e "s/^host=.*/host=$host/" -e "s/^port=.*/port=$ports/" -f "$folder/edit" \
      "$here/components/postgres/example.conf" > "$secret/$name.conf"
    printf 's/^\\(CREATE ROLE %s .*\\)CHANGE-ME/\\1%s/\n' "$name" "$password" > "$folder/edit"
    sed -f "$folder/edit" "$folder/schemas.new" > "$folder/schemas.next"
    rm "$folder/edit"
    mv "$folder/schemas.next" "$folder/schemas.new"
  done
  mv "$folder/schemas.new" "$folder/schemas.sql"
  echo "Made the connections to PostgreSQL at $host. Let a role that owns the database and may create roles make theirs:"
  echo "  psql -1 -v ON_ERROR_STOP=1 -f '$folder/schemas.sql' 'host=$host dbname=oversight'"
fi
if [ -n "$postgres_ca" ]; then
  cp "$postgres_ca" "$secret/postgres-ca.crt"
  for name in forces concerns monitoring; do
    sed 's|^sslrootcert=.*|sslrootcert=/etc/oversight/postgres/ca.crt|' "$secret/$name.conf" > "$folder/conf.new"
    mv "$folder/conf.new" "$secret/$name.conf"
  done
fi

# Certificates. What step 2 had not finished first.
if [ ! -e "$folder/authority.pem" ]; then
  if [ -e "$folder/next.pem" ]; then mv "$folder/next.pem" "$folder/authority.pem"; else authority authority; fi
fi
at=1
if [ -e "$folder/next.pem" ]; then at=2; elif [ -e "$folder/old.pem" ]; then at=3; fi
case $turn in
  '') ;;
  "$at")
    case $turn in
      1) authority next
         echo "Step 1 of 3: a new authority is trusted beside the old one." ;;
      2) mv "$folder/authority.pem" "$folder/old.pem"
         mv "$folder/next.pem" "$folder/authority.pem"
         echo "Step 2 of 3: certificates are of the new authority. The old one is trusted still." ;;
      3) rm "$folder/old.pem"
         echo "Step 3 of 3: the old authority is trusted no more." ;;
    esac
    [ "$turn" = 3 ] || echo "The next step only when every pod has said \"certificate in use\"." ;;
  *) wrong "the next step is --turn-authority=$at." ;;
esac
for name in authority next old; do
  [ ! -e "$folder/$name.pem" ] || openssl x509 -in "$folder/$name.pem"
done > "$folder/ca.new"
mv "$folder/ca.new" "$secret/ca.crt"
for name in $services; do certificate "$name"; done
echo "Made certificates for $(echo "$services" | sed 's/ /, /g'), good until $(openssl x509 -enddate -noout -in "$secret/gateway.crt" | cut -d= -f2)."

# Sessions.
if [ ! -s "$secret/session-keys" ]; then
  openssl rand -base64 32 > "$folder/new.keys"
  mv "$folder/new.keys" "$secret/session-keys"
fi

# Tokens.
now=$(date +%s)
missing=''
for name in concerns-service monitoring-service gateway backup; do
  file=$secret/$name.token
  if [ ! -s "$file" ]; then
    missing="$missing  $file
"
    continue
  fi
  end=$(cut -d. -f2 "$file" | tr '_-' '/+' | base64 -d 2>/dev/null | tr -d '\n' | sed -n 's/.*"exp" *: *\([0-9][0-9]*\).*/\1/p')
  if [ -n "$end" ] && [ "$end" -le "$now" ]; then
    missing="$missing  $file (it has expired)
"
  fi
done
if [ -n "$missing" ]; then
  echo "Missing, from your issuer (docs/operations.md, \"Who calls\", says what each must hold and how to get it):"
  printf %s "$missing"
  echo "Run this again when they are there."
  exit 1
fi
echo "Complete. Put it into the cluster, now and after each change:"
echo "  kubectl -n oversight create secret generic oversight --from-file='$secret' --dry-run=client -o yaml | kubectl apply --server-side -f -"
