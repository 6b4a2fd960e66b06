import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Pruning } from '#engine/methods/nern/importance/pruning.ts'
import { pruningOrder } from '#engine/methods/nern/importance/ranking.ts'
import { relativeErrorsByLayer, unitScores } from '#engine/methods/nern/importance/scores.ts'
import { importanceUnits } from '#engine/methods/nern/importance/units.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { importanceLevels } from '#shared/measures/importance.ts'
import { Random } from '#shared/basics/random.ts'

const shape = z.tuple([z.int(), z.int(), z.int(), z.int()])
const score = z.enum([
  'relative-error',
  'squared-relative-error',
  'absolute-error',
  'magnitude',
  'reconstructed-magnitude',
])
const fixture = z
  .object({
    shapes: z.record(z.string(), shape),
    original: z.record(z.string(), z.array(z.number())),
    reconstructed: z.record(z.string(), z.array(z.number())),
    fractions: z.array(z.number()),
    cases: z.array(
      z.object({
        level: z.enum(importanceLevels),
        score,
        scores: z.array(z.number().nullable()),
        order: z.array(z.int()),
        zeroed: z.array(z.array(z.int())),
      }),
    ),
    layers: z.array(
      z.object({
        name: z.string(),
        weights: z.int(),
        meanRelativeError: z.number(),
        medianRelativeError: z.number(),
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../../../../fixtures/importance/importance.json'), 'utf8')),
  )

const layers = Object.entries(fixture.shapes).map(([name, shape]) => ({ name, shape }))
function tensors(values: Readonly<Record<string, readonly number[]>>): HostTensors {
  return Object.fromEntries(
    layers.map(({ name, shape }) => [name, float32Tensor(shape, Float32Array.from(values[name] ?? []))]),
  )
}
const original = tensors(fixture.original)
const reconstructed = tensors(fixture.reconstructed)

describe.each(fixture.cases)('$score of every $level', ({ level, score, scores, order, zeroed }) => {
  const units = importanceUnits(layers, level)

  test('is what numpy computes, infinite where everything is zero', () => {
    const expected = scores.map((value) => value ?? Infinity)
    const found = unitScores(score, units, original, reconstructed)
    expect(found).toHaveLength(expected.length)
    found.forEach((value, unit) => {
      const wanted = expected[unit] ?? NaN
      if (Number.isFinite(wanted)) expect(Math.abs(value - wanted)).toBeLessThanOrEqual(2e-7 * wanted)
      else expect(value).toBe(wanted)
    })
  })

  test('orders the units as numpy does, ties by index', () => {
    expect([...pruningOrder(score, units, original, reconstructed, 1)]).toEqual(order)
  })

  test('zeroes as many weights of each layer as numpy counts', () => {
    const pruning = new Pruning(units, original, Uint32Array.from(order))
    const found = fixture.fractions.map((fraction) => {
      pruning.advance(fraction)
      return [...pruning.zeroed]
    })
    expect(found).toEqual(zeroed)
  })
})

test('relative errors of the layers leave out weights that are zero', () => {
  const found = relativeErrorsByLayer(importanceUnits(layers, 'weight'), original, reconstructed)
  expect(found).toEqual(
    fixture.layers.map(({ meanRelativeError, medianRelativeError, ...layer }) => ({
      ...layer,
      meanRelativeError: expect.closeTo(meanRelativeError, 10) as number,
      medianRelativeError: expect.closeTo(medianRelativeError, 10) as number,
    })),
  )
})

describe('Pruning', () => {
  const units = importanceUnits(layers, 'kernel')
  const order = pruningOrder('magnitude', units, original, reconstructed, 1)

  test('zeroes whole units and leaves the others and the original alone', () => {
    const pruning = new Pruning(units, original, order)
    pruning.advance(0)
    expect(pruning.weights()).toEqual(original)
    pruning.advance(0.5)
    const chosen = new Set<number>()
    for (const unit of order) {
      if ((chosen.size === 0 ? 0 : weightsIn([...chosen])) + weightsIn([unit]) > 33) break
      chosen.add(unit)
    }
    for (const { name, firstUnit, units: count, size } of units.layers) {
      const expected = Float32Array.from(original[name]?.data ?? [])
      for (let unit = 0; unit < count; unit++) {
        if (chosen.has(firstUnit + unit)) expected.fill(0, unit * size, (unit + 1) * size)
      }
      expect(pruning.weights()[name]?.data).toEqual(expected)
    }
    expect(original).toEqual(tensors(fixture.original))
  })

  test('leaves nothing at the whole fraction', () => {
    const pruning = new Pruning(units, original, order)
    pruning.advance(1)
    expect(Object.values(pruning.weights()).every(({ data }) => data.every((weight) => weight === 0))).toBe(true)
    expect([...pruning.zeroed]).toEqual([54, 12])
  })

  test('refuses a fraction above 1', () => {
    expect(() => new Pruning(units, original, order).advance(1.5)).toThrow(/between 0 and 1, got 1.5/)
  })

  function weightsIn(chosen: readonly number[]): number {
    return chosen.reduce(
      (sum, unit) => sum + (units.layers.findLast(({ firstUnit }) => firstUnit <= unit)?.size ?? NaN),
      0,
    )
  }
})

describe('a random order', () => {
  const units = importanceUnits(layers, 'weight')
  const orderOf = (seed: number) => [...pruningOrder('random', units, original, reconstructed, seed)]

  test('holds every unit once and depends on nothing but the seed', () => {
    expect(orderOf(7).toSorted((a, b) => a - b)).toEqual(Array.from({ length: units.count }, (_, unit) => unit))
    expect(orderOf(7)).toEqual(orderOf(7))
    expect(orderOf(8)).not.toEqual(orderOf(7))
  })
})

test('an order of a million units is the stable one of a comparing sort', () => {
  const random = Random.fromSeed(3)
  // Few distinct values: many ties.
  const values = Float32Array.from({ length: 1_000_000 }, () => random.integer(1000) / 1000)
  const big = { big: float32Tensor([1000, 1000, 1, 1], values) }
  const units = importanceUnits([{ name: 'big', shape: [1000, 1000, 1, 1] }], 'weight')
  const expected = Uint32Array.from(values, (_, index) => index).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b,
  )
  expect(
    Buffer.compare(Buffer.from(pruningOrder('magnitude', units, big, big, 1).buffer), Buffer.from(expected.buffer)),
  ).toBe(0)
})

describe('weights that no order can be made of', () => {
  const units = importanceUnits(layers, 'weight')

  test('are refused with their place when they are not finite', () => {
    const broken = { ...reconstructed, 'pointwise.weight': float32Tensor([4, 3, 1, 1], new Float32Array(12).fill(NaN)) }
    expect(() => unitScores('relative-error', units, original, broken)).toThrow(
      expect.objectContaining({ code: 'file-corrupt', where: 'pointwise.weight, element 0' }),
    )
  })

  test('are refused when they are missing', () => {
    expect(() => unitScores('magnitude', units, {}, reconstructed)).toThrow(/original network has no 54 weights wide/)
  })
})
