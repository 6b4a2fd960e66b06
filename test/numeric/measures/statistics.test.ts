/** The statistics of a comparison beside scipy's, on seeded random counts and on the corners. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { Random } from '#shared/basics/random.ts'
import {
  holmAdjusted,
  mcnemarExact,
  meanInterval,
  pairedInterval,
  wilsonInterval,
} from '#shared/measures/statistics.ts'
import { itWithPython, runPython } from '../../support/python.ts'

const script = join(import.meta.dirname, 'statistics_oracle.py')

itWithPython(['scipy', 'numpy'])('McNemar, Wilson, Holm, paired and mean intervals equal those of scipy', () => {
  const seeded = Random.fromSeed(7, 'statistics')
  const random = (): number => seeded.uniform()
  const count = (below: number): number => Math.floor(random() * below)
  const many = <T>(of: () => T, corners: readonly T[]): T[] => [...corners, ...Array.from({ length: 60 }, of)]
  const counts = {
    mcnemar: many(
      () => [count(400), count(400)],
      [
        [0, 0],
        [0, 1],
        [7, 0],
        [250, 250],
        [3000, 2800],
      ],
    ),
    wilson: many(
      () => [count(10_000), 10_000],
      [
        [0, 10],
        [10, 10],
        [1, 1],
        [9137, 10_000],
      ],
    ),
    mean: many(() => Array.from({ length: 2 + count(9) }, () => 0.9 + 0.02 * random()), [[0.5, 0.7]]),
    paired: many(
      () => [8000 + count(1500), count(300), count(300), count(900)],
      [
        [10, 0, 0, 0],
        [0, 5, 0, 0],
        [0, 0, 9, 0],
        [1, 1, 1, 1],
      ],
    ),
    holm: many(() => Array.from({ length: 1 + count(20) }, () => random() ** 4), [[1], [0, 0, 1], [0.04, 0.03, 0.02]]),
  }
  const expected = JSON.parse(runPython([script], JSON.stringify(counts))) as Record<keyof typeof counts, unknown>
  const ends = ({ low, high }: { low: number; high: number }): number[] => [low, high]
  const ours = {
    mcnemar: counts.mcnemar.map(([first = 0, second = 0]) => mcnemarExact(first, second)),
    wilson: counts.wilson.map(([correct = 0, total = 0]) => ends(wilsonInterval(correct, total))),
    mean: counts.mean.map((values) => {
      const { mean, standardDeviation, interval } = meanInterval(values)
      return [mean, standardDeviation, ...ends(interval)]
    }),
    paired: counts.paired.map(([bothRight = 0, onlyFirst = 0, onlySecond = 0, bothWrong = 0]) =>
      ends(pairedInterval({ bothRight, onlyFirst, onlySecond, bothWrong })),
    ),
    holm: counts.holm.map(holmAdjusted),
  }
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
    const pairs = zip(flat(ours[name]), flat(expected[name]))
    expect(pairs.length).toBeGreaterThan(60)
    for (const [own, other] of pairs)
      expect(Math.abs(own - other), name).toBeLessThan(1e-6 * Math.max(Math.abs(other), 1e-6))
  }
})

function flat(values: unknown): readonly number[] {
  return (values as readonly (number | readonly number[])[]).flat()
}

function zip(first: readonly number[], second: readonly number[]): readonly (readonly [number, number])[] {
  expect(first.length).toBe(second.length)
  return first.map((value, index) => [value, second[index] ?? NaN])
}
