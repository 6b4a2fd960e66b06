/** What a value of a parameter may be, in one place: the command line, files and sweeps read theirs here. */
import { assertNever } from '../basics/result.ts'
import type { ParameterControl, ParameterDescription } from './parameter-controls.ts'

export type ParameterValue = number | string | boolean

/** A value that was read, or what a parameter takes instead, as the end of a sentence: `a whole number from 1 to 16`. */
export type ReadValue = { readonly value: ParameterValue } | { readonly expected: string }

/** Reads a value as its parameter takes it; texts of numbers and switches are read, too. */
export function readParameterValue({ control }: Pick<ParameterDescription, 'control'>, given: unknown): ReadValue {
  switch (control.type) {
    case 'number': {
      const value = numberOf(given)
      return isInRange(control, value) ? { value } : { expected: expectedOf(control) }
    }
    case 'choice': {
      const text = String(given)
      return control.options.some(({ value }) => value === text) ? { value: text } : { expected: expectedOf(control) }
    }
    case 'switch':
      if (given === true || given === 'true') return { value: true }
      return given === false || given === 'false' ? { value: false } : { expected: expectedOf(control) }
    // What a text of layers means is checked once the network is known.
    case 'layers':
    case 'text':
      return typeof given === 'string' ? { value: given } : { expected: expectedOf(control) }
    default:
      return assertNever(control)
  }
}

/** What a parameter takes, as the end of a sentence. */
function expectedOf(control: ParameterControl): string {
  switch (control.type) {
    case 'number': {
      const kind = control.isInteger ? 'a whole number' : 'a number'
      const above = control.isMinimumExclusive === true ? `above ${control.minimum}` : `from ${control.minimum}`
      const limit = control.maximum === Number.MAX_SAFE_INTEGER ? ' on' : ` to ${control.maximum}`
      return `${kind} ${above}${limit}`
    }
    case 'choice':
      return control.options.map(({ value }) => value).join(', ')
    case 'switch':
      return 'true or false'
    case 'layers':
    case 'text':
      return 'a text'
    default:
      return assertNever(control)
  }
}

function isInRange(control: Extract<ParameterControl, { type: 'number' }>, value: number): boolean {
  if (!(control.isInteger ? Number.isSafeInteger(value) : Number.isFinite(value))) return false
  const isAbove = control.isMinimumExclusive === true ? value > control.minimum : value >= control.minimum
  return isAbove && value <= control.maximum
}

/** NaN for what is no number. */
function numberOf(given: unknown): number {
  if (typeof given === 'number') return given
  return typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN
}
