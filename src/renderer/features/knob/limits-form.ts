/** The two fields of the knob as limits. */
import type { KnobLimits } from '#shared/forecast/limits.ts'
import { knobTexts } from './texts.ts'

export interface LimitFields {
  /** As typed; empty asks for nothing. */
  readonly points: string
  /** As typed, in KiB. */
  readonly kibibytes: string
}

export interface ReadLimits {
  /** Undefined where a field is wrong or both are empty. */
  readonly limits: KnobLimits | undefined
  /** What is wrong with each field. */
  readonly problems: { readonly points?: string; readonly kibibytes?: string }
}

const mostPoints = 100
const bytesPerKibibyte = 1024

/** A comma separates decimals as well as a point does. */
export function readLimits({ points, kibibytes }: LimitFields): ReadLimits {
  const [lost, size] = [numberIn(points), numberIn(kibibytes)]
  const bytes = size === undefined ? undefined : Math.floor(size * bytesPerKibibyte)
  const isLostWrong = lost !== undefined && !(lost > 0 && lost <= mostPoints)
  const isSizeWrong = bytes !== undefined && !(bytes >= 1 && Number.isSafeInteger(bytes))
  const problems = {
    ...(isLostWrong ? { points: knobTexts.pointsProblem } : {}),
    ...(isSizeWrong ? { kibibytes: knobTexts.sizeProblem } : {}),
  }
  if (isLostWrong || isSizeWrong || (lost === undefined && bytes === undefined)) return { limits: undefined, problems }
  return {
    limits: { ...(lost === undefined ? {} : { points: lost }), ...(bytes === undefined ? {} : { bytes }) },
    problems,
  }
}

/** Undefined of an empty field, NaN of what is no number. */
function numberIn(text: string): number | undefined {
  const trimmed = text.trim().replace(',', '.')
  return trimmed === '' ? undefined : Number(trimmed)
}
