import { rangeError } from '../errors.js'
import { boolean, finite, integer, nonNegative, oneOf, positive } from '../validate.js'
import type { Param } from './definition.js'

type Reader<T> = (value: unknown, argument: string) => T

function param<T>(read: Reader<T>, fallback: T | undefined): Param<T> {
  return fallback === undefined ? { read } : { read, fallback }
}

/** A finite number. */
export const real = (fallback?: number): Param<number> => param(finite, fallback)

/** A number >= 0. */
export const atLeastZero = (fallback?: number): Param<number> => param(nonNegative, fallback)

/** A number > 0. */
export const aboveZero = (fallback?: number): Param<number> => param(positive, fallback)

/** An integer in [low, high]. */
export const whole = (low: number, fallback?: number, high?: number): Param<number> =>
  param((value, argument) => integer(value, argument, low, high), fallback)

/** `true` or `false`. */
export const flag = (fallback: boolean): Param<boolean> => param(boolean, fallback)

/** A parameter that may be left out or null. */
export function optional<T>({ read }: Param<T>): Param<T | null> {
  return { read: (value, argument) => (value === null ? null : read(value, argument)), fallback: null }
}

/** A parameter for which null is a value of its own. */
export function nullable<T>({ read, fallback }: Param<T>): Param<T | null> {
  return {
    nullable: true,
    read: (value, argument) => (value === null ? null : read(value, argument)),
    ...(fallback !== undefined && { fallback }),
  }
}

/** One of a few words, in snake_case or camelCase; `synonyms` maps further words to them. */
export function word<const T extends string>(
  words: readonly T[],
  fallback?: T,
  synonyms: Readonly<Record<string, T>> = {},
): Param<T> {
  return param((value, argument) => {
    const name = typeof value === 'string' ? snakeCase(value) : ''
    const known = Object.hasOwn(synonyms, name) ? synonyms[name] : words.find((each) => each === name)
    return known ?? oneOf(value, argument, words)
  }, fallback)
}

/** 'fanIn' as 'fan_in'. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/**
 * Reads the parameters of a definition from options, whose names may be in camelCase or snake_case.
 *
 * @throws `ERR_INVALID_ARGUMENT` for a missing one, or one given in both spellings
 */
export function readParams<P extends object>(
  params: { readonly [K in keyof P]-?: Param<P[K]> },
  options: Readonly<Record<string, unknown>>,
): P {
  const entries = Object.entries(params) as [string, Param<unknown>][]
  return Object.fromEntries(entries.map(([name, param]) => [name, readParam(name, param, options)])) as P
}

function readParam(
  name: string,
  { read, fallback, nullable: takesNull }: Param<unknown>,
  options: Readonly<Record<string, unknown>>,
): unknown {
  const snake = snakeCase(name)
  if (name !== snake && options[name] !== undefined && options[snake] !== undefined) {
    throw rangeError('ERR_INVALID_ARGUMENT', `${name} is given twice, also as ${snake}`)
  }
  const value = options[name] === undefined ? options[snake] : options[name]
  const given = value !== undefined && (value !== null || takesNull)
  return given || fallback === undefined ? read(value, name) : fallback
}
