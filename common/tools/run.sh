#!/usr/bin/env bash
# Starts the suite on this machine: four processes on embedded SQLite under one data folder, and with CALLERS=tokens an issuer. They are stopped in reverse
# order, each with its drain, when the launcher gets Ctrl-C or SIGTERM, or when the command ends.
#
#   run.sh               until Ctrl-C. A service that dies is started again on its addresses after RESTART_SECONDS, while the
#                        others go on and show its part as stale; at its fourth death all are stopped, with an error.
#   run.sh -- COMMAND    until COMMAND ends; its exit status is the launcher's. The addresses are in its environment. A service
#                        that dies ends it all with an error.
#
# Environment:
#   DATA=.data           the data folder: <service>.db, logs/, and suite.env with the addresses while the suite is up
#   BIN=build/release/bin
#   PORTS=0              take free ports; else FORCES_PORT=7101, CONCERNS_PORT=7102, MONITORING_PORT=7103,
#                        GATEWAY_PORT=7100 (gRPC), HTTP_PORT=8080 (Connect), and for operators FORCES_ADMIN_PORT=7201,
#                        CONCERNS_ADMIN_PORT=7202, MONITORING_ADMIN_PORT=7203, GATEWAY_ADMIN_PORT=7200; ISSUER_PORT=7110
#   HOST=127.0.0.1       the address all of them bind
#   CALLERS=believed     whoever calls is believed who they say they are; or CALLERS=tokens: callers prove it by tokens of a
#                        development issuer, which leaves them in DATA/issuer/tokens, and where people sign in at the pages.
#   QUIET=1              say only what goes wrong
#   START_SECONDS=60, STOP_SECONDS=30   how long each may take to serve, and to drain
#   RESTART_SECONDS=10   how long a dead service stays down: long enough to look at dashboards without it
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

