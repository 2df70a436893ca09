import { packageVersion } from '../version.js'
import { defaultEngine, nativeEngine } from './select.js'
import { jsEngine } from './js/index.js'

/** What does the work on this machine, and why not the native engine where it doesn't. */
export interface SystemInfo {
  /** This package's version. */
  version: string
  /** The engine that `engine: 'auto'` uses for more than a handful of values. */
  engine: 'native' | 'js'
  /** The instruction set in use. */
  kernel: string
  /** The instruction sets that this CPU can run. */
  kernels: string[]
  /** Default number of threads. */
  threads: number
  /** Operating system and CPU architecture. */
  platform: string
  /** Why the native engine did not load. */
  nativeError?: string
}

interface ProcessLike {
  readonly platform?: string
  readonly arch?: string
}

/** Tells which engine and kernel do the work, with how many threads, and why native did not load. */
export function systemInfo(): SystemInfo {
  const native = nativeEngine()
  const missing = native instanceof Error
  const engine = missing || defaultEngine() === 'js' ? jsEngine : native
  const { process } = globalThis as { process?: ProcessLike }
  return {
    version: packageVersion,
    engine: engine.name,
    kernel: engine.kernel,
    kernels: [...engine.kernels],
    threads: engine.threads,
    platform:
      process?.platform === undefined ? 'unknown' : `${process.platform}-${process.arch ?? 'unknown'}`,
    ...(missing ? { nativeError: describe(native) } : {}),
  }
}

/** An error and its chain of causes on one line each. */
function describe(error: Error): string {
  const lines: string[] = []
  for (let e: unknown = error; e instanceof Error && lines.length < 8; e = e.cause) lines.push(e.message)
  return lines.join('\n')
}
