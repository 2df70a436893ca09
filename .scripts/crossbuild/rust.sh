#!/usr/bin/env bash
# Debian's rustc in a folder of its own, for targets whose standard library rustup cannot bring here. A standard
# library must match its compiler, so what is cross-built is built by this compiler; cargo is the machine's.
#   rust.sh             the compiler at .out/crossbuild/rustc
#   rust.sh TARGET...   and a standard library for each target, built from Debian's source package
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Security updates bring a newer compiler than the release had.
apt-get update -qq
newest() { apt-cache depends "$1" | awk -v name="$2" '$2 ~ name { print $2 }' | head -1; }
library=$(newest libstd-rust-web-dev '^libstd-rust-web-[0-9]')
debian_packages "$work/rust" rustc-web rust-web-src libstd-rust-web-dev "$library" "$(newest "$library" '^libllvm')"

cat >"$work/rustc" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH=$work/rust/usr/lib/x86_64-linux-gnu exec $work/rust/usr/bin/rustc "\$@"
WRAPPER
chmod +x "$work/rustc"
"$work/rustc" --version

# build_std TARGET: compiles an empty crate with cargo's -Zbuild-std once and keeps the libraries in the sysroot, so that
# ordinary builds for the target work from then on.
build_std() {
  local target=$1 libraries=$work/rust/usr/lib/rustlib/$1/lib
  [ -d "$libraries" ] && return
  mkdir -p "$work/std/src" "$work/std-home"
  node "$here/vendor.mjs" "$(readlink -f "$work/rust/usr/lib/rustlib/src/rust")/library" "$work/std-vendor"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/std/Cargo.toml"
  touch "$work/std/src/lib.rs"
  printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "%s"\n' "$work/std-vendor" \
    >"$work/std-home/config.toml"
  (cd "$work/std" && env -u CARGO_TARGET_DIR CARGO_HOME="$work/std-home" RUSTC="$work/rustc" RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS="-Cembed-bitcode=yes ${STD_FLAGS:-}" \
    cargo build --quiet -Zbuild-std=std,panic_unwind,panic_abort --release --target "$target" --offline)
  mkdir -p "$libraries"
  find "$work/std/target/$target/release/deps" -name '*.rlib' ! -name 'libempty-*' -exec cp {} "$libraries" \;
}

for target in "$@"; do build_std "$target"; done
