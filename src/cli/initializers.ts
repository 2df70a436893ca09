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
  const plain = initializer(name)
  if (inside === undefined || inside.trim() === '') return plain
  return initializer({ class_name: plain.className, config: parameters(plain.className, inside) })
}

function parameters(className: string, text: string): Record<string, number | string> {
  const config: Record<string, number | string> = {}
  for (const part of text.split(',')) {
    const [first = '', second] = part.split('=').map((side) => side.trim())
    const key = second === undefined ? MAIN_PARAMETER[className] : first
    if (key === undefined)
      throw new UsageError(`${className} has no main parameter: write ${text} as name=value`)
    config[key] = value(second ?? first)
  }
  return config
}

function value(text: string): number | string {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
