#!/usr/bin/env bash
# `npm run sanitize`: the Rust tests under AddressSanitizer and ThreadSanitizer (nightly), the tests of the addon in a
# Node that has an AddressSanitizer build of it, and the crates' tests under valgrind, whose processor has the scalar
# path and vectors up to AVX2. On demand, not part of `npm test`:
# it builds everything four times. Arguments choose steps: address, thread, addon, valgrind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=x86_64-unknown-linux-gnu
folder=$PWD/.out/sanitize
crates=(--package symbreak-rng --package symbreak-samplers --package symbreak-linalg --package symbreak-init
  --package symbreak-train --package symbreak-checkpoint)
# Properties are proved by `npm test`; here every path is run, and fewer cases do that.
export PROPTEST_CASES=${PROPTEST_CASES:-16}

# with_sanitizer NAME CARGO-ARGUMENT...: std itself is not instrumented without its sources, hence the ABI exception;
# races and bad accesses of our own code are still seen.
with_sanitizer() {
  echo "# $1 sanitizer: cargo ${*:2}"
  RUSTFLAGS="-Zsanitizer=$1 -Cunsafe-allow-abi-mismatch=sanitizer" CARGO_TARGET_DIR=$folder/$1 \
    cargo +nightly "${@:2}" --quiet --locked --target "$target"
}

# Tests ask for more memory than there is: that is an answer, not a fault.
address() {
  ASAN_OPTIONS=detect_leaks=${DETECT_LEAKS:-1}:allocator_may_return_null=1 with_sanitizer address test --lib --tests "${crates[@]}"
}

# What it can't follow inside rayon and std's channels ends a program with a failure: the others still run.
thread() {
  TSAN_OPTIONS=allocator_may_return_null=1 with_sanitizer thread test --no-fail-fast --lib --tests \
    --package symbreak-init --package symbreak-train --package symbreak-linalg --package symbreak-checkpoint
}

# The runtime has to be in the process before the addon is: gcc's, whose interface is the same. Node's own memory is
# not looked at, and leaks are the matter of `npm run soak`.
addon() {
  with_sanitizer address build --package symbreak-node
  NAPI_RS_NATIVE_LIBRARY_PATH=$folder/symbreak.asan.node
  cp "$folder/address/$target/debug/libsymbreak_node.so" "$NAPI_RS_NATIVE_LIBRARY_PATH"
  export NAPI_RS_NATIVE_LIBRARY_PATH SYMBREAK_REQUIRE_NATIVE=1
  local specs
  specs=$(ls __test__/*.spec.ts | grep -v -e packaging -e memory -e readme -e bullmq -e types)
  # shellcheck disable=SC2086
  LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:abort_on_error=1:allocator_may_return_null=1 \
    node_modules/.bin/ava --timeout=10m $specs
}

valgrind() {
  echo '# valgrind'
  command -v valgrind >/dev/null || apt-get install -y -qq --no-install-recommends valgrind
  CARGO_TARGET_DIR=$folder/valgrind cargo test --quiet --locked --no-run --message-format=json \
    --lib --tests "${crates[@]}" |
    node -e 'for (const line of require("fs").readFileSync(0, "utf8").split("\n")) { const { executable } = JSON.parse(line || "{}"); if (executable) console.log(executable) }' |
    while read -r binary; do command valgrind --quiet --error-exitcode=1 "$binary" --quiet; done
}

mkdir -p "$folder"
[ $# -gt 0 ] || set -- address thread addon valgrind
for step in "$@"; do "$step"; done
