import { expect, test } from 'vitest'
import {
  embedCoordinates,
  embeddingColumns,
  embedValues,
  fourierEmbedding,
  frequencies,
  type PositionalEmbedding,
} from '#engine/methods/nern/positional-embedding.ts'

const published: PositionalEmbedding = { type: 'positional', base: 0.76, levels: 40, fusion: 'concat' }

test('the origin is embedded as alternating zeros and ones', () => {
  const embedded = embedCoordinates(Int32Array.of(0, 0, 0), published)
  expect(embedded).toEqual(Float32Array.from({ length: 240 }, (_, column) => column % 2))
})

test('one step turns the first levels by pi and 0.76 pi', () => {
  const [sine0 = NaN, cosine0, sine1, cosine1] = embedValues([1], published)
  expect(Math.abs(sine0)).toBeLessThan(1e-6)
  expect(cosine0).toBe(-1)
  expect(sine1).toBeCloseTo(0.6845, 4)
  expect(cosine1).toBeCloseTo(-0.729, 4)
})

test('frequencies are powers of the base after it is rounded to float32', () => {
  const ours = frequencies({ base: 0.76, levels: 40 })
  expect(ours[39]).toBe(Math.fround(Math.fround(0.76) ** 39))
  expect(ours[39]).not.toBe(Math.fround(0.76 ** 39))
})

test('fusion by sum adds the three embeddings of concatenation', () => {
  const coordinates = Int32Array.of(3, 14, 15)
  const parts = embedCoordinates(coordinates, { ...published, levels: 2 })
  const sums = embedCoordinates(coordinates, { ...published, levels: 2, fusion: 'sum' })
  const expected = [0, 1, 2, 3].map((at) => (parts[at] ?? NaN) + (parts[4 + at] ?? NaN) + (parts[8 + at] ?? NaN))
  expect(Array.from(sums, (value, at) => Math.abs(value - (expected[at] ?? NaN)) < 1e-6)).toEqual(Array(4).fill(true))
})

test('random Fourier features depend on their seed alone and lie on circles', () => {
  const embedding = fourierEmbedding(40)
  expect(fourierEmbedding(40)).toEqual(embedding)
  expect(fourierEmbedding(40, 1)).not.toEqual(embedding)
  const rows = embedCoordinates(Int32Array.of(5, 60, 7), embedding)
  expect(rows.length).toBe(embeddingColumns(embedding))
  for (let at = 0; at < rows.length; at += 2) {
    expect((rows[at] ?? NaN) ** 2 + (rows[at + 1] ?? NaN) ** 2).toBeCloseTo(1, 5)
  }
})
