#!/bin/bash
# Runs inside the emulated node: a swarm, a service with two replicas behind an ingress port, then
# Hivequake against it. Says what it sees as lines `HQ name value` on the serial console; a file is
# sent as base64 between `HQ-FILE name` and `HQ-FILE-END`.
exec >/dev/ttyS0 2>&1
# Emulated, the engine is slow to answer while containers start.
export HOME=/root HIVEQUAKE_DATA=/var/lib/hivequake HIVEQUAKE_ENGINE_TIMEOUT=60
payload=/payload
hivequake=$payload/bin/hivequake

tell() { printf '\nHQ %s %s\n' "$1" "$2"; }
send() { printf '\nHQ-FILE %s\n' "$1"; base64 "$2"; printf 'HQ-FILE-END\n'; }

# until_true SECONDS command…
until_true() {
    local left=$1
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 1
    done
}

both_run() { [ "$(docker service ls --filter name=web --format '{{.Replicas}}')" = 2/2 ]; }

ip address add 10.0.2.15/24 dev "$(ls /sys/class/net | grep -m 1 -E '^e')" 2>/dev/null
ip link set "$(ls /sys/class/net | grep -m 1 -E '^e')" up
until_true 120 docker info || tell trouble "the engine did not start"
tell engine "$(docker version --format '{{.Server.Version}}')"
tell cgroup "$(docker info --format '{{.CgroupVersion}} {{.CgroupDriver}}')"
docker swarm init --advertise-addr 10.0.2.15 >/dev/null || tell trouble "no swarm"
image=$($payload/tests/scripts/sample.sh image $payload/bin/sample) || tell trouble "no image"
docker service create --quiet --detach --no-resolve-image --name web --replicas 2 \
    --publish 8080:8080 --label hivequake.allow=true --restart-delay 2s \
    "$image" >/dev/null || tell trouble "no service"
until_true 180 both_run || tell trouble "the replicas did not come up"
tell replicas "$(docker service ls --filter name=web --format '{{.Replicas}}')"
until_true 60 curl -sf -m 10 http://127.0.0.1:8080/
tell ingress "$(curl -s -m 10 -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/)"
tell ipvs "$(lsmod | grep -c '^ip_vs ')"

$hivequake doctor >/tmp/doctor.txt 2>/tmp/doctor.err
tell doctor-exit $?
send doctor /tmp/doctor.txt
send doctor-errors /tmp/doctor.err

docker events --since 0s --format '{{json .}}' >/tmp/events.jsonl &
events=$!
$hivequake run $payload/tests/qemu/experiment.yaml --output json >/tmp/report.json 2>/tmp/run.err
tell run-exit $?
sleep 1
kill $events
send report /tmp/report.json
send run-errors /tmp/run.err
grep -E '"Action":"(die|start|kill)"' /tmp/events.jsonl >/tmp/lives.jsonl
send events /tmp/lives.jsonl
tell after "$(docker service ls --filter name=web --format '{{.Replicas}}')"
$hivequake recover >/tmp/recover.txt 2>&1
tell recover-exit $?
tell end ok
sync
