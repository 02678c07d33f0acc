#!/usr/bin/env bash
# A stock Debian 13 node (Docker 26.1, cgroup v2, systemd, ip_vs), emulated by QEMU with no
# acceleration. It is some ten times slower than the machine: behaviour is proven there, never a
# time. Its network ends at QEMU.
#
#   node.sh HIVEQUAKE      boots it with that binary and the sample; prints the serial console
source "$(dirname "$0")/../scripts/common.sh"

here=$root/tests/qemu
# Another recipe is another disk.
node=$target/qemu/trixie-$(cat "$here/disk.sh" "$here/hivequake-test.service" | sha256sum | cut -c1-12)

# The second disk: what is tried on the node this time.
payload() {
    local work=$1 binary=$2
    mkdir -p "$work/payload/tests" "$work/payload/bin"
    cp -r "$root/tests/scripts" "$root/tests/qemu" "$work/payload/tests/"
    # Without its debug information: every byte is read by an emulated machine.
    strip --strip-debug -o "$work/payload/bin/hivequake" "$binary"
    cp "$("$root/tests/scripts/sample.sh" build)" "$work/payload/bin/sample"
    truncate -s 1G "$work/payload.img"
    mke2fs -q -t ext4 -d "$work/payload" "$work/payload.img"
    rm -rf "$work/payload"
}

run() {
    local binary=$1 work
    [ -f "$node/disk.img" ] || "$here/disk.sh" "$node" >&2
    work=$(mktemp -d "$target/qemu/run-XXXXXX")
    # shellcheck disable=SC2064 # the folder's name now, not then
    trap "rm -rf '$work'" EXIT
    payload "$work" "$binary"
    timeout --signal=KILL 900 qemu-system-x86_64 -accel tcg,thread=multi,tb-size=512 -cpu max \
        -smp 2 -m 3072 -kernel "$node/vmlinuz" -initrd "$node/initrd.gz" \
        -append 'console=ttyS0 panic=-1 quiet mitigations=off rw systemd.show_status=false' \
        -drive file="$node/disk.img",if=virtio,format=raw,snapshot=on \
        -drive file="$work/payload.img",if=virtio,format=raw,snapshot=on \
        -nic user,model=virtio-net-pci,restrict=on -nographic -no-reboot -serial stdio -monitor none \
        </dev/null
}

run "${1:?use: node.sh HIVEQUAKE}"
