/** Candidates of the knob, chosen by the product from invented trials and the recorded runs. */
import { learnGroup } from '#shared/forecast/accuracy-band.ts'
import { candidateOptions, configsToTry, type CandidateOption } from '#shared/forecast/candidate-options.ts'
import { chooseCandidates } from '#shared/forecast/choose-candidates.ts'
import { lessonOf } from '#shared/forecast/finished-run.ts'
import type { FoundCandidates } from '#shared/forecast/found-candidates.ts'
import type { KnobLimits } from '#shared/forecast/limits.ts'
import { planAttempts, type SearchRecord } from '#shared/forecast/search.ts'
import { recordedRuns } from '#shared/forecast/recorded-runs.ts'
import { sampleShape } from '#main/library/sample-shape.ts'

const originalBytes = 1_096_168
const network = { sha256: 'invented', classes: 10, inputSide: 32, accuracy: 0.918 }

function optionsWithin(limits: KnobLimits): readonly CandidateOption[] {
  const lessons = recordedRuns.flatMap((run) => lessonOf(run, network.sha256) ?? [])
  const learnt = (group: Parameters<typeof learnGroup>[0]) => learnGroup(group, network, lessons)
  const tried = configsToTry().map((config, at) => {
    const ratio = 8 + 3.5 * at
    return { config, bytes: Math.round(originalBytes / ratio), ratio, distortion: 0.0012 * 1.9 ** at, seconds: 0.6 }
  })
  return candidateOptions({
    shape: sampleShape(),
    originalBytes,
    tried,
    forecastOf: (group, damage) => learnt(group).forecast(damage),
    mostBytes: limits.bytes,
  })
}

export function inventedCandidates(limits: KnobLimits): FoundCandidates {
  return {
    limits,
    candidates: chooseCandidates(optionsWithin(limits), limits).map((candidate) =>
      candidate.codingSeconds === undefined ? candidate : { ...candidate, seconds: 14.2 },
    ),
    originalBytes,
    smallestBytes: Math.min(...optionsWithin({ points: 1 }).map(({ bytes }) => bytes)),
  }
}

/** Two attempts have ended, the second one fits. */
export function inventedSearch({
  limits,
  ...subject
}: Pick<SearchRecord, 'networkId' | 'datasetId' | 'limits'>): SearchRecord {
  const options = optionsWithin(limits)
  const planned = planAttempts(chooseCandidates(options, limits), options, limits)
  const points = limits.points ?? 1
  const attempts = planned.map((attempt, at) =>
    at > 1
      ? attempt
      : {
          ...attempt,
          experimentId: `exp-search-${at}`,
          outcome: {
            kind: 'measured',
            isFit: at === 1,
            bytes: 61_204,
            points: at === 0 ? 1.4 * points : 0.7 * points,
          } as const,
        },
  )
  return { id: 'search-1', ...subject, limits, status: 'fitted', attempts, createdAt: '2030-01-02T03:04:05.000Z' }
}