data=${DATA:-$root/.data}
bin=${BIN:-$root/build/release/bin}
host=${HOST:-127.0.0.1}
command=()
if [[ $# -gt 0 ]]; then
  [[ $1 == -- && $# -gt 1 ]] || { echo "usage: $0 [-- COMMAND...]" >&2; exit 2; }
  command=("${@:2}")
fi

callers=${CALLERS:-believed}
[[ $callers == believed || $callers == tokens ]] || { echo "CALLERS must be believed or tokens." >&2; exit 2; }

say() { [[ -n ${QUIET:-} ]] || printf '%s\n' "$*"; }
die() { printf 'run: %s\n' "$*" >&2; exit 1; }

needed=(forces-service concerns-service monitoring-service gateway oversight)
[[ $callers == believed ]] || needed+=(development-issuer)
for name in "${needed[@]}"; do
  [[ -x $bin/$name ]] || die "$bin/$name is not there: build first ('make build')."
done

mkdir -p "$data/logs" "$data/ready"
data=$(cd "$data" && pwd)
# gRPC would let a second suite bind the same ports unseen, and SQLite has one writer: one suite per data folder.
exec {lock}>"$data/lock"
flock --nonblock "$lock" || die "another suite runs on $data."
rm -f "$data/suite.env"

issuer=$data/issuer
who=()  # How a server knows its callers.
proof=()  # How the command line proves who it is.
pages=()  # How people sign in at the pages.
[[ $callers == tokens ]] || who=(--insecure --principals="$root/data/principals.json")

order=()            # what was started, first to last
declare -A pid_of=() flags_of=() deaths=()
command_pid=

start() {  # start NAME FLAGS...: returns once NAME serves.
  local name=$1 ready=$data/ready/$1.json log=$data/logs/$1.log deadline=$((SECONDS + ${START_SECONDS:-60})) own=()
  shift
  # The issuer knows everybody, and forces-service calls nobody.
  [[ $name == development-issuer ]] || own=(--drain-delay=0s "${who[@]}")
  [[ $callers == believed || $name == forces-service || $name == development-issuer ]] ||
    own+=(--token-file="$issuer/tokens/$name.token")
  rm -f "$ready"
  # A session of its own keeps Ctrl-C away from it, so that the order of stopping is ours; should the launcher be killed
  # outright, the kernel sends it SIGTERM.
  setpriv --pdeathsig TERM setsid "$bin/$name" "$@" --ready-file="$ready" "${own[@]}" </dev/null >>"$log" 2>&1 {lock}>&- &
  pid_of[$name]=$!
  [[ -n ${flags_of[$name]:-} ]] || order+=("$name")
  flags_of[$name]=$(printf '%q ' "$@")
  until [[ -s $ready && $(<"$ready") == *\}* ]]; do
    kill -0 "${pid_of[$name]}" 2>/dev/null || fail_of "$name" "did not start"
    ((SECONDS < deadline)) || fail_of "$name" "does not serve after ${START_SECONDS:-60} s"
    sleep 0.02
  done
}

fail_of() {  # fail_of NAME WHAT: with the end of its log, the first thing anyone would look for.
  printf 'run: %s %s. The end of %s:\n' "$1" "$2" "$data/logs/$1.log" >&2
  tail -n 15 "$data/logs/$1.log" >&2
  exit 1
}

address() {  # address NAME KEY: what NAME has bound, from its ready file.
  local value
  value=$(sed -n 's/.*"'"$2"'" *: *"\([^"]*\)".*/\1/p' "$data/ready/$1.json")
  [[ -n $value ]] || die "$1 told no \"$2\" address in $data/ready/$1.json."
  printf '%s' "$value"
}

listen() {  # listen VARIABLE DEFAULT
  printf '%s:%s' "$host" "${!1:-${PORTS:-$2}}"
}

stop_all() {
  local result=$? name pid deadline hurry=
  trap 'hurry=1' INT TERM HUP
  trap - EXIT
  rm -f "$data/suite.env"
  if [[ -n $command_pid ]]; then kill -TERM "$command_pid" 2>/dev/null || true; fi
  ((${#order[@]} == 0)) || say "Stopping ..."
  for ((i = ${#order[@]} - 1; i >= 0; --i)); do
    name=${order[i]} pid=${pid_of[${order[i]}]}
    kill -TERM "$pid" 2>/dev/null || continue
    deadline=$((SECONDS + ${STOP_SECONDS:-30}))
    while kill -0 "$pid" 2>/dev/null; do
      if [[ -n $hurry ]] || ((SECONDS >= deadline)); then
        echo "run: $name had not drained and was killed. Acknowledged writes are safe." >&2
        kill -KILL "$pid" 2>/dev/null || true
        result=1
        break
      fi
      sleep 0.02
    done
    local status=0
    wait "$pid" 2>/dev/null || status=$?
    if ((status != 0 && status != 137)); then
      echo "run: $name ended with status $status; see $data/logs/$name.log." >&2
      result=1
    fi
  done
  ((${#order[@]} == 0)) || say "Stopped."
  exit "$result"
}
trap stop_all EXIT
# Asked to stop: that is how a run ends well, and how a command is cut short.
trap '[[ -z $command_pid ]] && exit 0 || exit 130' INT TERM HUP

if [[ -z ${QUIET:-} && ${#command[@]} == 0 ]]; then
  [[ -t 1 ]] && bold=$'\e[1;33m' plain=$'\e[0m' || bold='' plain=''
  [[ $callers == believed ]] && cat <<EOF || cat <<EOF2
$bold
  ============================== INSECURE MODE ==============================
   Callers are not authenticated: anyone who reaches these ports may act as
   any sample principal of data/principals.json. For trying out, on this
   machine only. Nothing here belongs on a network.
  ===========================================================================
$plain
EOF
$bold
  ============================ DEVELOPMENT TOKENS ===========================
   Callers are known by tokens of an issuer on this machine, where whoever
   comes may sign in as any sample principal; so may whoever reads
   $issuer/tokens
   For trying out only.
  ===========================================================================
$plain
EOF2
fi

say "Starting on $data ..."
if [[ $callers == tokens ]]; then
  # On this machine alone, wherever the others listen: whoever reaches it may be anybody.
  start development-issuer "$issuer" "$root/data/principals.json" --listen="127.0.0.1:${ISSUER_PORT:-${PORTS:-7110}}"
  who=(--issuer="http://$(address development-issuer http)" --audience=oversight --jwks="$issuer/jwks.json")
  proof=(--token-file="$issuer/tokens")
  # Kept, so that nobody is signed out by a start.
  [[ -s $issuer/session.keys ]] || (umask 077 && head -c 32 /dev/urandom | base64 >"$issuer/session.keys")
  pages=(--sign-in-client=oversight-pages --session-key-file="$issuer/session.keys")
fi
start forces-service --listen="$(listen FORCES_PORT 7101)" --admin-listen="$(listen FORCES_ADMIN_PORT 7201)" \
  --store="sqlite:$data/forces.db"
FORCES=$(address forces-service grpc)
start concerns-service --listen="$(listen CONCERNS_PORT 7102)" --admin-listen="$(listen CONCERNS_ADMIN_PORT 7202)" \
  --store="sqlite:$data/concerns.db" --themes="$root/data/themes.json" \
  --bank-holidays="$root/data/bank-holidays.json" --forces="$FORCES"
CONCERNS=$(address concerns-service grpc)
start monitoring-service --listen="$(listen MONITORING_PORT 7103)" \
  --admin-listen="$(listen MONITORING_ADMIN_PORT 7203)" --store="sqlite:$data/monitoring.db" \
  --ladders="$root/data/ladders.json" --announcements="$root/data/announcements" --forces="$FORCES" --concerns="$CONCERNS"
MONITORING=$(address monitoring-service grpc)
start gateway --listen="$(listen GATEWAY_PORT 7100)" --admin-listen="$(listen GATEWAY_ADMIN_PORT 7200)" \
  --http-listen="$(listen HTTP_PORT 8080)" --forces="$FORCES" --concerns="$CONCERNS" --monitoring="$MONITORING" "${pages[@]}"
GATEWAY=$(address gateway grpc)
HTTP=$(address gateway http)

# Only an empty register is filled: what was changed since in a kept one is not set back.
oversight=("$bin/oversight" --gateway="$GATEWAY" "${proof[@]}" --as=records-manager)
forces=$("${oversight[@]}" --json list forces) || die "the register cannot be read; see $data/logs."
if [[ $forces != *'"forces/'* ]]; then
  say "The store is empty: importing data/forces.csv ..."
  imported=$("${oversight[@]}" import "$root/data/forces.csv") || die "the import failed."
  say "$imported"
fi

# For other programs; complete or absent.
{
  printf 'OVERSIGHT_FORCES=%s\nOVERSIGHT_CONCERNS=%s\n' "$FORCES" "$CONCERNS"
  printf 'OVERSIGHT_MONITORING=%s\nOVERSIGHT_GATEWAY=%s\nOVERSIGHT_HTTP=%s\n' "$MONITORING" "$GATEWAY" "$HTTP"
} >"$data/suite.env.new"
mv "$data/suite.env.new" "$data/suite.env"

if ((${#command[@]})); then
  setpriv --pdeathsig TERM env $(<"$data/suite.env") OVERSIGHT_DATA="$data" OVERSIGHT_BIN="$bin" "${command[@]}" {lock}>&- &
  command_pid=$!
else
  cat <<EOF

  pages               http://$HTTP
  gateway             gRPC $GATEWAY   REST http://$HTTP/v1/   Connect http://$HTTP
  forces-service      gRPC $FORCES
  concerns-service    gRPC $CONCERNS
  monitoring-service  gRPC $MONITORING
  for operators       http://$(address gateway admin)/readyz and /metrics; likewise $(address forces-service admin),
                      $(address concerns-service admin), $(address monitoring-service admin)
  data and logs       $data

EOF
  if [[ $callers == believed ]]; then
    cat <<EOF
Open the pages in a browser, and choose at the top whom to look as. Or try, in another terminal:

  $(realpath --relative-to=. "$bin")/oversight --gateway=$GATEWAY --as=chief-inspector dashboard

  curl -s -H 'content-type: application/json' -H 'oversight-principal: chief-inspector' -d '{}' \\
    http://$HTTP/oversight.gateway.v1.GatewayService/GetNationalDashboard

  grpcurl -plaintext -H 'oversight-principal: chief-inspector' -d '{"name": "forces/west-midlands"}' \\
    $GATEWAY oversight.gateway.v1.GatewayService/GetForceDashboard
EOF
  else
    cat <<EOF
Open the pages in a browser, and sign in at the top as any sample principal. Or try, in another terminal:

  $(realpath --relative-to=. "$bin")/oversight --gateway=$GATEWAY --token-file=$issuer/tokens --as=chief-inspector dashboard

  curl -s -H 'content-type: application/json' -H "authorization: Bearer \$(cat $issuer/tokens/chief-inspector.token)" -d '{}' \\
    http://$HTTP/oversight.gateway.v1.GatewayService/GetNationalDashboard
EOF
  fi
  printf '\nCtrl-C stops all %s.\n' "$([[ $callers == believed ]] && echo four || echo five)"
fi

start_again() {  # start_again NAME: with the flags it had, on the addresses it had.
  local name=$1 flag flags=() words
  eval "words=(${flags_of[$name]})"
  for flag in "${words[@]}"; do
    case $flag in
      --listen=*) flag=--listen=$(address "$name" "$([[ $name == development-issuer ]] && echo http || echo grpc)") ;;
      --admin-listen=*) flag=--admin-listen=$(address "$name" admin) ;;
      --http-listen=*) flag=--http-listen=$(address "$name" http) ;;
    esac
    flags+=("$flag")
  done
  start "$name" "${flags[@]}"
}

# The command, when it ends, ends the run. A service that dies must not go unnoticed, nor leave a command half served.
while :; do
  status=0
  wait -n -p ended ${command_pid:+"$command_pid"} "${pid_of[@]}" || status=$?
  if [[ $ended == "$command_pid" && -n $command_pid ]]; then
    command_pid=
    exit "$status"
  fi
  for name in "${order[@]}"; do
    [[ ${pid_of[$name]} != "$ended" ]] || break
  done
  deaths[$name]=$((${deaths[$name]:-0} + 1))
  ((${#command[@]} == 0 && deaths[$name] <= 3)) || fail_of "$name" "died (status $status)"
  echo "run: $name died (status $status); see $data/logs/$name.log. The others go on, and dashboards show its part as" \
    "stale. It is started again in ${RESTART_SECONDS:-10} s." >&2
  sleep "${RESTART_SECONDS:-10}" {lock}>&- &
  wait $!
  start_again "$name"
  say "run: $name serves again."
done
