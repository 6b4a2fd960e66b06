import type { Contender } from './contender.ts'

export interface Measured {
  readonly system: Contender['system']
  readonly variant: string
  /** Milliseconds a step, one value a round; empty when it was left out of them. */
  readonly rounds: readonly number[]
  /** Milliseconds of the trial step. */
  readonly trial: number
}

/** What is this much slower than the best of its system in the trial cannot be its best, and would take most of the time. */
const hopeless = 3
/** A measurement lasts about so long, so that short steps are not measured by a single one. */
const measurementMs = 400
const mostSteps = 25

/**
 * A trial of everybody, then rounds A B C A B C ... of those that may be the best of their system.
 * @param slowest times the best trial of a system beyond which one of its contenders is left out; Infinity keeps all
 */
export async function measureInterleaved(
  contenders: readonly Contender[],
  rounds: number,
  slowest = hopeless,
): Promise<Measured[]> {
  const entries: { readonly contender: Contender; readonly trial: number; readonly times: number[] }[] = []
  for (const contender of contenders) entries.push({ contender, trial: await contender.time(1), times: [] })
  const admitted = entries.filter(({ contender: { system }, trial }) => {
    const trials = entries.filter(({ contender }) => contender.system === system).map((entry) => entry.trial)
    return trial <= slowest * Math.min(...trials)
  })
  for (let round = 0; round < rounds; round++) {
    for (const { contender, trial, times } of admitted) {
      times.push(await contender.time(Math.max(1, Math.min(mostSteps, Math.round(measurementMs / trial)))))
    }
  }
  return entries.map(({ contender: { system, variant }, trial, times }) => ({ system, variant, trial, rounds: times }))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The variant of a system with the smallest median. */
export function bestOf(measured: readonly Measured[], system: Contender['system']): Measured | undefined {
  const [best] = measured
    .filter((entry) => entry.system === system && entry.rounds.length > 0)
    .sort((left, right) => median(left.rounds) - median(right.rounds))
  return best
}
