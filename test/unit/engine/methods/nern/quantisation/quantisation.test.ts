import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { named } from '#engine/program/named.ts'
import { roundCompensated } from '#engine/methods/nern/quantisation/compensated-rounding.ts'
import { fakeQuantised, initialScales, quantisationPlan, scaleName } from '#engine/quantisation/fake-quantisation.ts'
import { asScale, codeOf, rowScales } from '#engine/quantisation/row-scales.ts'
import { readBack, storedFloatTensors, storedParameters } from '#engine/quantisation/stored-parameters.ts'
import { fromFloat16Bits, toFloat16Bits } from '#shared/basics/float16.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { integerBits, largestCode } from '#shared/tensors/stored-tensor.ts'
import { dataOf, evaluate } from '#test/support/run-program.ts'

const numbers = z.array(z.number())
const fixture = z
  .object({
    shape: z.array(z.int()),
    cases: z.record(
      z.string(),
      z.object({
        weight: numbers,
        logScale: numbers,
        upstream: numbers,
        value: numbers,
        weightGradient: numbers,
        scaleGradient: numbers,
      }),
    ),
    layer: z.object({
      weight: numbers,
      scale: z.number(),
      bits: z.literal(3),
      inputs: numbers,
      products: numbers,
      leastError: z.number(),
      nearestError: z.number(),
    }),
  })
  .parse(
    JSON.parse(
      readFileSync(new URL('../../../../../fixtures/quantization/quantization.json', import.meta.url), 'utf8'),
    ),
  )

const executors: Executor[] = []
beforeAll(async () => {
  executors.push(await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 }))
  executors.push(await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 }))
})
afterAll(() => {
  executors.forEach((executor) => executor.dispose())
})

const tensor = (shape: readonly number[], values: readonly number[]) => float32Tensor(shape, Float32Array.from(values))

describe('training with rounded weights', () => {
  test.each(Object.entries(fixture.cases))(
    'has the values and gradients of PyTorch at %s bits',
    async (bits, given) => {
      const plan = quantisationPlan({ w: { shape: fixture.shape, dtype: 'float32' } }, `int${bits}`)
      for (const executor of executors) {
        const outputs = await evaluate(
          executor,
          'fake-quantised',
          {
            w: tensor(fixture.shape, given.weight),
            [scaleName('w')]: tensor([4], given.logScale),
            upstream: tensor(fixture.shape, given.upstream),
          },
          (tensors) => {
            const quantised = fakeQuantised({ plan, learnsScales: true }, tensors)
            const chained = quantised.chain({ w: named(tensors, 'upstream'), other: named(tensors, 'upstream') })
            return {
              value: named(quantised.tensors, 'w'),
              weightGradient: named(chained, 'w'),
              scaleGradient: named(chained, scaleName('w')),
              other: named(chained, 'other'),
            }
          },
        )
        for (const name of ['value', 'weightGradient', 'scaleGradient'] as const) {
          expectClose(dataOf(outputs, name), given[name], 2e-6)
        }
        expectClose(dataOf(outputs, 'other'), given.upstream, 1e-8)
      }
    },
  )

  test('leaves a predictor of floats alone', () => {
    expect(quantisationPlan({ w: { shape: [2, 2], dtype: 'float32' } }, 'float16')).toEqual({})
  })

  test('rounds matrices and no biases', () => {
    const specs = { w: { shape: [2, 3], dtype: 'float32' }, b: { shape: [2], dtype: 'float32' } } as const
    expect(quantisationPlan(specs, 'int6')).toEqual({ w: 6 })
  })
})

describe('row scales', () => {
  test('are half-precision numbers, positive even for a row of zeros or of very large values', () => {
    const scales = rowScales(tensor([3, 2], [0, 0, 1, -0.3, 1e9, 2]), 4)
    for (const scale of scales) {
      expect(scale).toBeGreaterThan(0)
      expect(fromFloat16Bits(toFloat16Bits(scale))).toBe(scale)
    }
  })

  test('clip an outlier when that loses less', () => {
    const row = [...Array.from({ length: 200 }, (_, at) => Math.sin(at)), 3]
    const [scale = 0] = rowScales(tensor([1, row.length], row), 3)
    const errorWith = (candidate: number): number =>
      row.reduce((sum, value) => sum + (value - codeOf(value, candidate, 3) * candidate) ** 2, 0)
    expect(errorWith(scale)).toBeLessThan(errorWith(asScale(1)))
  })

  test('codes go to the nearest, ties to even, and no further than the largest', () => {
    expect([0.5, 1.5, 2.5, 0.51, -1.5, 9, -9].map((value) => codeOf(value, 1, 7))).toEqual([0, 2, 2, 1, -2, 7, -7])
  })
})

