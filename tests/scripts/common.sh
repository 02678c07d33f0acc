# What the scripts share: steps with their durations, and getting what is missing.
# Guarantees: a step that fails ends the script and says which one it was.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
cache=$root/tests/.cache
log_dir=$target/steps

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# step "name" command…: runs it with its output in a log; shows the log's end if it fails.
step() {
    local name=$1 begun=$EPOCHREALTIME log code=0
    shift
    mkdir -p "$log_dir"
    log=$log_dir/$(tr -c 'a-zA-Z0-9\n' '-' <<<"$name").log
    printf '%-46s' "  $name"
    "$@" >"$log" 2>&1 </dev/null || code=$?
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
    export PATH=$PATH:/usr/sbin:/sbin
    for pair in "$@"; do have "${pair%%=*}" || missing+=("${pair#*=}"); done
    [ ${#missing[@]} = 0 ] && return 0
    have apt-get || fail "Please install: ${missing[*]}"
    install_packages "${missing[@]}" || fail "Please install as root: apt-get install ${missing[*]}"
}

install_packages() {
    as_root true || return 126
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    # No service starts by itself: an engine is started by those who ask for one, and by name.
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -y -qq --no-install-recommends "$@"
}

need_rust() {
    have cargo || fail "Please install Rust first: https://rustup.rs"
    if have rustup; then
        (cd "$root" && rustup target add wasm32-unknown-unknown)
    fi
}
