/** Things of other realms: of the classes of another frame or vm context no `instanceof` knows anything. */

const getter = (of: object, name: PropertyKey) => Object.getOwnPropertyDescriptor(of, name)?.get

const tagOf = getter(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag)

const KINDS = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, Uint32Array }

/** The kind of a real typed array of any realm ('Float32Array', ...), undefined for everything else. */
export function arrayKind(value: unknown): string | undefined {
  return tagOf?.call(value) as string | undefined
}

/** Whether a value is a typed array of numbers, halves included, of any realm. */
export function isNumbers(value: unknown): value is ArrayBufferView & ArrayLike<number> {
  return /^(?!Big).*Array$/.test(arrayKind(value) ?? '')
}

/** Whether an array's memory is gone: transferred, or shrunk by who resized it. */
export function isLost(array: ArrayBufferView): boolean {
  try {
    // What searches memory that is gone throws.
    Uint8Array.prototype.includes.call(array as Uint8Array, 0, Infinity)
    return false
  } catch {
    return true
  }
}

/** A typed array of another realm as this realm's, on the same memory; everything else as it is. */
export function ownArray(value: unknown): unknown {
  const kind = arrayKind(value)
  if (kind === undefined || !Object.hasOwn(KINDS, kind)) return value
  const Own = KINDS[kind as keyof typeof KINDS]
  if (value instanceof Own) return value
  const { buffer, byteOffset, length } = value as { buffer: ArrayBuffer; byteOffset: number; length: number }
  // There are no views of memory that is gone.
  return isLost(value as ArrayBufferView) ? value : new Own(buffer, byteOffset, length)
}

/** What only real ones of a class answer. */
const BRANDS = {
  Map: getter(Map.prototype, 'size'),
  RegExp: getter(RegExp.prototype, 'source'),
  ArrayBuffer: getter(ArrayBuffer.prototype, 'byteLength'),
  SharedArrayBuffer:
    typeof SharedArrayBuffer === 'undefined' ? undefined : getter(SharedArrayBuffer.prototype, 'byteLength'),
}

/** Whether a value is of a built-in class of any realm. */
export function isOf(value: unknown, name: keyof typeof BRANDS): boolean {
  const brand = BRANDS[name]
  if (brand === undefined) return false
  try {
    brand.call(value)
    return true
  } catch {
    return false
  }
}

/** Whether memory can be written by other threads. */
export function isShared(buffer: unknown): boolean {
  return !(buffer instanceof ArrayBuffer) && isOf(buffer, 'SharedArrayBuffer')
}