describe('compensated rounding', () => {
  const { weight, scale, bits, products, leastError, nearestError, inputs } = fixture.layer

  test('changes the outputs hardly more than the best codes do, and less than the nearest', () => {
    const rounded = roundCompensated(
      tensor([1, 5], weight),
      tensor([1], [0.25]),
      Float64Array.from(products),
      [scale],
      bits,
    )
    let error = 0
    for (let row = 0; row < 64; row++) {
      const outputOf = (values: ArrayLike<number>, bias: number): number =>
        weight.reduce((sum, _, column) => sum + (values[column] ?? 0) * (inputs[row * 5 + column] ?? 0), bias)
      error += (outputOf(weight, 0.25) - outputOf(rounded.weight.data, rounded.bias.data[0] ?? 0)) ** 2 / 64
    }
    expect(nearestError / leastError).toBeGreaterThan(3)
    expect(error).toBeLessThan(nearestError)
    expect(error).toBeLessThan(2 * leastError)
    for (const value of rounded.weight.data) expect(Math.abs(value / scale)).toBeLessThanOrEqual(largestCode(bits))
  })

  test('leaves pruned weights at zero, and makes up for them elsewhere', () => {
    // The first weight is far beyond the clip: its error goes on to whatever may take it.
    const pruned = [4 * largestCode(bits) * scale, 0, weight[2] ?? NaN, 0, weight[4] ?? NaN]
    const round = (isPruned: boolean) =>
      roundCompensated(
        tensor([1, 5], pruned),
        tensor([1], [0.25]),
        Float64Array.from(products),
        [scale],
        bits,
        isPruned,
      )
    const held = [...round(true).weight.data]
    expect([held[1], held[3]]).toEqual([0, 0])
    expect(held.filter((_, at) => at % 2 === 0).every((value) => Number.isInteger(Math.fround(value / scale)))).toBe(
      true,
    )
    const free = [...round(false).weight.data]
    expect([free[1], free[3]]).not.toEqual([0, 0])
  })

  test('keeps what is on the grid already', () => {
    const onGrid = tensor([1, 5], [0.5, -1, 1.5, 0, 1])
    const rounded = roundCompensated(onGrid, tensor([1], [0.25]), Float64Array.from(products), [scale], bits)
    expect([...rounded.weight.data]).toEqual([...onGrid.data])
    expect([...rounded.bias.data]).toEqual([0.25])
  })
})

describe('stored parameters', () => {
  const random = Random.fromSeed(3)
  const weight = float32Tensor(
    [5, 40],
    Float32Array.from({ length: 200 }, () => random.normal()),
  )
  const parameters = { w: weight, b: tensor([5], [1, 2, 3, 4, 5.0004]) }

  test.each(integerBits)('lose no more than half a step inside the clip at %i bits', (bits) => {
    const plan = { w: bits }
    const stored = storedParameters({ ...parameters, ...initialScales(plan, parameters) }, ['w', 'b'], plan, 'float16')
    const { w, b } = readBack(stored)
    const scales = rowScales(weight, bits)
    weight.data.forEach((value, at) => {
      const scale = scales[Math.floor(at / 40)] ?? 0
      const clipped = Math.max(-largestCode(bits) * scale, Math.min(largestCode(bits) * scale, value))
      expect(Math.abs((w?.data[at] ?? NaN) - clipped)).toBeLessThanOrEqual(scale * 0.5001)
    })
    expect([...(b?.data ?? [])]).toEqual([1, 2, 3, 4, 5])
  })

  test('take learned scales where there are some', () => {
    const learned = { w: weight, [scaleName('w')]: tensor([5], [0.1, 0.2, 0.3, 0.4, 0.5].map(Math.log)) }
    const { w } = storedParameters(learned, ['w'], { w: 4 }, 'float16')
    if (w?.kind !== 'integer') throw new Error('not stored as integers')
    expect([...w.scales].map((scale) => fromFloat16Bits(scale).toFixed(3))).toEqual([
      '0.100',
      '0.200',
      '0.300',
      '0.400',
      '0.500',
    ])
  })

  test('refuse what a half cannot hold, by name and place', () => {
    expect(() => storedFloatTensors({ a: tensor([2], [1, 70_000]) }, 'float16')).toThrow(
      /a holds 70000, which float16 cannot/,
    )
  })

  test('keep float32 as it is', () => {
    expect(readBack(storedFloatTensors(parameters, 'float32'))).toEqual(parameters)
  })
})

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  expected.forEach((value, at) => {
    expect(Math.abs((actual[at] ?? NaN) - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)))
  })
}
