#!/bin/sh
# k8s/secret.sh FOLDER [--postgres-host=HOST[,HOST]] [--postgres-ca=FILE] [--turn-authority]
#
# Makes the files of the one Secret that production needs, FOLDER/secret, as far as they can be made here, and says which are missing:
#
#   forces.conf concerns.conf monitoring.conf   connections to PostgreSQL, with passwords of their own; FOLDER/schemas.sql makes
#                                               the roles that have them. Made once: what is there stays as it is. With
#                                               --postgres-ca the server's certificate is held to that authority, postgres-ca.crt.
#   ca.crt forces-service.crt forces-service.key ...   an authority (its key stays outside: FOLDER/authority.key) and a certificate
#                                               for each program. Certificates are made anew each time: that rotates them.
#   concerns-service.token ...                  the tokens that programs call each other with, from your issuer: put them there.
#
# --turn-authority takes the next of three steps to another authority: trust a new one beside the old; certificates of the new one;
# trust the old one no more. Between two steps replace the Secret and let every pod say "certificate in use".
#
# Needs openssl. Certificates last a year (DAYS=365), an authority ten.
set -eu
umask 077

services="forces-service concerns-service monitoring-service gateway"
here=$(dirname "$0")
folder='' host='' postgres_ca='' turn=''
for argument in "$@"; do
  case $argument in
    --postgres-host=?*) host=${argument#*=} ;;
    --postgres-ca=?*) postgres_ca=${argument#*=} ;;
    --turn-authority) turn=yes ;;
    -*) echo "secret.sh: $argument is not known. See the head of $0." >&2; exit 2 ;;
    *) [ -z "$folder" ] || { echo "secret.sh: one folder, not two." >&2; exit 2; }
       folder=$argument ;;
  esac
done
[ -n "$folder" ] || { sed -n '2,/^set/{/^#/p}' "$0" >&2; exit 2; }

mkdir -p "$folder/secret"
secret=$folder/secret

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }
# authority NAME: FOLDER/NAME.key and FOLDER/NAME.crt.
authority() {
  key "$folder/$1.key"
  openssl req -x509 -new -key "$folder/$1.key" -days 3650 -subj "/CN=oversight $(date -u +%Y-%m-%d)" \
    -addext keyUsage=critical,keyCertSign -out "$folder/$1.crt"
}
# Whole or not at all, so that no half of a pair is left.
certificate() {
  key "$folder/new.key"
  printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$1" > "$folder/extensions"
  openssl req -new -key "$folder/new.key" -subj "/CN=$1" |
    openssl x509 -req -CA "$folder/authority.crt" -CAkey "$folder/authority.key" -days "${DAYS:-365}" -extfile "$folder/extensions" \
      -set_serial "0x$(openssl rand -hex 16)" -out "$folder/new.crt" 2>/dev/null
  rm "$folder/extensions"
  mv "$folder/new.crt" "$secret/$1.crt"
  mv "$folder/new.key" "$secret/$1.key"
}

# PostgreSQL.
root_certificates=/etc/ssl/certs/ca-certificates.crt
if [ -n "$postgres_ca" ]; then
  cp "$postgres_ca" "$secret/postgres-ca.crt"
  root_certificates=/etc/oversight/postgres/ca.crt
fi
if [ ! -e "$folder/schemas.sql" ]; then
  if [ -z "$host" ]; then
    echo "secret.sh: say where PostgreSQL is: --postgres-host=HOST" >&2
    exit 2
  fi
  cp "$here/components/postgres/schemas.sql" "$folder/schemas.new"
  ports=$(echo "$host" | sed 's/[^,][^,]*/5432/g')
  for name in forces concerns monitoring; do
    password=$(openssl rand -hex 24)
    sed -e '/^#/d' -e "s/forces/$name/g" -e "s/^host=.*/host=$host/" -e "s/^port=.*/port=$ports/" -e "s/CHANGE-ME/$password/" \
      -e "s|^sslrootcert=.*|sslrootcert=$root_certificates|" \
      "$here/components/postgres/example.conf" > "$secret/$name.conf"
    sed "s/^\(CREATE ROLE $name .*\)CHANGE-ME/\1$password/" "$folder/schemas.new" > "$folder/schemas.next"
    mv "$folder/schemas.next" "$folder/schemas.new"
  done
  mv "$folder/schemas.new" "$folder/schemas.sql"
  echo "Made the connections to PostgreSQL at $host. Its owner makes the roles and schemas:"
  echo "  psql -v ON_ERROR_STOP=1 -f $folder/schemas.sql \"host=$host dbname=oversight\""
fi

# Certificates.
[ -e "$folder/authority.crt" ] || authority authority
if [ -n "$turn" ]; then
  if [ -e "$folder/next.crt" ]; then
    for end in key crt; do
      mv "$folder/authority.$end" "$folder/old.$end"
      mv "$folder/next.$end" "$folder/authority.$end"
    done
    echo "Certificates are of the new authority from now on. The old one is trusted still."
  elif [ -e "$folder/old.crt" ]; then
    rm "$folder/old.key" "$folder/old.crt"
    echo "The old authority is trusted no more."
  else
    authority next
    echo "A new authority is trusted beside the old one. Certificates are of the old one still."
  fi
fi
for name in authority next old; do
  [ ! -e "$folder/$name.crt" ] || cat "$folder/$name.crt"
done > "$secret/ca.crt"
for name in $services; do certificate "$name"; done
echo "Made certificates for $(echo "$services" | sed 's/ /, /g'), good until $(openssl x509 -enddate -noout -in "$secret/gateway.crt" | cut -d= -f2)."

# Tokens.
missing=
for name in concerns-service monitoring-service gateway backup; do
  [ -e "$secret/$name.token" ] || missing="$missing  $secret/$name.token
"
done
if [ -n "$missing" ]; then
  echo "Missing, from your issuer (k8s/components/tokens says what each must hold):"
  printf %s "$missing"
  exit 1
fi
echo "Complete. Put it into the cluster, now and after each change:"
echo "  kubectl -n oversight create secret generic oversight --from-file=$secret --dry-run=client -o yaml | kubectl apply -f -"
