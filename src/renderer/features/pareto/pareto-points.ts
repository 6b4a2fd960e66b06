/** Everything the picture of a network shows, as points. */
import type { TimedCandidate } from '#shared/forecast/found-candidates.ts'
import type { ScatterPoint } from '../../charts/scatter-layout.ts'
import { windowFamilyOf } from '../../families/table.ts'
import type { NetworkRun, OriginalAccuracy } from './network-points.ts'
import { paretoTexts } from './texts.ts'

export interface ShownOriginal extends OriginalAccuracy {
  readonly bytes: number
}

/** Its id in the picture, where those of experiments are their own. */
const originalId = 'original'
const candidatePrefix = 'expected.'

/** More names than these cannot be read. */
const namedAtMost = 8

export function originalPoint({ bytes, accuracy, interval }: ShownOriginal): ScatterPoint {
  const place = { x: bytes, y: accuracy, yLow: interval.low, yHigh: interval.high }
  return {
    id: originalId,
    label: paretoTexts.original,
    ...place,
    token: '--text-muted',
    mark: 'diamond',
    isReference: true,
  }
}

/**
 * @param front those that nothing beats, the smallest first: some of them have names where not all can have one
 * @param tokenOf the colour of a run
 */
export function runPoints(
  runs: readonly NetworkRun[],
  front: readonly NetworkRun[],
  isMeant: (run: NetworkRun) => boolean,
  tokenOf: (run: NetworkRun) => string,
): readonly ScatterPoint[] {
  const named = new Set(runs.length <= namedAtMost ? runs : namedOfFront(front, isMeant))
  const methods = [...named].map(runLabel)
  return runs.map((run) => {
    const method = runLabel(run)
    const isShared = methods.filter((other) => other === method).length > 1
    return {
      ...plainPoint(run),
      label: isShared ? run.experiment.name : method,
      token: tokenOf(run),
      isFaint: !isMeant(run),
      isUnnamed: !named.has(run),
    }
  })
}

/** Those that are meant, or of all where none is; evenly spread, with both ends. */
function namedOfFront(front: readonly NetworkRun[], isMeant: (run: NetworkRun) => boolean): readonly NetworkRun[] {
  const within = front.filter(isMeant)
  const from = within.length > 0 ? within : front
  if (from.length <= namedAtMost) return from
  const picked = Array.from({ length: namedAtMost }, (_, at) =>
    Math.round((at * (from.length - 1)) / (namedAtMost - 1)),
  )
  return picked.flatMap((index) => from[index] ?? [])
}

/** A run before it is coloured and named. */
export function plainPoint({ experiment, bytes, accuracy }: NetworkRun): ScatterPoint {
  return {
    id: experiment.id,
    label: experiment.name,
    x: bytes,
    y: accuracy,
    yLow: accuracy,
    yHigh: accuracy,
    token: '--text-muted',
    mark: experiment.plan === undefined ? 'circle' : windowFamilyOf(experiment.plan).point.mark,
    isReference: false,
  }
}

/** Its method in a few words. */
export function runLabel({ experiment }: NetworkRun): string {
  const { plan, name } = experiment
  return plan === undefined ? name : windowFamilyOf(plan).point.label(plan)
}

/** What the knob found: where each is expected, with its band. Those of which nothing is known have no place. */
export function candidatePoints(candidates: readonly TimedCandidate[], original: number): readonly ScatterPoint[] {
  return candidates.flatMap(({ title, bytes, forecast }) => {
    if (forecast.kind === 'not-enough') return []
    const at = (lost: number): number => original - lost / 100
    const [low, high] = forecast.kind === 'band' ? [forecast.high, forecast.low] : [forecast.middle, forecast.middle]
    return [
      {
        id: `${candidatePrefix}${title}`,
        label: title,
        x: bytes,
        y: at(forecast.middle),
        yLow: at(low),
        yHigh: at(high),
        token: '--accent-text',
        mark: 'circle',
        isReference: false,
        isExpected: true,
      } as const,
    ]
  })
}
