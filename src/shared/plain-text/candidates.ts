/** Answers of the knob in words: what windows and the command line say of candidates. */
import {
  formatAmount,
  formatBytes,
  formatDuration,
  formatExactBytes,
  formatFirst,
  formatRatio,
  unknown,
} from '../basics/format.ts'
import type { Forecast, LearntFrom } from '../forecast/accuracy-band.ts'
import type { KnobCandidate, CandidateReason } from '../forecast/choose-candidates.ts'
import type { FoundCandidates, TimedCandidate } from '../forecast/found-candidates.ts'
import { formatLimits, type KnobLimits } from '../forecast/limits.ts'
import { bestAttempt, type SearchRecord } from '../forecast/search.ts'
import { formatTable } from './table.ts'

/** Networks that a sentence names. */
const namedNetworks = 3

const reasonSentences: Readonly<Record<CandidateReason, string>> = {
  safe: 'The smallest file whose whole band is within the limits.',
  likely: 'The smallest file whose middle is within the limits: a run will tell.',
  best: 'The least loss expected at this size.',
  nearest: 'Nothing is expected to stay within the limits; this comes nearest.',
  untold: 'Nobody has run enough of these to say what it loses: a run will tell.',
  other: 'The best of another method, to compare with.',
  trained: 'Training regains a part of what coding loses, and takes longer.',
}

export function formatReason({ reason }: Pick<KnobCandidate, 'reason'>): string {
  return reasonSentences[reason]
}

/** `0.2 to 0.9 points, about 0.4`; losses are positive here, as in the limits. */
export function formatForecast(forecast: Forecast): string {
  switch (forecast.kind) {
    case 'band':
      return `${points(forecast.low)} to ${points(forecast.high)} points, about ${points(forecast.middle)}`
    case 'beyond':
      return `more than ${points(forecast.middle)} points: more damage than any finished run has shown`
    case 'not-enough':
      return 'not enough runs'
  }
}

/** From how many runs of which networks a band was learnt, or that they are not enough. */
export function formatLearntFrom({ runs, networks, ownRuns }: LearntFrom): string {
  if (runs === 0) return 'No finished run of this network or of a similar one.'
  const own = ownRuns === 0 ? '' : `, ${ownRuns} of them of this network`
  return `Learnt from ${formatAmount(runs, 'run')} of ${formatFirst(networks, namedNetworks)}${own}.`
}

/** Points that were lost, positive as in the limits: `0.42 points`. */
export function formatLost(lost: number): string {
  return `${points(lost)} points`
}

/** A value like `0.42`; what rounds to nothing is nothing. */
function points(value: number): string {
  const text = Math.abs(value).toFixed(value >= 10 ? 1 : 2)
  return value < 0 && Number(text) !== 0 ? `−${text}` : text
}

/** Why there is no candidate. */
export function formatNoCandidates({ limits, smallestBytes }: FoundCandidates): string {
  const { bytes } = limits
  if (bytes !== undefined && bytes < smallestBytes) {
    return `No method makes this network as small as ${formatBytes(bytes)}: the smallest file is ${formatBytes(smallestBytes)}.`
  }
  return 'There are not enough finished runs to say what this network would lose. Run a few compressions of it first, such as the standard baselines and spectral ones at several ratios.'
}

/** All of the answer, for a terminal. */
export function formatCandidates(found: FoundCandidates): string {
  const { limits, candidates } = found
  const [first] = candidates
  if (first === undefined) return formatNoCandidates(found)
  const rows = candidates.map((candidate, at) => [
    String(at + 1),
    candidate.title,
    formatExactBytes(candidate.bytes),
    formatRatio(candidate.ratio),
    timeOf(candidate),
    formatForecast(candidate.forecast),
  ])
  const columns = [
    { title: '' },
    { title: 'candidate' },
    { title: 'size', align: 'right' },
    { title: 'ratio', align: 'right' },
    { title: 'time', align: 'right' },
    { title: 'expected loss' },
  ] as const
  const reasons = candidates.map((candidate, at) => `${at + 1}  ${formatReason(candidate)}`)
  return [
    heading(limits),
    formatTable(columns, rows),
    reasons.join('\n'),
    formatLearntFrom(first.forecast.learntFrom),
  ].join('\n\n')
}

/** What a search has come to, for a terminal. */
export function formatSearch(search: SearchRecord): string {
  const best = bestAttempt(search)
  const rows = search.attempts.flatMap(({ title, outcome }) => {
    if (outcome === undefined) return []
    if (outcome.kind === 'failed') return [[title, unknown, unknown, outcome.message]]
    const verdict = outcome.isFit ? 'fits' : 'does not fit'
    return [[title, formatExactBytes(outcome.bytes), formatLost(outcome.points), verdict]]
  })
  const columns = [
    { title: 'attempt' },
    { title: 'size', align: 'right' },
    { title: 'lost on validation', align: 'right' },
    { title: '' },
  ] as const
  return [formatTable(columns, rows, 'No attempt was made.'), verdictOfSearch(search, best?.title)].join('\n\n')
}

function verdictOfSearch({ status, limits }: SearchRecord, best: string | undefined): string {
  if (status === 'fitted') return `${best ?? ''} fits: ${formatLimits(limits)}.`
  const end = status === 'cancelled' ? 'The search was cancelled.' : `Nothing fits: ${formatLimits(limits)}.`
  return best === undefined ? end : `${end} The best was ${best}.`
}

function heading(limits: KnobLimits): string {
  return `Candidates for ${formatLimits(limits)}:`
}

function timeOf({ seconds }: TimedCandidate): string {
  return seconds === undefined ? unknown : formatDuration(seconds)
}
