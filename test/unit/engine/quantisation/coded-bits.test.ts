import { expect, test } from 'vitest'
import { codedBits, wideningFor, type ScaledMatrix } from '#engine/quantisation/coded-bits.ts'
import { initialScales } from '#engine/quantisation/fake-quantisation.ts'
import { rowScales } from '#engine/quantisation/row-scales.ts'
import { storedParameters } from '#engine/quantisation/stored-parameters.ts'
import { encodeIntegers } from '#formats/coding/integer-code.ts'
import { float32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'

const random = Random.fromSeed(4)
const weight = float32Tensor(
  [64, 256],
  Float32Array.from({ length: 64 * 256 }, () => random.normal()),
)
const scaled = (tensor: HostTensor): ScaledMatrix => ({ weight: tensor, bits: 8, scales: rowScales(tensor, 8) })

test('steps are widened just so that codes take the bits they may', () => {
  const matrices = [scaled(weight)]
  const natural = codedBits(matrices, 1)
  expect(natural).toBeGreaterThan(6.5)
  expect(wideningFor(natural + 0.1, matrices)).toBe(1)
  for (const bits of [6, 4.5, 2.25]) {
    const widening = wideningFor(bits, matrices)
    expect(codedBits(matrices, widening)).toBeLessThanOrEqual(bits)
    expect(codedBits(matrices, widening)).toBeGreaterThan(bits - 0.02)
  }
})

test('a step twice as wide takes a bit less', () => {
  const matrices = [scaled(weight)]
  expect(codedBits(matrices, 2) - codedBits(matrices, 4)).toBeCloseTo(1, 1)
})

test('what the file takes is what was asked for', () => {
  const plan = { w: 8 } as const
  const parameters = { w: weight }
  const scales = initialScales(plan, parameters, 5)
  const { w } = storedParameters({ ...parameters, ...scales }, ['w'], plan, 'float16')
  if (w?.kind !== 'integer') throw new Error('not stored as integers')
  const { coding, bytes } = encodeIntegers(w.codes, 8)
  expect(coding).toBe('entropy')
  // The histogram of the 255 codes is stored too.
  const histogram = (255 * 15) / 8
  expect((8 * (bytes.byteLength - histogram)) / weight.data.length).toBeCloseTo(5, 1)
})

test('matrices that are all zero need no bits', () => {
  expect(codedBits([scaled(float32Tensor([2, 3], new Float32Array(6)))], 1)).toBe(0)
  expect(codedBits([], 1)).toBe(0)
})
