#!/usr/bin/env bash
# Throw-away Docker engines for the tests. Each has its own network namespace, data, sockets and
# process ids' file, all under one folder /tmp/hq-test-…, and ends with the process that asked for
# it. Guarantees: nothing outside that folder and that namespace is changed, the machine's own
# engine and firewall least of all.
#
#   engine.sh up NAME OWNER-PID   start; prints the engine's DOCKER_HOST
#   engine.sh start NAME          start it again after `stop` or `kill`
#   engine.sh stop NAME           end it in good order; its containers are stopped
#   engine.sh kill NAME           end it as a power cut would; its containers end as well
#   engine.sh link ONE OTHER      a cable between two engines: 10.213.0.1 and 10.213.0.2
#   engine.sh down NAME           remove it and all that belongs to it
#   engine.sh sweep [all]         remove engines whose owner is gone; with `all` every one
source "$(dirname "$0")/common.sh"

named() { case $1 in hq-test-*) ;; *) fail "an engine's name begins with hq-test-, not: $1" ;; esac; }
home() { printf '/tmp/%s' "$1"; }
inside() { local name=$1; shift; nsenter --net="/var/run/netns/$name" "$@"; }

up() {
    local name=$1 owner=$2
    named "$name"
    mkdir -m 700 "$(home "$name")"
    printf '%s\n' "$owner" >"$(home "$name")/owner"
    guard "$name" "$owner"
    ip netns add "$name"
    inside "$name" ip link set lo up
    start "$name"
}

link() {
    named "$1"
    named "$2"
    ip link add hq-link netns "$1" type veth peer name hq-link netns "$2"
    inside "$1" ip address add 10.213.0.1/24 dev hq-link
    inside "$2" ip address add 10.213.0.2/24 dev hq-link
    inside "$1" ip link set hq-link up
    inside "$2" ip link set hq-link up
}

# Removes the engine as soon as its owner is gone, however it went.
guard() {
    setsid bash -c '
        while kill -0 "$2" 2>/dev/null && [ -d "/tmp/$1" ]; do sleep 0.5; done
        [ -d "/tmp/$1" ] && exec "$0" down "$1"' \
        "$(realpath "$0")" "$1" "$2" </dev/null >/dev/null 2>&1 &
}

start() {
    local name=$1 home
    home=$(home "$name")
    printf '{}\n' >"$home/daemon.json"
    # `nsenter --net` and not `ip netns exec`: that mounts /sys anew and hides the cgroups.
    # No default route in there, so that no task's start waits for a registry.
    inside "$name" setsid dockerd --config-file "$home/daemon.json" --data-root "$home/data" \
        --exec-root "$home/exec" --pidfile "$home/pid" --host "unix://$home/docker.sock" \
        --log-level warn --shutdown-timeout 5 </dev/null >>"$home/log" 2>&1 &
    disown
    export DOCKER_HOST=unix://$home/docker.sock
    local left=300
    until docker version >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || { tail -n 20 "$home/log" >&2; fail "The engine $name did not start."; }
        sleep 0.1
    done
    printf '%s\n' "$DOCKER_HOST"
}

# Every process of an engine: those in its namespace, and its shims, known by their folder.
# The tests' own processes in there are not the engine's.
processes() {
    local home
    home=$(home "$1")
    { pgrep -f -- "$home/exec/" || true; cat "$home/pid" 2>/dev/null || true; } | sort -un
}

cut() {
    local name=$1 home pids left=100
    home=$(home "$name")
    while pids=$(processes "$name" | while read -r pid; do alive "$pid" && echo "$pid"; done; true) &&
        [ -n "$pids" ] && [ "$left" -gt 0 ]; do
        # shellcheck disable=SC2086 # one word per process
        kill -9 $pids 2>/dev/null || true
        left=$((left - 1))
        sleep 0.05
    done
    rm -f "$home/pid" "$home/docker.sock"
}

stop() {
    local pid left=300
    named "$1"
    pid=$(cat "$(home "$1")/pid")
    kill "$pid"
    while alive "$pid" && [ "$left" -gt 0 ]; do left=$((left - 1)); sleep 0.1; done
}

alive() { [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

# Containers outlive their engine and its shims: their main processes are found in its cgroups.
cut_containers() {
    local dir pid
    for dir in "$(home "$1")"/data/containers/*/; do
        [ -d "$dir" ] || continue
        for pid in $(cat /sys/fs/cgroup/{,*/}docker/"$(basename "$dir")"/cgroup.procs \
            /sys/fs/cgroup/{,*/}system.slice/docker-"$(basename "$dir")".scope/cgroup.procs 2>/dev/null | sort -u); do
            kill -9 "$pid" 2>/dev/null || true
        done
        rmdir /sys/fs/cgroup/{,*/}docker/"$(basename "$dir")" 2>/dev/null || true
    done
}

crash() {
    named "$1"
    cut "$1"
    cut_containers "$1"
    unmount_below "$(home "$1")"
    # What lies in memory on a real machine is gone after a power cut.
    rm -rf --one-file-system "$(home "$1")/exec"
}

down() {
    local name=$1 home
    named "$name"
    home=$(home "$name")
    crash "$name"
    crash "$name"
    # What its owner has started in its network, a lab or a browser, and could not end any more.
    { ip netns pids "$name" 2>/dev/null || true; } | while read -r pid; do
        [ "$pid" = "$(cat "$home/owner")" ] || kill -9 "$pid" 2>/dev/null || true
    done
    ip netns del "$name" 2>/dev/null || true
    rm -rf --one-file-system "$home"
}

sweep() {
    local home owner
    for home in /tmp/hq-test-*/; do
        [ -f "$home/owner" ] || continue
        owner=$(cat "$home/owner")
        if [ "${1:-}" = all ] || ! kill -0 "$owner" 2>/dev/null; then
            say "removing $(basename "$home")"
            down "$(basename "$home")"
        fi
    done
}

case ${1:-} in
    up | start | stop | link | down | sweep) "$@" ;;
    kill) crash "$2" ;;
    *) fail "use: engine.sh up NAME OWNER-PID | start NAME | stop NAME | kill NAME | link ONE OTHER | down NAME | sweep [all]" ;;
esac
