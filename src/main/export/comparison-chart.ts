/** Accuracy against bytes as inline SVG. */
import type { MeasuredRow } from '#shared/measures/compared-rows.ts'
import { formatBytes, formatPercent } from '#shared/basics/format.ts'
import { html, type Markup } from './markup.ts'

const [width, height, left, bottom, top] = [812, 320, 64, 36, 16]

/** Names are numbers: the table below says which is which, and twenty names would hide each other. */
export function accuracyAgainstBytes(rows: readonly MeasuredRow[]): Markup {
  const points = rows.flatMap(({ bytes, accuracy, name, isOriginal }, index) => {
    return bytes === undefined || accuracy === undefined
      ? []
      : [{ bytes, accuracy, name, isOriginal, place: index + 1 }]
  })
  if (points.length === 0) return html`<p class="muted">Nothing here was measured.</p>`
  const [fewest, most] = [Math.min(...points.map(({ bytes }) => bytes)), Math.max(...points.map(({ bytes }) => bytes))]
  const [low, high] = [
    Math.min(...points.map(({ accuracy }) => accuracy.interval.low)),
    Math.max(...points.map(({ accuracy }) => accuracy.interval.high)),
  ]
  const span = Math.max(0.3, Math.log(most / fewest))
  const x = (bytes: number): number => left + 20 + ((width - left - 60) * Math.log(bytes / fewest)) / span
  const y = (accuracy: number): number =>
    top + ((height - top - bottom) * (high - accuracy)) / Math.max(1e-3, high - low)
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = low + share * (high - low)
    return html`<line
        x1="${left}"
        x2="${width}"
        y1="${y(value).toFixed(1)}"
        y2="${y(value).toFixed(1)}"
        class="grid"
      /><text x="${left - 8}" y="${(y(value) + 4).toFixed(1)}" class="end">${formatPercent(value)}</text>`
  })
  const ticks = [0, 1 / 3, 2 / 3, 1].map((share) => {
    const bytes = fewest * Math.exp(share * Math.log(most / fewest))
    return html`<text x="${x(bytes).toFixed(1)}" y="${height - 12}" text-anchor="middle">${formatBytes(bytes)}</text>`
  })
  const drawn = points.map(({ bytes, accuracy, name, isOriginal, place }) => {
    const [at, center] = [x(bytes).toFixed(1), y(accuracy.accuracy)]
    const kind = isOriginal ? 'fill-rest' : 'fill-predictor'
    return html`<line
        x1="${at}"
        x2="${at}"
        y1="${y(accuracy.interval.low).toFixed(1)}"
        y2="${y(accuracy.interval.high).toFixed(1)}"
        class="interval"
      /><circle cx="${at}" cy="${center.toFixed(1)}" r="5" class="${kind}"
        ><title>${name}: ${formatPercent(accuracy.accuracy)}</title></circle
      ><text x="${(Number(at) + 9).toFixed(1)}" y="${(center + 4).toFixed(1)}">${place}</text>`
  })
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Accuracy against bytes, logarithmic">
    ${grid}${ticks}${drawn}
  </svg>`
}
