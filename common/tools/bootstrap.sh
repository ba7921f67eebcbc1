#!/usr/bin/env bash
# Installs what is missing on a Debian 12 machine, and says what. Usage: bootstrap.sh run|test|bench|rehearsal|image|lint
#
#   run   what building and running the suite needs
#   test  run, and what building and running the tests needs
#   bench test, and what the benchmarks hold the services against
#   rehearsal  test, and the proxy before the gateways
#   image test, and what makes root file systems
#   lint  test, and the tools that judge the code
#
# Takes well under a second when nothing is missing: it asks dpkg, never apt, and runs npm only when package-lock.json
# differs from the one last installed. OVERSIGHT_SKIP_PACKAGES=1 leaves Debian packages alone (for other distributions).
set -euo pipefail
cd "$(dirname "$0")/../.."

run_packages=(
  build-essential cmake ninja-build ccache mold pkg-config ca-certificates curl
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  libabsl-dev libspdlog-dev libsqlite3-dev libpq-dev libboost1.81-dev prometheus-cpp-dev libssl-dev
  zlib1g-dev libkainjow-mustache-dev librhonabwy-dev libcurl4-openssl-dev
)
test_packages=(
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
  python3-grpcio python3-protobuf
  postgresql-15 openssl
  prometheus
  chromium fonts-dejavu-core
  clang-14 libclang-rt-14-dev
)
bench_packages=(etcd-server nginx-light wrk)
rehearsal_packages=(haproxy)
image_packages=(mmdebstrap)
lint_packages=(clang-format clang-tidy git)

set_name=${1:-run}
case $set_name in
  run) packages=("${run_packages[@]}") ;;
  test) packages=("${run_packages[@]}" "${test_packages[@]}") ;;
  bench) packages=("${run_packages[@]}" "${test_packages[@]}" "${bench_packages[@]}") ;;
  rehearsal) packages=("${run_packages[@]}" "${test_packages[@]}" "${rehearsal_packages[@]}") ;;
  image) packages=("${run_packages[@]}" "${test_packages[@]}" "${image_packages[@]}") ;;
  lint) packages=("${run_packages[@]}" "${test_packages[@]}" "${lint_packages[@]}") ;;
  *) echo "usage: $0 run|test|bench|rehearsal|image|lint" >&2; exit 2 ;;
esac

# A node that is there already is left alone, whoever installed it.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  packages+=(nodejs npm)
fi

install_packages() {
  local missing installed as_root=()
  if ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system. Install the like of these, then set OVERSIGHT_SKIP_PACKAGES=1:" >&2
    echo "  ${packages[*]}" >&2
    return 1
  fi
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null |
    sed -n 's/^installed //p' || true)
  missing=$(comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) <(sort -u <<<"$installed"))
  [[ -n $missing ]] || return 0

  echo "Installing Debian packages: $(tr '\n' ' ' <<<"$missing")"
  if [[ $(id -u) != 0 ]]; then
    if ! command -v sudo >/dev/null; then
      echo "Neither root nor sudo. Ask an administrator for: apt-get install $(tr '\n' ' ' <<<"$missing")" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  # shellcheck disable=SC2086  # one word per package
  "${apt[@]}" update && "${apt[@]}" install --no-install-recommends $missing
}

# The stamp is the lock file last installed. `test` holds everything that `run` does; once the tools of the tests are
# there they stay, or every `make run` would undo what the last `make test` did.
install_node_modules() {
  local full=node_modules/.installed-all lean=node_modules/.installed-build
  if cmp -s package-lock.json $full; then return 0; fi
  if [[ $set_name == run && ! -e $full ]]; then
    if cmp -s package-lock.json $lean; then return 0; fi
    echo "Installing npm packages of the build ..."
    # Nothing here needs the packages' install scripts.
    npm ci --omit=dev --ignore-scripts --no-fund --no-audit --loglevel=error
    cp package-lock.json $lean
  else
    echo "Installing npm packages of the build and the tests ..."
    npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
    cp package-lock.json $full
  fi
}

if [[ -z ${OVERSIGHT_SKIP_PACKAGES:-} ]]; then
  install_packages </dev/null
fi
if ! node -e 'process.exit(+process.versions.node.split(".")[0] >= 18 ? 0 : 1)'; then
  echo "Node $(node --version) is too old: 18 or later is needed. (Remove it and this script installs Debian's.)" >&2
  exit 1
fi
install_node_modules </dev/null
# Debian 12 has none that knows components.
if [[ $set_name != run ]] && ! command -v kubectl >/dev/null; then
  echo "kubectl is not on this machine: the tests of k8s/ will fail. See https://kubernetes.io/docs/tasks/tools/." >&2
fi
