# What the scripts share: steps with their durations, and getting what is missing.
# Guarantees: a step that fails ends the script and says which one it was.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
cache=$root/tests/.cache
log_dir=$target/steps
export PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# step "name" command…: runs it with its output in a log; shows the log's end if it fails.
step() {
    local name=$1 begun=$EPOCHREALTIME log code
    shift
    mkdir -p "$log_dir"
    log=$log_dir/$(tr -c 'a-zA-Z0-9\n' '-' <<<"$name").log
    printf '%-46s' "  $name"
    # Not `"$@" || code=$?`: that would switch off `set -e` inside the step.
    set +e
    (set -e; "$@") >"$log" 2>&1 </dev/null
    code=$?
    set -e
    if [ "$code" = 0 ]; then
        printf ' %6.1f s\n' "$(since "$begun")"
    else
        printf ' failed after %.1f s\n\n' "$(since "$begun")"
        tail -n 40 "$log" >&2
        fail "
\"$name\" failed. All of its output: $log"
    fi
}

since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'; }

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or by sudo where that asks for no password or a person is there.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
    else return 126; fi
}

# need command=package …: installs the packages of those commands that are not there.
need() {
    local missing=() pair
    for pair in "$@"; do have "${pair%%=*}" || missing+=("${pair#*=}"); done
    [ ${#missing[@]} = 0 ] && return 0
    have apt-get || fail "Please install: ${missing[*]}"
    as_root true || fail "Please install as root: apt-get install ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    # RUNLEVEL=1: nothing starts by itself; an engine is started by those who ask for one.
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# What an engine that was killed has left mounted in its folder.
unmount_below() {
    local at
    awk -v folder="$1/" 'index($5, folder) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
        while read -r at; do as_root umount -l "$at" 2>/dev/null || true; done
}

# The engine, its client and what it needs. The client has a package of its own from Debian 13 on.
need_docker() {
    local client=docker.io
    if ! have docker && apt-cache show docker-cli >/dev/null 2>&1; then client=docker-cli; fi
    need dockerd=docker.io "docker=$client" iptables=iptables ip=iproute2 nsenter=util-linux \
        pgrep=procps curl=curl
}

need_rust() {
    have cargo || fail "Please install Rust first: https://rustup.rs"
    need gcc=gcc
    if have rustup; then
        (cd "$root" && rustup target add wasm32-unknown-unknown)
    fi
}

# What comes from npm, exactly as locked: for the bundle (wasm-opt) and for the browser tests.
need_npm_packages() {
    local modules=$root/tests/node_modules
    [ "$modules/.package-lock.json" -nt "$root/tests/package-lock.json" ] && return 0
    need node=nodejs npm=npm
    npm --prefix "$root/tests" ci --no-audit --no-fund
}

# What the browser loads; quick when nothing that goes into it has changed.
bundle() { (cd "$root" && cargo run --quiet -p frontend --bin bundle -- "$@"); }

build_server() { (cd "$root" && cargo build --quiet -p server); }
