#!/usr/bin/env bash
# The parts of `make test` and how they are counted. A part that fails does not keep the others
# from running. The last line is `N passed, N failed` over all parts, and the exit code says the same.
source "$(dirname "$0")/common.sh"

passed=0
failed=0
notes=()

all() {
    begin
    step "Rust" need_rust
    step "Node.js and what comes from npm" need_npm_packages
    lint_parts
    fast_parts
    part "Web pages" bundle --budget
    part "Lab" build_server
    if [ "$(id -u)" = 0 ]; then
        step "Docker, for throw-away engines" need_docker
        step "Chromium" need chromium=chromium
        swarm_parts
    else
        skip "end-to-end, browser and Debian 13 node: they start engines of their own, which needs root"
    fi
    end
}

fast() {
    begin
    fast_parts
    end
}

lint() {
    begin
    lint_parts
    end
}

lint_parts() {
    part "Formatting" cargo fmt --all --check
    part "Lints" cargo clippy --quiet --workspace --exclude frontend --all-targets -- -D warnings
    part "Lints, browser half" cargo clippy --quiet -p frontend --lib --target wasm32-unknown-unknown -- -D warnings
    if ! have cargo-deny; then
        skip "dependencies: cargo-deny is not installed (cargo install cargo-deny)"
        return
    fi
    part "Dependencies" cargo deny --log-level error check bans licenses sources
    if cargo deny --log-level off fetch db 2>/dev/null; then
        part "Advisories" cargo deny --log-level error check advisories
    else
        skip "advisories: the database of RustSec cannot be reached"
    fi
}

fast_parts() {
    part "Unit, property and store tests" cargo test --quiet -p app -p server -p sample --features app/ssr
    part "Bundler" cargo test --quiet -p frontend --bins
    part "Harness" cargo test --quiet -p hivequake-tests --lib
}

swarm_parts() {
    "$root/tests/scripts/engine.sh" sweep
    export HIVEQUAKE_BIN=$target/debug/hivequake HIVEQUAKE_MUST_RUN=1
    part "The swarm room on a real engine" swarm_room
    part "End to end on a real swarm" cargo test --quiet -p hivequake-tests --test e2e
    part "In a real browser" cargo test --quiet -p hivequake-tests --test browser
    part "On a stock Debian 13 node, emulated" cargo test --quiet -p hivequake-tests --test debian13
    "$root/tests/scripts/engine.sh" sweep
}

# The server's own tests of its swarm room, on engines that are theirs alone: one that they may
# restart, and one in no swarm.
swarm_room() {
    local name=hq-test-$$-room engine=$root/tests/scripts/engine.sh lone image
    lone=$("$engine" up "$name-lone" $$)
    DOCKER_HOST=$("$engine" up "$name" $$)
    export DOCKER_HOST
    docker swarm init --advertise-addr 127.0.0.1
    image=$("$root/tests/scripts/sample.sh" image)
    HIVEQUAKE_TEST_HOST=$DOCKER_HOST HIVEQUAKE_TEST_IMAGE=$image \
        HIVEQUAKE_TEST_RESTART="'$engine' stop '$name' && '$engine' start '$name' >/dev/null" \
        HIVEQUAKE_TEST_NO_SWARM_HOST=$lone \
        cargo test --quiet -p server --test swarm_real -- --test-threads=1
    "$engine" down "$name"
    "$engine" down "$name-lone"
}

bench() {
    [ "$(id -u)" = 0 ] || fail "The figures are taken on an engine of their own, which needs root: sudo make bench"
    step "Rust" need_rust
    step "Docker, for a throw-away engine" need_docker
    step "What the pages are made with" need_npm_packages
    step "Web pages" bundle
    step "Lab and instruments, optimized" cargo build --quiet --release -p server -p hivequake-bench
    HIVEQUAKE_BIN=$target/release/hivequake "$target/release/bench"
}

begin() {
    cd "$root"
    begun=$EPOCHREALTIME
    mkdir -p "$log_dir"
    trap '"$root/tests/scripts/engine.sh" sweep || true' EXIT
    trap 'exit 130' INT TERM
}

# part "name" command…: shows its output, counts what it counts; a part that does not count is one.
part() {
    local name=$1 start=$EPOCHREALTIME log code good bad
    shift
    log=$log_dir/part.log
    say "
== $name"
    set +e
    (set -e; "$@") </dev/null 2>&1 | tee "$log"
    code=$((PIPESTATUS[0] > 0))
    set -e
    read -r good bad < <(counted "$log")
    if [ $((good + bad)) = 0 ]; then good=$((1 - code)) bad=$code
    elif [ "$code" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    passed=$((passed + good)) failed=$((failed + bad))
    [ "$bad" = 0 ] || notes+=("failed: $name")
    printf -- '-- %s: %s passed, %s failed, %.1f s\n' "$name" "$good" "$bad" "$(since "$start")"
}

counted() {
    awk '/^test result:/ { for (i = 2; i <= NF; i++) {
            if ($i ~ /^passed/) good += $(i - 1)
            if ($i ~ /^failed/) bad += $(i - 1) } }
        END { print good + 0, bad + 0 }' "$1"
}

skip() { notes+=("SKIPPED $1"); say "
== SKIPPED $1"; }

end() {
    printf '\nAll parts: %.0f s\n' "$(since "$begun")"
    [ ${#notes[@]} = 0 ] || printf '  %s\n' "${notes[@]}"
    say "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}

"${1:?use: test.sh all | fast | lint | bench}"
