import { expect, it } from 'vitest'
import { cosineBasis, exponentsPerOctave, sixteenths } from '#shared/tensors/spectral-layer.ts'

const exponents = Array.from({ length: exponentsPerOctave }, (_, exponent) => exponent)

it.each(exponents)('gives the double nearest to two to the %s sixteenths', (exponent) => {
  // In units of half its last bit, so that the ends of what rounds to it are integers: no power of the engine is asked.
  const halves = 2n * BigInt(sixteenths(exponent) * 2 ** 52)
  const power = 2n ** (16n * 53n + BigInt(exponent))
  expect((halves - 1n) ** 16n < power && power < (halves + 1n) ** 16n).toBe(true)
})

it('takes octaves as powers of two', () => {
  expect([-33, -16, 0, 32].map(sixteenths)).toEqual([sixteenths(15) / 8, 0.5, 1, 4])
})

it.each([1, 2, 3, 5, 7])('has an orthonormal basis of %s cosines', (size) => {
  const basis = cosineBasis(size)
  for (const [first, row] of basis.entries()) {
    for (const [second, other] of basis.entries()) {
      const product = row.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
      expect(product).toBeCloseTo(first === second ? 1 : 0, 8)
    }
  }
})
