interface ProcessLike {
  readonly env?: Record<string, string | undefined>
}

/** An environment variable, or undefined where there is no environment. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: ProcessLike }
  try {
    return process?.env?.[name]
  } catch {
    // Some runtimes let programs see only what they were allowed to.
    return undefined
  }
}
