import { stripVTControlCharacters } from 'node:util'

/** Adds up the numbers of every match of `pattern` (one group) in `text`. */
function sum(text, pattern) {
  return [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0)
}

/**
 * Tests that a check ran, from the closing lines of cargo test and ava. A check that reports no tests (a linter)
 * counts as one, and a failed check has at least one failure whatever it printed.
 */
export function countTests({ code, output = '', skipped }) {
  if (skipped !== undefined) return { passed: 0, failed: 0, skipped: 1 }
  const text = stripVTControlCharacters(output)
  const passed = sum(text, /^test result: \w+\. (\d+) passed/gm) + sum(text, /^\s*(\d+) tests? passed$/gm)
  const reported =
    sum(text, /^test result: \w+\. \d+ passed; (\d+) failed/gm) + sum(text, /^\s*(\d+) tests? failed$/gm)
  const failed = code === 0 ? 0 : Math.max(reported, 1)
  const ignored = sum(text, /(\d+) ignored;/g) + sum(text, /^\s*(\d+) tests? skipped$/gm)
  return { passed: passed + failed === 0 ? 1 : passed, failed, skipped: ignored }
}
