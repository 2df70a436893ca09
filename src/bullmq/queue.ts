/** What producers and workers agree on: names, the form of a job, and how an error crosses the queue. */
import { UnrecoverableError, type ConnectionOptions } from 'bullmq'
import { plainError, type ErrorCode, wrongType } from '../errors.js'
import type { Json } from '../initializers/types.js'

/** Where the queue is. */
export interface QueueOptions {
  /** Redis: `{ host, port, password, ... }`, or a client as BullMQ takes it. */
  connection: ConnectionOptions
  /** The queue's name; default 'symbreak'. */
  queue?: string | undefined
  /** Prefix of all its keys in Redis; default BullMQ's. */
  prefix?: string | undefined
}

export const QUEUE_OPTIONS = ['connection', 'queue', 'prefix'] as const

/** What BullMQ calls are given. */
export interface Queueing {
  readonly name: string
  readonly options: { readonly connection: ConnectionOptions; readonly prefix?: string }
}

/** @throws `ERR_INVALID_ARGUMENT` */
export function checkQueue({ connection, queue = 'symbreak', prefix }: Record<string, unknown>): Queueing {
  if (typeof connection !== 'object' || connection === null) {
    throw wrongType('connection', 'an object', connection)
  }
  for (const [name, value] of [
    ['queue', queue],
    ['prefix', prefix ?? 'bull'],
  ] as const) {
    if (typeof value === 'string' && value !== '' && !value.includes(':')) continue
    throw wrongType(name, "a string without ':'", value)
  }
  const options = prefix === undefined ? {} : { prefix: prefix as string }
  return { name: queue as string, options: { connection: connection as ConnectionOptions, ...options } }
}

/** A job as it lies in the queue. Its id is the batch's, '-', and its number. */
export interface QueuedJob {
  readonly batch: string
  readonly index: number
  readonly kind: string
  readonly shared: Json
  readonly item: Json
  /** Set when the job was called off while a worker had it. */
  readonly calledOff?: true
}

export const jobIdOf = (batch: string, index: number): string => `${batch}-${index}`

/** Name of the event by which a producer calls the workers off a batch. */
export const CANCEL = 'symbreak-cancel'

/** Why a job failed that was stopped: no fault of its own, so a run that still wants it puts it into the queue again. */
export const CALLED_OFF = 'symbreak-called-off'

/** Refusals that another attempt may escape: a full disk, no memory. */
const TRANSIENT: readonly unknown[] = ['ERR_IO', 'ERR_OUT_OF_MEMORY', undefined]

/** An error as a worker throws it to BullMQ, which keeps nothing but the message. */
export function packError(error: unknown): Error {
  const { code, message = String(error) } = (error ?? {}) as { code?: unknown; message?: string }
  const text = typeof code === 'string' ? `${code}: ${message}` : message
  return TRANSIENT.includes(code) ? new Error(text, { cause: error }) : new UnrecoverableError(text)
}

/** The error that a failed job's reason tells of. */
export function unpackError(reason: string, job: string): Error {
  const [, code = 'ERR_INTERNAL', message] = /^(ERR_[A-Z_]+): (.*)$/s.exec(reason) ?? [
    undefined,
    undefined,
    reason,
  ]
  return plainError(code as ErrorCode, `job ${job} failed: ${message}`)
}

/** The refusal of a connection. */
export function noRedis(cause: unknown): Error {
  return plainError('ERR_IO', `cannot reach Redis: ${(cause as Error).message}`, { cause })
}
