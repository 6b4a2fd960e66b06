/** A small search among candidates: ordinary experiments, one after the other, until the first one fits. */
import { accuracyOf } from '../experiment/plan.ts'
import type { PackagedResult } from '../experiment/results.ts'
import type { CandidateConfig, CandidateOption } from './candidate-options.ts'
import type { KnobCandidate } from './choose-candidates.ts'
import { isUntrained } from './lesson.ts'
import type { KnobLimits } from './limits.ts'

export type SearchStatus = 'searching' | 'fitted' | 'exhausted' | 'cancelled'

export interface MeasuredAttempt {
  readonly kind: 'measured'
  readonly isFit: boolean
  readonly bytes: number
  /** Lost on all validation images; below 0 where accuracy was gained. */
  readonly points: number
}

export interface SearchAttempt {
  readonly config: CandidateConfig
  readonly title: string
  /** What the attempt is, from its start on. */
  readonly experimentId?: string
  /** Absent before its end. */
  readonly outcome?: MeasuredAttempt | { readonly kind: 'failed'; readonly message: string }
}

export interface SearchRecord {
  readonly id: string
  readonly networkId: string
  readonly datasetId: string
  readonly limits: KnobLimits
  readonly status: SearchStatus
  /** In the order in which they are made. */
  readonly attempts: readonly SearchAttempt[]
  readonly createdAt: string
}

/** More would no longer be small. */
const mostAttempts = 5
/** Two files that differ by less have none worth a run between them. */
const apartShare = 1.1
/** A file this much larger than the largest candidate is one more attempt, should all of them lose too much. */
const finerShare = 1.25

/**
 * With a limit of points the candidates from the smallest file on, one between two of them and one that is finer than all;
 * what is trained comes last, since it takes longest. Without one the candidates in their order: the first is the best.
 */
export function planAttempts(
  candidates: readonly KnobCandidate[],
  options: readonly CandidateOption[],
  limits: KnobLimits,
): readonly SearchAttempt[] {
  const ordered = limits.points === undefined ? candidates : fromTheSmallest(candidates, options, limits)
  return ordered.slice(0, mostAttempts).map(({ config, title }) => ({ config, title }))
}

function fromTheSmallest(
  candidates: readonly KnobCandidate[],
  options: readonly CandidateOption[],
  { bytes: mostBytes = Infinity }: KnobLimits,
): readonly CandidateOption[] {
  const untrained = candidates.filter(({ group }) => isUntrained(group)).toSorted((a, b) => a.bytes - b.bytes)
  const codes = options
    .filter(({ group, bytes }) => group === 'codes' && bytes <= mostBytes)
    .toSorted((a, b) => a.bytes - b.bytes)
  const [smallest, largest] = [untrained[0], untrained.at(-1)]
  const isApart = smallest !== undefined && largest !== undefined && largest.bytes > apartShare * smallest.bytes
  const between = isApart ? nearest(codes, Math.sqrt(smallest.bytes * largest.bytes)) : undefined
  const finer = largest === undefined ? undefined : codes.find(({ bytes }) => bytes >= finerShare * largest.bytes)
  const sized = [...untrained, between, finer].filter((option) => option !== undefined)
  const trained = candidates.filter(({ group }) => !isUntrained(group))
  return [...sized.toSorted((a, b) => a.bytes - b.bytes), ...trained]
}

function nearest(options: readonly CandidateOption[], bytes: number): CandidateOption | undefined {
  return options.toSorted((a, b) => Math.abs(a.bytes - bytes) - Math.abs(b.bytes - bytes))[0]
}

/** Whether a run is within the limits, by the validation split alone; undefined where it was not measured there. */
export function judgeAttempt(
  { accuracies, sizes: { totalBytes } }: Pick<PackagedResult, 'accuracies' | 'sizes'>,
  { points = Infinity, bytes = Infinity }: KnobLimits,
): MeasuredAttempt | undefined {
  const validation = accuracies.find(({ split }) => split === 'validation')
  if (validation === undefined) return undefined
  const lost = 100 * (accuracyOf(validation.original) - accuracyOf(validation.reconstructed))
  return { kind: 'measured', isFit: lost <= points && totalBytes <= bytes, bytes: totalBytes, points: lost }
}

/** The attempt that fits, else that which lost least; undefined before one was measured. */
export function bestAttempt({
  attempts,
}: Pick<SearchRecord, 'attempts'>): (SearchAttempt & { readonly outcome: MeasuredAttempt }) | undefined {
  const measured = attempts.flatMap((attempt) =>
    attempt.outcome?.kind === 'measured' ? [{ ...attempt, outcome: attempt.outcome }] : [],
  )
  const fitting = measured.find(({ outcome }) => outcome.isFit)
  return fitting ?? measured.toSorted((a, b) => a.outcome.points - b.outcome.points)[0]
}

/** The attempt that is made now; undefined once the search has ended. */
export function attemptUnderWay({ status, attempts }: SearchRecord): SearchAttempt | undefined {
  return status === 'searching' ? attempts.find(({ outcome }) => outcome === undefined) : undefined
}
