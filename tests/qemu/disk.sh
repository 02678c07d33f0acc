#!/usr/bin/env bash
# Makes the disk of the Debian 13 node, its kernel and its initramfs in the folder given: half a
# minute, once. The finished disk appears under its name only when it is whole.
source "$(dirname "$0")/../scripts/common.sh"

here=$root/tests/qemu
packages=systemd-sysv,dbus,docker.io,docker-cli,iptables,iproute2,kmod,procps,ca-certificates,curl,linux-image-cloud-amd64
node=${1:?use: disk.sh FOLDER}

build() {
    need qemu-system-x86_64=qemu-system-x86 mmdebstrap=mmdebstrap mke2fs=e2fsprogs \
        busybox=busybox-static cpio=cpio depmod=kmod xz=xz-utils zstd=zstd
    [ "$(id -u)" = 0 ] || fail "Making the disk of the Debian 13 node needs root."
    rm -rf "$(dirname "$node")"/trixie-*
    mkdir -p "$node/root"
    mmdebstrap --variant=minbase --include="$packages" trixie "$node/root.tar" http://deb.debian.org/debian
    tar -C "$node/root" -xf "$node/root.tar" --exclude='./dev/*'
    prepare "$node/root"
    initramfs "$node/root" "$node/initrd.gz"
    cp "$node"/root/boot/vmlinuz-* "$node/vmlinuz"
    truncate -s 8G "$node/new.img"
    mke2fs -q -t ext4 -d "$node/root" "$node/new.img"
    rm -rf "$node/root" "$node/root.tar"
    mv "$node/new.img" "$node/disk.img"
}

prepare() {
    depmod -b "$1" "$(version "$1")"
    install -m 644 "$here/hivequake-test.service" "$1/etc/systemd/system/"
    ln -s ../hivequake-test.service "$1/etc/systemd/system/multi-user.target.wants/"
    ln -s /dev/null "$1/etc/systemd/system/serial-getty@ttyS0.service"
    ln -s /dev/null "$1/etc/systemd/system/apt-daily.timer"
    mkdir -p "$1/payload"
    echo hive >"$1/etc/hostname"
    printf '127.0.0.1 localhost hive\n' >"$1/etc/hosts"
}

version() { basename "$1"/lib/modules/*; }

# Just enough to find the disk; the cloud kernel has ext4 built in.
initramfs() {
    local from=$1 to=$2 work module file order=0
    work=$(mktemp -d)
    mkdir -p "$work"/{bin,dev,proc,root,modules}
    cp "$(command -v busybox)" "$work/bin/busybox"
    for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk; do
        file=$(find "$from/lib/modules" -name "$module.ko*" | head -n 1)
        [ -n "$file" ] || continue
        order=$((order + 1))
        case $file in
            *.xz) xz -dc "$file" ;;
            *.zst) zstd -qdc "$file" ;;
            *) cat "$file" ;;
        esac >"$work/modules/$order-$module.ko"
    done
    cat >"$work/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for module in /modules/*; do /bin/busybox insmod $module; done
until [ -b /dev/vda ]; do /bin/busybox sleep 0.2; done
/bin/busybox mount -t ext4 /dev/vda /root
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root /sbin/init
INIT
    chmod +x "$work/init"
    (cd "$work" && find . | cpio -o -H newc --quiet | gzip -1 >"$to")
    rm -rf "$work"
}

build
