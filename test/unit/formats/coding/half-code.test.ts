import { describe, expect, it } from 'vitest'
import { addHalves, halvesBytes, takeHalves } from '#formats/coding/half-code.ts'
import { PartsToRead, PartsToWrite } from '#formats/coding/parts.ts'
import { toFloat16Bits } from '#shared/basics/float16.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException } from '#shared/basics/result.ts'

const corrupt = (problem: string) => new AppException({ code: 'file-corrupt', message: problem })

function written(halves: Uint16Array, allowsEntropy = true) {
  const parts = { float16: new PartsToWrite(), codes: new PartsToWrite() }
  const entry = addHalves(parts, halves, allowsEntropy)
  return { entry, float16: parts.float16.joined(), codes: parts.codes.joined() }
}

function read({ entry, float16, codes }: ReturnType<typeof written>, count: number): Uint16Array {
  return takeHalves({ float16: new PartsToRead(float16), codes: new PartsToRead(codes) }, entry, count, corrupt)
}

function normals(count: number, deviation: number): Uint16Array {
  const random = Random.fromSeed(count)
  return Uint16Array.from({ length: count }, () => toFloat16Bits(deviation * random.normal()))
}

/** Zeros of both signs, subnormals, one, the largest, infinities, numbers that are none, quiet and signalling. */
const special = Uint16Array.of(0, 0x8000, 1, 0x83ff, 0x3c00, 0x7bff, 0x7c00, 0xfc00, 0x7c01, 0x7e00, 0xfe2a, 0xffff)

const tensors: readonly (readonly [string, Uint16Array, 'coded' | 'as they are'])[] = [
  ['no halves', new Uint16Array(0), 'as they are'],
  ['one half', Uint16Array.of(0x3c00), 'as they are'],
  ['a bias of 64', normals(64, 0.1), 'as they are'],
  ['a bias of 1,000', normals(1000, 0.1), 'coded'],
  ['a matrix', normals(20_000, 0.02), 'coded'],
  ['special values among weights', Uint16Array.of(...normals(3000, 0.1), ...special), 'coded'],
  ['every half there is', Uint16Array.from({ length: 2 ** 16 }, (_, half) => half), 'as they are'],
  ['subnormals of both signs', normals(3000, 1e-6), 'coded'],
  ['negative zeros', new Uint16Array(5000).fill(0x8000), 'coded'],
  ['a constant', new Uint16Array(5001).fill(0xb4cd), 'coded'],
  ['more equal halves than a stream may say', new Uint16Array(2 ** 20).fill(0x3c00), 'as they are'],
]

it.each(tensors)('%s come back to the bit and take no more than they would as they are', (_, halves, how) => {
  const result = written(halves)
  expect(read(result, halves.length)).toEqual(halves)
  expect(result.entry.bytes === undefined ? 'as they are' : 'coded').toBe(how)
  const { float16, codes } = halvesBytes(result.entry, halves.length)
  expect([result.float16.byteLength, result.codes.byteLength]).toEqual([float16, codes])
  expect(float16 + codes).toBeLessThanOrEqual(halves.byteLength)
})

it('takes 13.49 bits of a normally distributed weight, whatever the deviation, and a histogram', () => {
  for (const deviation of [0.02, 0.05, 0.37]) {
    const count = 100_000
    const { entry } = written(normals(count, deviation))
    const histogram = (64 * 17) / 8
    const bits = (8 * ((entry.bytes ?? NaN) - histogram)) / count
    expect(bits).toBeGreaterThan(13.47)
    expect(bits).toBeLessThan(13.51)
  }
})

it('leaves halves as they are where nothing may be entropy coded', () => {
  const halves = normals(5000, 0.1)
  const result = written(halves, false)
  expect(result.entry).toEqual({})
  expect(read(result, 5000)).toEqual(halves)
})

describe('a coded stream', () => {
  const count = 5000
  const result = written(normals(count, 0.1))
  const size = result.codes.byteLength
  const readAs = (codes: Uint8Array, halves = count) =>
    read({ ...result, entry: { bytes: codes.byteLength }, codes }, halves)

  it.each([
    [
      'ends before its packed bits do',
      () => readAs(result.codes.subarray(0, 6249)),
      /at least 6250 bytes of coded halves/,
    ],
    ['ends before its histogram does', () => readAs(result.codes.subarray(0, 6260)), /histogram of 5000 codes/],
    ['ends early', () => readAs(result.codes.subarray(0, -1)), /coded stream/],
    ['goes on', () => readAs(Uint8Array.from([...result.codes, 0])), /coded stream of/],
    ['has another histogram', () => readAs(result.codes.with(6250 + 10, 255)), /expected a histogram/],
    ['is of another length', () => readAs(result.codes, count - 8), /expected a histogram/],
    ['claims halves without end', () => readAs(result.codes, 2 ** 60), /bytes of coded halves/],
    [
      'leaves the range of its symbols',
      () => readAs(Uint8Array.from(result.codes).fill(255, size - 1500)),
      /coded stream/,
    ],
  ])('is refused when it %s', (_, act, message) => {
    expect(act).toThrow(message)
  })
})
