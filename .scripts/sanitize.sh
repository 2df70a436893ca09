#!/usr/bin/env bash
# `npm run sanitize`: the Rust tests under AddressSanitizer and ThreadSanitizer (nightly), and the scalar path under
# valgrind. On demand, not part of `npm test`: it builds everything three times.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=x86_64-unknown-linux-gnu
crates=(--package symbreak-rng --package symbreak-samplers --package symbreak-linalg --package symbreak-init
  --package symbreak-train --package symbreak-checkpoint)

sanitized() {
  echo "# $1"
  RUSTFLAGS="-Zsanitizer=$1 ${2:-}" CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/$1 \
    cargo +nightly test --quiet --locked --target "$target" --lib --tests "${@:3}"
}
# leak detection traces the process, which containers may refuse.
ASAN_OPTIONS=detect_leaks=${DETECT_LEAKS:-1} sanitized address '' "${crates[@]}"
# std itself is not instrumented without its sources, hence the ABI exception; races in our own code are still seen.
sanitized thread -Cunsafe-allow-abi-mismatch=sanitizer --package symbreak-init --package symbreak-train

echo '# valgrind'
command -v valgrind >/dev/null || apt-get install -y -qq --no-install-recommends valgrind
cargo test --quiet --locked --no-run --message-format=json --package symbreak-rng --package symbreak-samplers --lib |
  node -e 'for (const line of require("fs").readFileSync(0, "utf8").split("\n")) { const { executable } = JSON.parse(line || "{}"); if (executable) console.log(executable) }' |
  while read -r binary; do valgrind --quiet --error-exitcode=1 "$binary" --quiet scalar; done
