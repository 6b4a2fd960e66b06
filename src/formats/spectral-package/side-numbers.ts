/** What the coded stream says of each layer beside its kernels: exponents of steps and gains, and the coded bias. */
import type { AppException } from '#shared/basics/result.ts'
import { kernelShapeOf, type RepresentedShape } from '#shared/tensors/represented-shape.ts'
import type { CodedBias, SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import { BitModels, type BitCoder } from '../coding/bit-coder.ts'
import { IntegerModel } from '../coding/integer-model.ts'

/** Exponents that are stored: steps and gains of 2^-64 to 2^64. */
const largestExponent = 1024
const halfBits = 16

export type SideNumbers = Pick<SpectralLayer, 'stepExponents' | 'gainExponents'> & {
  readonly bias?: Omit<CodedBias, 'name'>
}

/** What is known of a layer before its numbers are. */
export interface SideShape {
  readonly shape: RepresentedShape
  readonly hasBias: boolean
}

/** Decisions beside integers. */
const decisions = { hasManySteps: 0, hasGains: 1 } as const

export class SideCoder {
  readonly #coder: BitCoder
  readonly #corrupt: (problem: string) => AppException
  readonly #decisions = new BitModels(2)
  readonly #steps = new IntegerModel(6)
  readonly #gains = new IntegerModel(12)
  readonly #scales = new IntegerModel(0)
  readonly #biases = new IntegerModel(0)
  /** Exponents of the layer before, by the number of frequencies. */
  readonly #lastSteps = new Map<number, Int32Array>()
  #lastScale = 0

  /** @param corrupt makes the error for numbers that no encoder writes */
  constructor(coder: BitCoder, corrupt: (problem: string) => AppException) {
    this.#coder = coder
    this.#corrupt = corrupt
  }

  /** Writes `numbers`, or reads and returns those of the next layer where there are none. */
  code({ shape, hasBias }: SideShape, numbers: SideNumbers | undefined): SideNumbers {
    const [filters, , height, width] = kernelShapeOf(shape)
    const size = height * width
    const hasManySteps = this.#codeDecision('hasManySteps', (numbers?.stepExponents.length ?? 1) > 1)
    const stepExponents = this.#codeSteps(hasManySteps ? size : 1, numbers?.stepExponents)
    const hasGains = this.#codeDecision('hasGains', numbers?.gainExponents !== undefined)
    return {
      stepExponents,
      ...(hasGains ? { gainExponents: this.#codeGains(filters, numbers?.gainExponents) } : {}),
      ...(hasBias ? { bias: this.#codeBias(filters, numbers?.bias) } : {}),
    }
  }

  #codeDecision(name: keyof typeof decisions, isSo: boolean): boolean {
    return this.#coder.code(isSo ? 1 : 0, this.#decisions, decisions[name]) === 1
  }

  #codeInteger(model: IntegerModel, value: number): number {
    return model.code(this.#coder, value, this.#corrupt)
  }

  #codeExponent(model: IntegerModel, value: number, expected: number): number {
    const exponent = expected + this.#codeInteger(model, value - expected)
    if (Math.abs(exponent) <= largestExponent) return exponent
    throw this.#corrupt(`expected exponents of at most ${largestExponent}, found ${exponent}`)
  }

  /** As those of the layer before with as many; the first ones as the frequency before. */
  #codeSteps(count: number, known: Int32Array | undefined): Int32Array {
    const before = this.#lastSteps.get(count)
    const exponents = new Int32Array(count)
    let shift = 0
    for (let at = 0; at < count; at++) {
      const expected = before === undefined ? (exponents[at - 1] ?? 0) : (before[at] ?? 0) + shift
      const exponent = this.#codeExponent(this.#steps, known?.[at] ?? 0, expected)
      exponents[at] = exponent
      shift = exponent - (before?.[at] ?? exponent)
    }
    this.#lastSteps.set(count, exponents)
    return exponents
  }

  /** As the mean of the filters before. */
  #codeGains(filters: number, known: Int32Array | undefined): Int32Array {
    const exponents = new Int32Array(filters)
    let sum = 0
    for (let filter = 0; filter < filters; filter++) {
      const expected = filter === 0 ? 0 : Math.floor(sum / filter)
      const exponent = this.#codeExponent(this.#gains, known?.[filter] ?? 0, expected)
      exponents[filter] = exponent
      sum += exponent
    }
    return exponents
  }

  #codeBias(filters: number, known: SideNumbers['bias']): NonNullable<SideNumbers['bias']> {
    const scale = this.#lastScale + this.#codeInteger(this.#scales, (known?.scale ?? 0) - this.#lastScale)
    if (scale < 0 || scale >= 2 ** halfBits) throw this.#corrupt(`expected a scale of ${halfBits} bits, found ${scale}`)
    this.#lastScale = scale
    const codes = Int32Array.from({ length: filters }, (_, at) =>
      this.#codeInteger(this.#biases, known?.codes[at] ?? 0),
    )
    return { scale, codes }
  }
}
