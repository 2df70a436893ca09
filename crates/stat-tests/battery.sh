#!/bin/bash
# External batteries over the word stream and over interleaved streams; see README.md beside this file for the results.
#   battery.sh dieharder|smallcrush|crush|practrand [ORDER...]
# Tools: `dieharder` (Debian package), `TestU01Drv` (crates.io; TestU01's licence allows non-commercial use), `RNG_test`
# (PractRand). Orders: stream seeds paths ranges blocks (see src/bin/words.rs); all where none is named.
set -euo pipefail
cd "$(dirname "$0")"
battery=${1:?usage: battery.sh dieharder|smallcrush|crush|practrand [ORDER...]}
shift
orders=("$@")
[ ${#orders[@]} -gt 0 ] || orders=(stream seeds paths ranges blocks)

cargo build --quiet --locked --release --package symbreak-stat-tests --bin words
target=$(cargo metadata --locked --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')

run() {
  case $battery in
    dieharder) dieharder -a -g 200 -k 2 -Y 1 ;; # -Y 1: a weak p-value is tried again with more samples
    smallcrush) TestU01Drv --tests SmallCrush ;;
    crush) TestU01Drv --tests Crush ;;
    practrand) RNG_test stdin32 -tlmax 64GB -multithreaded ;;
    *) echo "unknown battery $battery" >&2 && exit 2 ;;
  esac
}

for order in "${orders[@]}"; do
  echo "== $battery, words in order: $order"
  "$target/release/words" "$order" | run || [ "${PIPESTATUS[1]}" -eq 0 ]
done
