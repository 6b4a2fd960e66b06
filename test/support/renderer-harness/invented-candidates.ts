/** Candidates of the knob, chosen by the product from invented trials and the recorded runs. */
import { learnGroup } from '#shared/forecast/accuracy-band.ts'
import { candidateOptions, configsToTry } from '#shared/forecast/candidate-options.ts'
import { chooseCandidates } from '#shared/forecast/choose-candidates.ts'
import { lessonOf } from '#shared/forecast/finished-run.ts'
import type { FoundCandidates } from '#shared/forecast/found-candidates.ts'
import type { KnobLimits } from '#shared/forecast/limits.ts'
import { recordedRuns } from '#shared/forecast/recorded-runs.ts'
import { sampleShape } from '#main/library/sample-shape.ts'

const originalBytes = 1_096_168
const network = { sha256: 'invented', classes: 10, inputSide: 32, accuracy: 0.918 }

export function inventedCandidates(limits: KnobLimits): FoundCandidates {
  const lessons = recordedRuns.flatMap((run) => lessonOf(run, network.sha256) ?? [])
  const learnt = (group: Parameters<typeof learnGroup>[0]) => learnGroup(group, network, lessons)
  const tried = configsToTry().map((config, at) => {
    const ratio = 8 + 3.5 * at
    return { config, bytes: Math.round(originalBytes / ratio), ratio, distortion: 0.0012 * 1.9 ** at, seconds: 0.6 }
  })
  const options = candidateOptions({
    shape: sampleShape(),
    originalBytes,
    tried,
    forecastOf: (group, damage) => learnt(group).forecast(damage),
    mostBytes: limits.bytes,
  })
  return {
    limits,
    candidates: chooseCandidates(options, limits).map((candidate) =>
      candidate.codingSeconds === undefined ? candidate : { ...candidate, seconds: 14.2 },
    ),
    originalBytes,
    smallestBytes: Math.min(...tried.map(({ bytes }) => bytes)),
  }
}
