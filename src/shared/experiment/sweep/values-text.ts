/**
 * Values of a parameter in one line of text, as a form and a file take them:
 *
 *     64, 96, 128            these
 *     64..256 step 16        from, to and what lies between two
 *     0.001..0.1 in 5        so many, evenly spaced
 *     log 0.001..0.1 in 5    so many, each the same factor larger than the one before
 *
 * Drawn at random, `64..256` and `log 0.001..0.1` are ranges, and values between commas are choices.
 */
import type { ParameterDescription } from '../../parameters/parameter-controls.ts'
import { readParameterValue, type ParameterValue } from '../../parameters/parameter-value.ts'
import { maximumRuns, type Draw } from './sweep.ts'

type Row = Pick<ParameterDescription, 'control'>

/** What is wrong with a text, in words for its field. */
interface Problem {
  readonly problem: string
}

interface Range {
  readonly isLogarithmic: boolean
  readonly from: number
  readonly to: number
  readonly spacing?: { readonly kind: 'step' | 'in'; readonly amount: number }
}

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
const rangePattern = new RegExp(
  String.raw`^(?<log>log\s+)?(?<from>${number})\s*(?:\.\.|…)\s*(?<to>${number})(?:\s+(?<kind>step|in)\s+(?<amount>${number}))?$`,
  'i',
)

/** The values that a text names in its order: each once, unless `keepsRepeats`. */
export function readSweptValues(
  row: Row,
  text: string,
  { keepsRepeats = false } = {},
): { readonly values: readonly ParameterValue[] } | Problem {
  const values: ParameterValue[] = []
  for (const part of partsOf(text)) {
    const range = readRange(part)
    const given = range === undefined ? [part] : spaced(row, range)
    if ('problem' in given) return given
    for (const one of given) {
      const read = readParameterValue(row, one)
      if ('expected' in read) return { problem: `${String(one)}: it takes ${read.expected}.` }
      values.push(read.value)
    }
  }
  if (values.length === 0) return { problem: 'Name values, such as 64, 96, 128 or 64..128 step 16.' }
  return { values: keepsRepeats ? values : [...new Set(values)] }
}

/** How a text says that values are drawn. */
export function readDraw(row: Row, text: string): { readonly draw: Draw } | Problem {
  const range = readRange(text.trim())
  if (range === undefined || range.spacing !== undefined) {
    const read = readSweptValues(row, text)
    return 'problem' in read ? read : { draw: { kind: 'choice', values: read.values } }
  }
  const { from, to, isLogarithmic } = range
  const problem = rangeProblem(row, range)
  if (problem !== undefined) return { problem }
  if (isLogarithmic) return { draw: { kind: 'log-uniform', from, to, isWhole: isWhole(row) } }
  return { draw: { kind: isWhole(row) ? 'integer' : 'uniform', from, to } }
}

/** Seeds: one number says how many, from `first` on; several are the seeds themselves. */
export function readSeeds(row: Row, text: string, first: number): { readonly seeds: readonly number[] } | Problem {
  const count = /^\s*\d+\s*$/.test(text) ? Number(text) : undefined
  if (count !== undefined) {
    if (count < 1 || count > maximumRuns) return { problem: `Type how many seeds: 1 to ${maximumRuns}.` }
    return { seeds: Array.from({ length: count }, (_, index) => first + index) }
  }
  const read = readSweptValues(row, text)
  return 'problem' in read ? read : { seeds: read.values.filter((value) => typeof value === 'number') }
}

function partsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function readRange(part: string): Range | undefined {
  const groups = rangePattern.exec(part)?.groups
  if (groups === undefined) return undefined
  const { log, from, to, kind, amount } = groups
  const isStep = kind?.toLowerCase() === 'step'
  return {
    isLogarithmic: log !== undefined,
    from: Number(from),
    to: Number(to),
    ...(kind === undefined ? {} : { spacing: { kind: isStep ? 'step' : 'in', amount: Number(amount) } }),
  }
}

function rangeProblem(row: Row, { from, to, isLogarithmic }: Range): string | undefined {
  for (const end of [from, to]) {
    const read = readParameterValue(row, end)
    if ('expected' in read) return `${end}: it takes ${read.expected}.`
  }
  if (from >= to) return `A range goes up: ${to}..${from} rather than ${from}..${to}.`
  return isLogarithmic && from <= 0 ? 'A range with log begins above 0.' : undefined
}

/** The values of a range, or what is wrong with it. */
function spaced(row: Row, range: Range): readonly number[] | Problem {
  const problem = rangeProblem(row, range)
  if (problem !== undefined) return { problem }
  const { from, to, isLogarithmic, spacing } = range
  if (spacing === undefined) {
    if (isWhole(row) && !isLogarithmic && to - from < maximumRuns) return stepped(from, to, 1)
    return { problem: `Say how many, such as ${isLogarithmic ? 'log ' : ''}${from}..${to} in 5.` }
  }
  const { kind, amount } = spacing
  if (kind === 'step') {
    if (isLogarithmic) return { problem: `Say how many, such as log ${from}..${to} in 5.` }
    if (amount <= 0 || (to - from) / amount >= maximumRuns) return { problem: 'The step is too small for this range.' }
    return stepped(from, to, amount)
  }
  if (!Number.isInteger(amount) || amount < 2 || amount > maximumRuns) {
    return { problem: `After in comes how many: a whole number from 2 to ${maximumRuns}.` }
  }
  const values = Array.from({ length: amount }, (_, index) => {
    const share = index / (amount - 1)
    return isLogarithmic ? from * (to / from) ** share : from + (to - from) * share
  })
  return values.map((value) => (isWhole(row) ? Math.round(value) : readable(value)))
}

function stepped(from: number, to: number, step: number): readonly number[] {
  // Sums of decimal steps miss the last value by a rounding error.
  const count = Math.floor((to - from) / step + 1e-9) + 1
  return Array.from({ length: count }, (_, index) => readable(from + index * step))
}

/** Without the last digits that only binary fractions have. */
function readable(value: number): number {
  return Number(value.toPrecision(6))
}

function isWhole({ control }: Row): boolean {
  return control.type === 'number' && control.isInteger
}
