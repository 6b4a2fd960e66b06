import { attemptUnderWay, type SearchAttempt, type SearchRecord } from '#shared/forecast/search.ts'
import { knobTexts } from './texts.ts'

export interface AttemptVerdict {
  readonly text: string
  readonly tone: 'neutral' | 'accent' | 'positive' | 'caution' | 'negative'
}

/** What is to be said of one attempt of a search. */
export function verdictOf(search: SearchRecord, attempt: SearchAttempt): AttemptVerdict {
  const { outcome } = attempt
  if (outcome?.kind === 'failed') return { text: knobTexts.failed, tone: 'negative' }
  if (outcome?.kind === 'measured') {
    if (outcome.isFit) return { text: knobTexts.fits, tone: 'positive' }
    const isTooLarge = outcome.bytes > (search.limits.bytes ?? Infinity)
    return { text: isTooLarge ? knobTexts.tooLarge : knobTexts.losesTooMuch, tone: 'caution' }
  }
  if (attempt === attemptUnderWay(search)) return { text: knobTexts.underWay, tone: 'accent' }
  return { text: search.status === 'searching' ? knobTexts.waiting : knobTexts.notNeeded, tone: 'neutral' }
}
