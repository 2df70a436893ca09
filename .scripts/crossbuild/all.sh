#!/usr/bin/env bash
# `npm run prove:platforms`: every proof in turn; the table of results is .out/crossbuild/results.md.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rm -f "$work/results.md" "$work/reference.json"
failed=0
for proof in linux-x64-gnu linux-arm64-gnu linux-x64-musl win32-x64; do
  echo "# $proof"
  "$here/$proof.sh" || failed=1
done
cat "$work/results.md"
exit $failed
