#!/usr/bin/env bash
# The sample stack on the engine that DOCKER_HOST names: `up IMAGE-ID` deploys it and waits until
# every task runs, `down` removes it and waits until nothing of it is left.
source "$(dirname "$0")/common.sh"

up() {
    SAMPLE_IMAGE=$1 docker stack deploy --resolve-image never \
        --compose-file "$root/tests/fixtures/stack.yml" neotix
    settled || fail "The sample stack did not come up in 90 s. See: docker stack ps --no-trunc neotix"
}

# Every service has as many running tasks as it wants.
settled() {
    local left=450
    while docker stack services neotix --format '{{.Replicas}}' |
        awk -F '[/ ]' '$1 != $2 { short = 1 } END { exit !(short || NR < 4) }'; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.2
    done
}

down() {
    docker stack rm neotix
    local left=300
    while [ -n "$(of_stack ps -aq)$(of_stack network ls -q)" ]; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "The sample stack is not gone after 60 s."
        sleep 0.2
    done
}

of_stack() { docker "$@" --filter label=com.docker.stack.namespace=neotix; }

"${1:?use: stack.sh up IMAGE-ID | down}" "${@:2}"
