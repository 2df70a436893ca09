import { open, type FileHandle } from 'node:fs/promises'
import { ioError } from '../../files/io-error.js'
import { boolean, pathOf, readOptions } from '../../validate.js'
import type { Callback, CallbackState, Logs } from './callback.js'

export interface LoggerOptions {
  /** Go on at the end of an existing file instead of replacing it; default false. */
  append?: boolean | undefined
}

/** Writes one row of comma-separated values an epoch, below a row of names (Keras's `CSVLogger`). */
export function csvLogger(path: string, options: LoggerOptions = {}): Callback {
  return new FileLogger('csvLogger', path, options, (row, first) => {
    const line = `${Object.values(row).join(',')}\n`
    return first ? `${Object.keys(row).join(',')}\n${line}` : line
  })
}

/** Writes one JSON object a line and epoch; JSON has no infinite numbers and no NaN, which are written as strings. */
export function jsonlLogger(path: string, options: LoggerOptions = {}): Callback {
  return new FileLogger('jsonlLogger', path, options, (row) => `${JSON.stringify(row, written)}\n`)
}

function written(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** Formats a row; `first` tells that the file is empty. */
type Format = (row: Readonly<Record<string, number>>, first: boolean) => string

class FileLogger implements Callback {
  readonly name: string
  readonly #path: string
  readonly #append: boolean
  readonly #format: Format
  #file: FileHandle | undefined
  /** Bytes to keep: what was there to append to, and the rows of epochs that are done. */
  #length = 0
  /** Bytes of the whole lines that were there. */
  #there = 0

  constructor(name: string, path: string, options: LoggerOptions, format: Format) {
    this.name = name
    this.#path = pathOf(path)
    this.#append = boolean(readOptions(options, ['append'])['append'] ?? false, 'append')
    this.#format = format
  }

  async onTrainBegin(): Promise<void> {
    await this.#io(async () => {
      this.#file = await open(this.#path, 'a+')
      this.#there = await this.#lines(this.#file)
      this.#length = this.#append ? this.#there : 0
    })
  }

  /** Bytes of the file's whole lines: a writer that was killed may have left half of one. */
  async #lines(file: FileHandle): Promise<number> {
    return (await file.readFile()).lastIndexOf('\n') + 1
  }

  /** Cuts off what is not to be kept, such as rows written after the checkpoint of a resumed run; adds a row. */
  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const text = this.#format({ epoch, ...logs }, this.#length === 0)
    await this.#io(async () => {
      await this.#file?.truncate(this.#length)
      await this.#file?.appendFile(text)
    })
    this.#length += Buffer.byteLength(text)
  }

  async onTrainEnd(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await this.#io(async () => file?.close())
  }

  getState(): CallbackState {
    return { values: { length: this.#length } }
  }

  setState({ values }: CallbackState): void {
    // The file may have been moved or cut since.
    this.#length = Math.min(Number(values['length']), this.#there)
  }

  async #io(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw ioError(`cannot write ${this.#path}`, error)
    }
  }
}
