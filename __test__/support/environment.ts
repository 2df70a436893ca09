/** What a test needs of the machine beside Node: rights, servers, other languages' packages. */
import type { ExecutionContext } from 'ava'

/** `SYMBREAK_REQUIRE=all`: nothing may be left out because the machine lacks something. */
export const requireAll = process.env['SYMBREAK_REQUIRE'] === 'all'

/** Ends a test, or its rest, that can't run here: the log says why, and where all is required that is a failure. */
export function cannotRun(t: ExecutionContext, reason: string): void {
  if (requireAll) return void t.fail(`${reason}, and SYMBREAK_REQUIRE is all`)
  t.log(`not tested: ${reason}`)
  t.pass()
}
