/** Charts of a report as inline SVG; colours are the style sheet's variables, so both themes have their own. */
import type { SizeBreakdown, SizePartName } from '#shared/package/accounting.ts'
import { formatExactBytes, formatPercent, formatRatio } from '#shared/basics/format.ts'
import { html, type Markup } from './markup.ts'
import type { ReportData } from './report-data.ts'

const width = 720

export const partTitles: Readonly<Record<SizePartName, string>> = {
  predictor: 'Predictor',
  permutation: 'Permutation',
  kernels: 'Kernels',
  'batch-norm': 'Batch-norm',
  linear: 'Classifier',
  other: 'Other layers',
  header: 'Header',
}

/** The bytes of the package beside what plain storage would weigh, drawn to one scale. */
export function sizeChart({ parts, totalBytes, originalBytes, baselines }: SizeBreakdown): Markup {
  const labelWidth = 150
  const valueWidth = 190
  const rowHeight = 34
  const scale = (width - labelWidth - valueWidth) / originalBytes
  const rows: readonly { readonly title: string; readonly bytes: number; readonly bar: readonly Bar[] }[] = [
    { title: 'Original, float32', bytes: originalBytes, bar: [{ bytes: originalBytes, fill: 'rest' }] },
    { title: 'float16', bytes: baselines.float16Bytes, bar: [{ bytes: baselines.float16Bytes, fill: 'rest' }] },
    { title: 'int8', bytes: baselines.int8Bytes, bar: [{ bytes: baselines.int8Bytes, fill: 'rest' }] },
    { title: 'This package', bytes: totalBytes, bar: parts.map(({ part, bytes }) => ({ bytes, fill: part })) },
  ]
  const drawn = rows.map(({ title, bytes, bar }, at) => {
    const y = at * rowHeight
    let x = labelWidth
    const pieces = bar.map(({ bytes: size, fill }) => {
      const piece = html`<rect
        x="${x.toFixed(1)}"
        y="${y + 7}"
        width="${(size * scale).toFixed(1)}"
        height="20"
        class="fill-${fill}"
        ><title>${fill}: ${formatExactBytes(size)}</title></rect
      >`
      x += size * scale
      return piece
    })
    return html`<text x="${labelWidth - 10}" y="${y + 22}" class="end">${title}</text>${pieces}<text
        x="${(x + 8).toFixed(1)}"
        y="${y + 22}"
        class="value"
        >${formatExactBytes(bytes)}, ${formatRatio(originalBytes / bytes)}</text
      >`
  })
  return chart(rows.length * rowHeight, 'Bytes of the package and of plain storage', drawn)
}

/** Relative error of each layer, in the order of the network. */
export function layerChart({ layers }: ReportData): Markup {
  const height = 190
  const left = 58
  const bottom = 22
  const most = Math.max(0.01, ...layers.map(({ relativeError }) => relativeError))
  const step = (width - left) / Math.max(1, layers.length)
  const y = (value: number): number => (height - bottom) * (1 - value / most) + 8
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(share * most)
    return html`<line x1="${left}" x2="${width}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" class="grid" /><text
        x="${left - 6}"
        y="${(at + 4).toFixed(1)}"
        class="end"
        >${formatPercent(share * most)}</text
      >`
  })
  const bars = layers.map(({ name, relativeError }, at) => {
    const top = y(relativeError)
    const x = left + at * step + step * 0.12
    return html`<rect
      x="${x.toFixed(1)}"
      y="${top.toFixed(1)}"
      width="${(step * 0.76).toFixed(1)}"
      height="${(y(0) - top).toFixed(1)}"
      class="fill-predictor"
      ><title>${name}: ${formatPercent(relativeError)}</title></rect
    >`
  })
  const caption = html`<text x="${left}" y="${height + 10}">first layer</text
    ><text x="${width}" y="${height + 10}" class="end">last layer</text>`
  return chart(height + 16, 'Relative error of each represented layer', [...grid, ...bars, caption])
}

interface Bar {
  readonly bytes: number
  readonly fill: SizePartName | 'rest'
}

function chart(height: number, label: string, content: readonly Markup[]): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${content}</svg>`
}
