/** Lessons of networks that lose accuracy by one law, each with a factor of its own and with noise. */
import { Random } from '#shared/basics/random.ts'
import type { Lesson } from '#shared/forecast/lesson.ts'

export interface MadeUpLessons {
  readonly seed: number
  readonly networks: number
  readonly runsEach: number
  /** Deviation of the logarithm of a network's factor. */
  readonly betweenNetworks?: number
}

/** Shares of 0.1 times the root of the damage, from 1e-4 to 1. */
export function madeUpLessons({ seed, networks, runsEach, betweenNetworks = 0.2 }: MadeUpLessons): readonly Lesson[] {
  const random = Random.fromSeed(seed, 'made-up lessons')
  return Array.from({ length: networks }, (_, at) => {
    const factor = Math.exp(betweenNetworks * random.normal())
    return Array.from({ length: runsEach }, (): Lesson => {
      const damage = 10 ** (-4 * random.uniform())
      const expected = 0.1 * factor * Math.sqrt(damage)
      return {
        network: { sha256: `network-${at}`, title: `network ${at}`, classes: 10, inputSide: 32 },
        group: 'codes',
        damage,
        lostShare: expected * (1 + 0.1 * random.normal()) + 0.001 * random.normal(),
      }
    })
  }).flat()
}
