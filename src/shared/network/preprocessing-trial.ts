/**
 * Which preprocessing a network was trained with, when nobody says it: the usual ones are tried on images with labels.
 * Weights with another than their own lose most of their accuracy, so the one they were trained with stands out.
 */
import { formatPercent } from '../basics/format.ts'
import {
  isSamePreprocessing,
  preprocessingPresetIds,
  preprocessingPresets,
  type Preprocessing,
} from './preprocessing.ts'
import { wilsonInterval } from '../measures/statistics.ts'

/** Images of a trial, unless somebody asks for another number. */
export const trialImages = 1000

/** Standard deviations above chance that count as knowing something: seven tries get there by luck once in 500. */
const luck = 3.5

/** One preprocessing and the images that were right under it. */
export interface TriedPreprocessing {
  readonly preprocessing: Preprocessing
  readonly isCurrent: boolean
  readonly correct: number
}

export interface PreprocessingTrial {
  readonly total: number
  /** Share of the most frequent class among the images: what a network that knows nothing can get right. */
  readonly chance: number
  /** The best first; of equals, the network's own. */
  readonly tried: readonly TriedPreprocessing[]
  /**
   * `fits`: no other is measurably better than the network's own; `other-fits`: the first one is; `at-chance`: under none
   * of them does the network know anything about these images.
   */
  readonly verdict: 'fits' | 'other-fits' | 'at-chance'
}

/**
 * What is tried of a network with images of `channels`: its own preprocessing first, then the usual ones, resized as its
 * own does. The usual ones of colour images do not exist for others: there only those without colours are tried.
 */
export function preprocessingsToTry(current: Preprocessing): readonly Preprocessing[] {
  const channels = current.mean.length
  const usual = preprocessingPresetIds.flatMap((id): Preprocessing[] => {
    const { mean, standardDeviation } = preprocessingPresets[id].preprocessing
    const candidate = { mean, standardDeviation, resize: current.resize }
    if (channels === mean.length) return [candidate]
    if (new Set(mean).size > 1 || new Set(standardDeviation).size > 1) return []
    const every = (values: readonly number[]) => new Array<number>(channels).fill(values[0] ?? 0)
    return [{ ...candidate, mean: every(mean), standardDeviation: every(standardDeviation) }]
  })
  return [current, ...usual.filter((candidate) => !isSamePreprocessing(candidate, current))]
}

/** @param tried the network's own first */
export function judgeTrial(total: number, chance: number, tried: readonly TriedPreprocessing[]): PreprocessingTrial {
  const ranked = tried.toSorted((left, right) => right.correct - left.correct)
  const most = ranked[0]?.correct ?? 0
  const own = tried.find(({ isCurrent }) => isCurrent)?.correct ?? 0
  const isOwnBest = wilsonInterval(most, total).low <= own / Math.max(1, total)
  const verdict = isOwnBest ? 'fits' : 'other-fits'
  const isKnowing = wilsonInterval(most, total, luck).low > chance
  return { total, chance, tried: ranked, verdict: isKnowing ? verdict : 'at-chance' }
}

/** The verdict for people. */
export function trialSentence({ verdict, total, chance, tried }: PreprocessingTrial): string {
  const [best] = tried
  const most = formatPercent((best?.correct ?? 0) / Math.max(1, total))
  switch (verdict) {
    case 'fits':
      return "The network's own preprocessing fits: under no other it gets measurably more images right."
    case 'other-fits':
      return `Another preprocessing fits better: under the first one the network gets ${most} of the images right.`
    case 'at-chance':
      return (
        `The network is at chance under all of them: ${most} right at best, ${formatPercent(chance)} by always naming ` +
        'the most frequent class. Its classes may stand in another order than those of the data set, its weights may ' +
        'not be trained, or its preprocessing may be none of these.'
      )
  }
}
