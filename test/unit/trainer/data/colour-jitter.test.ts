import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { noColourJitter } from '#shared/experiment/config-fields.ts'
import { Random } from '#shared/basics/random.ts'
import { drawJitter, jitterColours } from '#trainer/data/colour-jitter.ts'

const fixture = z
  .object({
    height: z.int(),
    width: z.int(),
    image: z.array(z.int()),
    cases: z.array(
      z.object({
        steps: z.array(z.object({ kind: z.enum(['brightness', 'contrast', 'saturation']), factor: z.number() })),
        result: z.array(z.number()),
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(new URL('../../../fixtures/augmentation/colour-jitter.json', import.meta.url), 'utf8')),
  )
const pixels = fixture.height * fixture.width

describe('jitterColours', () => {
  it.each(fixture.cases)('does what torchvision does: $steps', ({ steps, result }) => {
    // The second of two images, so that the first shows whether anything else was touched.
    const images = Float32Array.from([...fixture.image, ...fixture.image])
    jitterColours(images, 1, 3, pixels, steps)
    expect([...images.subarray(0, 3 * pixels)]).toEqual(fixture.image)
    const largest = result.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (images[3 * pixels + at] ?? NaN))),
      0,
    )
    expect(largest).toBeLessThan(1e-3)
  })

  it('leaves grey images grey', () => {
    const images = Float32Array.of(10, 20, 30, 40)
    jitterColours(images, 0, 1, 4, [
      { kind: 'saturation', factor: 0 },
      { kind: 'contrast', factor: 0.5 },
    ])
    expect([...images]).toEqual([17.5, 22.5, 27.5, 32.5])
  })
})

describe('drawJitter', () => {
  it('draws nothing where nothing is wanted, so that runs from before go on the same', () => {
    const random = Random.fromSeed(1)
    expect(drawJitter(noColourJitter, random)).toEqual([])
    expect(random.state).toEqual(Random.fromSeed(1).state)
  })

  it('draws every order, and factors over the whole range', () => {
    const random = Random.fromSeed(2)
    const orders = new Set<string>()
    const factors: number[] = []
    for (let i = 0; i < 2000; i++) {
      const steps = drawJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 }, random)
      orders.add(steps.map(({ kind }) => kind).join())
      factors.push(...steps.map(({ factor }) => factor))
    }
    expect(orders.size).toBe(6)
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.6)
    expect(Math.min(...factors)).toBeLessThan(0.61)
    expect(Math.max(...factors)).toBeLessThan(1.4)
    expect(Math.max(...factors)).toBeGreaterThan(1.39)
    // Of 6,000 uniform numbers over a width of 0.8 the mean is within 0.012 in all but one case of ten thousand.
    expect(Math.abs(factors.reduce((sum, factor) => sum + factor, 0) / factors.length - 1)).toBeLessThan(0.012)
  })
})
