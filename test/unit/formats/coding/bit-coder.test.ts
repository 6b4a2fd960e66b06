import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BitDecoder, BitEncoder, BitModels, type BitCoder } from '#formats/coding/bit-coder.ts'
import { IntegerModel } from '#formats/coding/integer-model.ts'
import { logarithm } from '#formats/coding/logarithm.ts'
import { AppException } from '#shared/basics/result.ts'
import { Random } from '#shared/basics/random.ts'

const corrupt = (problem: string) => new AppException({ code: 'file-corrupt', message: problem })

/** Walks through the same decisions in both directions. */
function there<T>(encode: (coder: BitCoder) => unknown, decode: (coder: BitCoder) => T): [T, Uint8Array] {
  const encoder = new BitEncoder()
  encode(encoder)
  const bytes = encoder.finish()
  const decoder = new BitDecoder(bytes, corrupt)
  const decoded = decode(decoder)
  decoder.assertEnd()
  return [decoded, bytes]
}

const largest = 2 ** 31 - 1
const integers = fc.array(
  fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: -largest, max: largest }),
    fc.constantFrom(largest, -largest),
  ),
  { maxLength: 300 },
)

it('gives back any bits, by learnt and by even chances', () => {
  const bits = fc.array(fc.record({ bit: fc.integer({ min: 0, max: 1 }), at: fc.integer({ min: -1, max: 4 }) }))
  fc.assert(
    fc.property(bits, (wanted) => {
      const walk = (coder: BitCoder) => {
        const models = new BitModels(5)
        return wanted.map(({ bit, at }) => (at < 0 ? coder.codeEven(bit) : coder.code(bit, models, at)))
      }
      const [decoded] = there(walk, (coder) => {
        const models = new BitModels(5)
        return wanted.map(({ at }) => (at < 0 ? coder.codeEven(0) : coder.code(0, models, at)))
      })
      expect(decoded).toEqual(wanted.map(({ bit }) => bit))
    }),
  )
})

it.each([0, 3, 14])('gives back any integers, %i magnitudes with a decision of their own', (depth) => {
  fc.assert(
    fc.property(integers, (wanted) => {
      const walk = (coder: BitCoder, values: readonly number[]) => {
        const model = new IntegerModel(depth)
        return values.map((value) => model.code(coder, value, corrupt))
      }
      const [decoded] = there(
        (coder) => walk(coder, wanted),
        (coder) => walk(coder, new Array<number>(wanted.length).fill(0)),
      )
      expect(decoded).toEqual(wanted)
    }),
  )
})

it.each([-(2 ** 31), 2 ** 31, 2 ** 40])('does not code %s, which has more than 32 bits', (value) => {
  expect(() => new IntegerModel(3).code(new BitEncoder(), value, corrupt)).toThrow(/at most 2147483647/)
})

it.each([0.001, 0.05, 0.3, 0.5])('takes little more than the information in bits of which %f are 1', (share) => {
  const random = Random.fromSeed(1, `bits ${share}`)
  const count = 100_000
  const bits = Array.from({ length: count }, () => (random.uniform() < share ? 1 : 0))
  const ones = bits.filter((bit) => bit === 1).length / count
  const information = -(ones * Math.log2(ones) + (1 - ones) * Math.log2(1 - ones)) * count
  const models = new BitModels(1)
  const [, bytes] = there(
    (coder) => bits.forEach((bit) => coder.code(bit, models, 0)),
    (coder) => {
      const learnt = new BitModels(1)
      return bits.map(() => coder.code(0, learnt, 0))
    },
  )
  // A chance that always moves is never exact, and it does not fall below 255 of 65,536.
  expect(8 * bytes.byteLength).toBeLessThan(1.01 * information + 0.0045 * count + 64)
  expect(8 * bytes.byteLength).toBeGreaterThan(information - 8)
})

it('never lets a chance fall below 63 parts, however often it is loosened', () => {
  const models = new BitModels(1)
  for (let layer = 0; layer < 1000; layer++) {
    models.loosen(31)
    for (let decision = 0; decision < 200; decision++) models.learn(0, 0)
  }
  expect(models.chance(0)).toBeGreaterThanOrEqual(63)
})

it('has logarithms within two sixteenths, that never fall', () => {
  let last = 0
  for (let value = 1; value < 2 ** 31; value = Math.ceil(value * 1.001)) {
    const found = logarithm(value)
    expect(Math.abs(found - 16 * Math.log2(value)), String(value)).toBeLessThan(2)
    expect(found, String(value)).toBeGreaterThanOrEqual(last)
    last = found
  }
})
