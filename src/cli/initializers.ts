import { initializer, type Initializer } from '../index.js'
import { UsageError } from './exit.js'

/** The parameter that a single number stands for, by the initializer's class. */
const MAIN_PARAMETER: Readonly<Record<string, string>> = {
  Constant: 'value',
  RandomNormal: 'stddev',
  TruncatedNormal: 'stddev',
  VarianceScaling: 'scale',
  Orthogonal: 'gain',
  Identity: 'gain',
}

/**
 * Reads an initializer as the command line writes it: a name in any spelling, with parameters in parentheses, either
 * `name=value` pairs or one number for the class's main parameter: `heNormal`, `randomNormal(1)`,
 * `randomUniform(minval=-0.1, maxval=0.1)`.
 */
export function parseInitializer(text: string): Initializer {
  const [, name, inside] = /^([^()]+)(?:\(([^()]*)\))?$/.exec(text.trim()) ?? []
  if (name === undefined)
    throw new UsageError(
      `cannot read the initializer ${JSON.stringify(text)}: write name or name(parameters)`,
    )
  return initializer({ class_name: name, config: inside?.trim() ? parameters(name, inside) : {} })
}

function parameters(name: string, text: string): Record<string, number | string> {
  const config: Record<string, number | string> = {}
  for (const part of text.split(',')) {
    const [first = '', second] = part.split('=').map((side) => side.trim())
    const key = second === undefined ? mainParameter(name) : first
    if (key === undefined) throw new UsageError(`${name} has no main parameter: write ${text} as name=value`)
    config[key] = value(second ?? first)
  }
  return config
}

function mainParameter(name: string): string | undefined {
  try {
    return MAIN_PARAMETER[initializer(name).className]
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_UNKNOWN_INITIALIZER') throw error
    // Those that can't do without parameters need them by name.
    return undefined
  }
}

function value(text: string): number | string {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
