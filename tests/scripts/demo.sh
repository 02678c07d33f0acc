#!/usr/bin/env bash
# `up`: from a clone to a lab with a report in it. `clean`: removes what `up` made, and only that.
# What was made is noted in target/demo/state at the moment it is made.
source "$(dirname "$0")/common.sh"

demo=$target/demo
state=$demo/state
engine=$demo/engine
hivequake=$target/debug/hivequake
listen=${HIVEQUAKE_LISTEN:-127.0.0.1:7373}

made() { grep -qs "^$1\$" "$state" || printf '%s\n' "$1" >>"$state"; }
did_make() { grep -qs "^$1\$" "$state"; }
answers() { docker version >/dev/null 2>&1; }

up() {
    mkdir -p "$demo"
    trap tidy EXIT
    trap 'exit 130' INT TERM
    say "Hivequake: a lab with a first report, in a few steps."
    step "Rust for the browser" need_rust
    step "What the pages are made with" need_npm_packages
    step "Docker" need_docker
    find_engine
    find_swarm
    step "Sample service" load_image
    step "Sample stack" deploy
    step "Web pages (minutes, the first time)" bundle
    step "Lab (minutes, the first time)" build_server
    export HIVEQUAKE_DATA=$demo/data HIVEQUAKE_LISTEN=$listen
    first_report
    say "
The lab:     http://$listen
Experiments: Services, then neotix_neotix-api-canary. Ctrl-C ends the lab."
    "$hivequake" serve || fail "The lab ended with an error; see above."
}

find_engine() {
    if answers; then
        if did_make engine; then say "  The demo's own Docker engine is running."
        else say "  Using the Docker engine that is already running."; fi
        return
    fi
    docker version 2>&1 | grep -qi 'permission denied' &&
        fail "A Docker engine runs, but you may not use it. Run: sudo make demo, or join the group docker."
    step "Docker engine: none answers, starting one" start_engine
}

start_engine() {
    as_root true || fail "Starting a Docker engine needs root: sudo make demo"
    if [ -d /run/systemd/system ]; then
        made engine-by-systemd
        as_root systemctl start docker
    else
        made engine
        mkdir -p "$engine"
        # An engine that is still being stopped lets nobody else begin.
        wait_for 300 engine_is_gone ||
            fail "The demo's last engine (process $(cat "$engine/pid")) does not end. End it, and run make demo again."
        as_root setsid dockerd --data-root "$engine/data" --pidfile "$engine/pid" >"$engine/log" 2>&1 &
        disown
    fi
    wait_for 300 answers || fail "The Docker engine did not start. Its log: $engine/log"
}

engine_is_gone() { [ ! -f "$engine/pid" ] || ! kill -0 "$(cat "$engine/pid")" 2>/dev/null; }

# wait_for TENTHS command…
wait_for() {
    local left=$1
    shift
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.1
    done
}

find_swarm() {
    case $(docker info --format '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}' 2>/dev/null) in
        "active true") say "  Using the swarm that is already there." ;;
        "active false") fail "This engine is a worker of a swarm. Run the demo on a manager, or point DOCKER_HOST at one." ;;
        inactive*)
            made swarm
            step "No swarm here: making one of this one node" \
                docker swarm init --listen-addr 127.0.0.1 --advertise-addr 127.0.0.1 ;;
        *) fail "The engine's swarm is locked or in disorder. See: docker info" ;;
    esac
}

load_image() {
    local binary sum
    binary=$("$root/tests/scripts/sample.sh" build)
    sum=$(sha256sum "$binary" | cut -d' ' -f1)
    if [ "$(cat "$demo/image-of" 2>/dev/null)" = "$sum" ] && docker image inspect "$(cat "$demo/image")"; then
        return 0
    fi
    made image
    "$root/tests/scripts/sample.sh" image "$binary" >"$demo/image"
    printf '%s\n' "$sum" >"$demo/image-of"
}

deploy() {
    did_make stack || ports_are_free
    made stack
    SAMPLE_WHERE=node.id==$(docker info --format '{{.Swarm.NodeID}}') \
        "$root/tests/scripts/stack.sh" up "$(cat "$demo/image")"
}

ports_are_free() {
    local port
    for port in 8088 8089; do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue
        fail "Port $port is taken by something else, and the sample stack needs it. Free it and run make demo again."
    done
}

first_report() {
    [ -f "$demo/reported" ] && return 0
    local code=0
    say "
A first experiment: kill the canary's container and watch Swarm bring it back."
    "$hivequake" run "$root/tests/fixtures/experiments/canary-kill.yaml" || code=$?
    # Held or violated, it is a report; anything else is worth a look now.
    [ "$code" -le 1 ] || fail "The first experiment ended with exit code $code; see above."
    touch "$demo/reported"
}

# On the way out: no process of the demo's is left.
tidy() {
    if did_make engine && [ -f "$engine/pid" ]; then stop_engine; fi
    if did_make stack; then
        say "
The lab is off. What the demo made stays for the next time; make demo-clean removes it."
    fi
}

stop_engine() {
    local pid
    pid=$(cat "$engine/pid" 2>/dev/null) || return 0
    say "Stopping the demo's Docker engine."
    as_root kill "$pid" 2>/dev/null || true
    wait_for 300 gone "$pid" || true
}

gone() { [ ! -d "/proc/$1" ]; }

clean() {
    [ -d "$demo" ] || { say "Nothing to remove: there was no demo here."; return; }
    if did_make engine; then
        # Stack, image and swarm are in the engine's own folder. One that was killed has left its
        # containers running: it takes them up again, and ends them.
        if [ -f "$engine/pid" ] && engine_is_gone; then
            step "Docker engine, which was killed: starting it to end what it left" start_engine
        fi
        stop_engine
        unmount_below "$engine"
        step "Docker engine and all in it" as_root rm -rf --one-file-system "$engine"
    else
        answers || fail "The Docker engine does not answer. Start it, then run make demo-clean again."
        ! did_make stack || step "Sample stack" "$root/tests/scripts/stack.sh" down
        ! did_make image || step "Sample image" docker image rm -f hivequake-sample:latest
        ! did_make swarm || step "Swarm" docker swarm leave --force
        ! did_make engine-by-systemd || step "Docker engine" as_root systemctl stop docker docker.socket
    fi
    rm -rf "$demo"
    say "Removed. Packages that were installed stay."
}

"${1:?use: demo.sh up | clean}"
