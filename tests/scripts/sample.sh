#!/usr/bin/env bash
# The sample service: `build` prints where the static binary is, `image` loads it into the engine
# that DOCKER_HOST names and prints the image's id. No registry and no image builder is asked.
source "$(dirname "$0")/common.sh"

# Flags of its own need a target folder of their own, or everything else would be built again.
build() {
    local host
    host=$(rustc -vV | sed -n 's/^host: //p')
    (cd "$root" && RUSTFLAGS='-C target-feature=+crt-static' cargo build --quiet --release \
        -p sample --target "$host" --target-dir "$target/sample") >&2
    printf '%s\n' "$target/sample/$host/release/sample"
}

image() {
    local binary=${1:-$(build)}
    tar -C "$(dirname "$binary")" --mtime=@0 --owner=0 --group=0 --numeric-owner --sort=name -cf - sample |
        docker import \
            --change 'ENTRYPOINT ["/sample"]' \
            --change 'EXPOSE 8080' \
            --change 'HEALTHCHECK --interval=5s --timeout=3s --retries=3 CMD ["/sample", "health"]' \
            - hivequake-sample:latest
}

"${1:?use: sample.sh build | image [binary]}" "${@:2}"
