import type { NumberControl } from '#shared/parameters/parameter-controls.ts'

/** The text after an arrow key: one step up or down inside the range; unchanged when it is not a number. */
export function steppedText(text: string, control: NumberControl, direction: 1 | -1): string {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) return text
  const next = value + direction * control.step
  const lowest = control.isMinimumExclusive === true ? control.step : control.minimum
  if (next < lowest || next > control.maximum) return text
  // Sums of decimals carry noise in the 16th digit.
  return String(Number(next.toPrecision(12)))
}
