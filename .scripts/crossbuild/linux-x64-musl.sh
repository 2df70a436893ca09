#!/usr/bin/env bash
# linux-x64-musl in Bun's musl build: no musl Node can be had from a registry, so this shows that the addon loads and
# works on musl, not that it was tested in Node on Alpine (the release workflow does that).
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

command -v musl-gcc >/dev/null || apt-get install -y -qq --no-install-recommends musl-tools
export STD_FLAGS='-Ctarget-feature=-crt-static'
"$here/rust.sh" x86_64-unknown-linux-musl

# std asks for libgcc_s: a linker script of that name brings LLVM's unwinder, statically.
debian_packages "$work/unwind" libunwind-19-dev
mkdir -p "$work/musl"
musl-gcc -O2 -fPIC -c "$here/fprintf_chk.c" -o "$work/musl/fprintf_chk.o"
echo "INPUT ( $work/unwind/usr/lib/llvm-19/lib/libunwind.a $work/musl/fprintf_chk.o $(gcc -print-libgcc-file-name) )" \
  >"$work/musl/libgcc_s.so"
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=musl-gcc
addon=$(RUSTC=$work/rustc RUSTFLAGS="-C target-feature=-crt-static -L native=$work/musl" cross_build x86_64-unknown-linux-musl)
cp "$addon" "$work/symbreak.linux-x64-musl.node"
[ "$(readelf -d "$addon" | grep -c NEEDED)" = 1 ]

# Bun wants a musl libstdc++, which is made from Debian's static one.
npm_package @oven/bun-linux-x64-musl@1.4.5 "$work/bun-musl"
npm_package @napi-rs/cross-toolchain-x64-target-x86_64@1.0.0 "$work/toolchain-x64"
[ -d "$work/gcc-x64" ] || { mkdir "$work/gcc-x64" && tar xJf "$work"/toolchain-x64/*.tar.xz -C "$work/gcc-x64"; }
libgcc_eh=$work/gcc-x64/lib/gcc/x86_64-unknown-linux-gnu/4.8.5/libgcc_eh.a
musl-gcc -shared -fPIC -Wl,-soname,libstdc++.so.6 -o "$work/musl/libstdc++.so.6" "$here/fprintf_chk.c" "$here/libstdcxx.c" \
  -Wl,--whole-archive "$(gcc -print-file-name=libstdc++.a)" -Wl,--no-whole-archive "$libgcc_eh" "$(gcc -print-libgcc-file-name)"
prove 'linux-x64-musl (Bun 1.4.5)' "$work/symbreak.linux-x64-musl.node" \
  env LD_LIBRARY_PATH="$work/musl" "$work/bun-musl/bin/bun"
