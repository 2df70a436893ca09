#!/usr/bin/env bash
# `npm run lint:workflows`: GitHub's schema and zizmor's audits (pinned actions, least permissions, injections), offline.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.out/workflow-linters
[ -d "$venv" ] || { python3 -m venv "$venv"; "$venv/bin/pip" install --quiet zizmor==1.32.0 check-jsonschema; }
"$venv/bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml
"$venv/bin/zizmor" --offline --persona=pedantic .github/workflows
