/**
 * Binary decisions coded by chances that follow what was decided before (docs/format.md). Encoder and decoder have one
 * interface, so that whatever is coded is walked through by the same lines in both directions.
 */
import type { AppException } from '#shared/basics/result.ts'
import { chanceParts, RangeDecoder, RangeEncoder } from './range-coder.ts'

/** A chance moves by 1/2 at the first decision, then by 1/4, and from the 64th on by 2^-7 of its way. */
const slowestShift = 7
const mostSeen = 2 ** (slowestShift - 1)

/** Chances of as many decisions, which start even. */
export class BitModels {
  /** That the bit is 1, of `chanceParts`: always between its ends. */
  readonly #chances: Uint16Array
  /** Decisions that a chance knows of, as far as they count. */
  readonly #seen: Uint8Array

  constructor(count: number) {
    this.#chances = new Uint16Array(count).fill(chanceParts / 2)
    this.#seen = new Uint8Array(count)
  }

  chance(at: number): number {
    return this.#chances[at] ?? chanceParts / 2
  }

  learn(at: number, bit: number): void {
    const chance = this.chance(at)
    const seen = this.#seen[at] ?? 0
    const shift = 32 - Math.clz32(seen + 1)
    this.#chances[at] = bit === 1 ? chance + ((chanceParts - chance) >> shift) : chance - (chance >> shift)
    if (seen < mostSeen - 1) this.#seen[at] = seen + 1
  }

  /** Keeps the chances, but lets them move as if no more than `most` decisions were behind them. */
  loosen(most: number): void {
    this.#seen.forEach((seen, at) => {
      if (seen > most) this.#seen[at] = most
    })
  }
}

/** Writes or reads bits; a reader is given any bit and answers the one it read. */
export interface BitCoder {
  /** A bit by chance number `at`, which learns from it. */
  code(bit: number, models: BitModels, at: number): number
  /** A bit that is 0 as often as 1. */
  codeEven(bit: number): number
}

export class BitEncoder implements BitCoder {
  readonly #encoder = new RangeEncoder()

  code(bit: number, models: BitModels, at: number): number {
    this.#encoder.encodeBit(bit, models.chance(at))
    models.learn(at, bit)
    return bit
  }

  codeEven(bit: number): number {
    this.#encoder.encodeBit(bit, chanceParts / 2)
    return bit
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#encoder.finish()
  }
}

export class BitDecoder implements BitCoder {
  readonly #decoder: RangeDecoder

  /** @param corrupt makes the error for a stream that no encoder writes */
  constructor(bytes: Uint8Array, corrupt: (problem: string) => AppException) {
    this.#decoder = new RangeDecoder(bytes, corrupt)
  }

  code(_bit: number, models: BitModels, at: number): number {
    const bit = this.#decoder.decodeBit(models.chance(at))
    models.learn(at, bit)
    return bit
  }

  codeEven(): number {
    return this.#decoder.decodeBit(chanceParts / 2)
  }

  /** Bytes that the encoder had sent when it was here. */
  get sentBytes(): number {
    return this.#decoder.sentBytes
  }

  /** Throws unless the stream ends with the last bit. */
  assertEnd(): void {
    this.#decoder.assertEnd()
  }
}
