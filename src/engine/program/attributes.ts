/** Attributes of a kernel call, read with the type that the kernel documents. */
import { AppException } from '#shared/basics/result.ts'

export class Attributes {
  readonly #op: string
  readonly #values: ReadonlyMap<string, unknown>

  constructor(op: string, values: Readonly<Record<string, unknown>>) {
    this.#op = op
    this.#values = new Map(Object.entries(values).filter(([, value]) => value !== undefined && value !== null))
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** The value as it is, for functions of tfjs-core that check it themselves (convolution and pooling geometry). */
  raw(name: string): unknown {
    return this.#values.get(name)
  }

  number(name: string, fallback?: number): number {
    const value = this.#values.get(name) ?? fallback
    if (typeof value === 'number') return value
    throw this.#wrong(name, 'a number', value)
  }

  boolean(name: string): boolean {
    const value = this.#values.get(name) ?? false
    if (typeof value === 'boolean') return value
    throw this.#wrong(name, 'a boolean', value)
  }

  text(name: string, fallback?: string): string {
    const value = this.#values.get(name) ?? fallback
    if (typeof value === 'string') return value
    throw this.#wrong(name, 'a string', value)
  }

  /** A list of numbers; a single number counts as a list of one. */
  numbers(name: string): readonly number[] {
    const value = this.#values.get(name)
    if (typeof value === 'number') return [value]
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'number')) return value
    throw this.#wrong(name, 'a list of numbers', value)
  }

  pairs(name: string): readonly (readonly [number, number])[] {
    const value = this.#values.get(name)
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list of pairs', value)
    return value.map((entry: unknown) => {
      if (!Array.isArray(entry)) throw this.#wrong(name, 'a list of pairs', value)
      const [before, after]: unknown[] = entry
      if (typeof before === 'number' && typeof after === 'number') return [before, after]
      throw this.#wrong(name, 'a list of pairs', value)
    })
  }

  /** Text that is equal exactly for equal attributes. */
  get key(): string {
    return JSON.stringify([...this.#values].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  #wrong(name: string, expected: string, value: unknown): AppException {
    return new AppException({
      code: 'op-unsupported',
      message: `Operation ${this.#op}: attribute ${name} must be ${expected}, got ${JSON.stringify(value)}`,
    })
  }
}
