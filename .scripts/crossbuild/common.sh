# Sourced by every script here: folders, downloads, and the check that an addon gives the right bits on a host.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
work=$repository/.out/crossbuild
program=$repository/__test__/packaging/programs/work.mjs
mkdir -p "$work"

# npm_package NAME@VERSION FOLDER: unpacks a package, whatever platform it says it is for.
npm_package() {
  [ -e "$2/package.json" ] && return
  mkdir -p "$2"
  local tarball
  tarball=$(cd "$work" && npm pack --silent "$1")
  tar xzf "$work/$tarball" -C "$2" --strip-components=1
  rm "$work/$tarball"
}

# debian_packages FOLDER NAME...: downloads and unpacks Debian packages without installing them.
debian_packages() {
  local folder=$1
  shift
  [ -e "$folder/.complete" ] && return
  mkdir -p "$folder" "$folder.debs"
  (cd "$folder.debs" && apt-get download -qq "$@")
  for package in "$folder.debs"/*.deb; do dpkg -x "$package" "$folder"; done
  rm -r "$folder.debs"
  touch "$folder/.complete"
}

# cross_build TARGET: builds the addon with cargo and the linker and compiler flags in the environment; prints its path.
cross_build() {
  local target=$1
  CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$work/target} cargo build --quiet --release --locked \
    --manifest-path "$repository/Cargo.toml" --package symbreak-node --target "$target" >&2
  ls "${CARGO_TARGET_DIR:-$work/target}/$target/release/"{libsymbreak_node.so,symbreak_node.dll} 2>/dev/null || true
}

# prove LABEL ADDON NODE...: runs the programs on a host with this addon, compares the digests of the work with those of
# the TypeScript engine on this machine's Node and the grid's with golden.json, and adds a line to the table.
prove() {
  local label=$1 addon=$2
  shift 2
  # Inside the repository, so that 'symbreak' is this package.
  "$repository/node_modules/.bin/esbuild" "$here/golden.ts" --bundle --format=esm --platform=node --external:symbreak \
    --log-level=warning --outfile="$work/golden.mjs"
  [ -e "$work/reference.json" ] || SYMBREAK_ENGINE=js node "$program" >"$work/reference.json"
  export NAPI_RS_NATIVE_LIBRARY_PATH=$addon SYMBREAK_ENGINE=native
  { "$@" "$program" >"$work/answer.json" && "$@" "$work/golden.mjs" >"$work/grid.json"; } 2>"$work/errors.txt" ||
    { cat "$work/errors.txt" >&2; echo "$label: the program failed" >&2; return 1; }
  node "$here/compare.mjs" "$label" "$work/reference.json" "$work/answer.json" "$work/grid.json" |
    tee -a "$work/results.md"
  unset NAPI_RS_NATIVE_LIBRARY_PATH SYMBREAK_ENGINE
}
