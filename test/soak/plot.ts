import { watchedProcesses, type Sample, type WatchedProcess } from './sample.ts'

const size = { width: 800, height: 260, left: 64, right: 120, top: 40, bottom: 36 }
/** As in the charts of the window, in the light theme. */
const colors: Readonly<Record<WatchedProcess, string>> = {
  main: '#2563c9',
  window: '#c2410c',
  graphics: '#7c3aed',
  network: '#6b7280',
  trainer: '#15803d',
}

interface Series {
  readonly label: string
  readonly color: string
  readonly values: readonly number[]
}

/** Memory and handles of every process and the size of the store, over the experiments, as SVG. */
export function plotOf(samples: readonly Sample[]): string {
  const of = (measure: (sample: Sample, process: WatchedProcess) => number): readonly Series[] =>
    watchedProcesses.map((process) => ({
      label: process,
      color: colors[process],
      values: samples.map((sample) => measure(sample, process)),
    }))
  const panels = [
    panel(
      'Memory of its own, MB',
      of(({ held }, process) => held[process].memoryBytes / 1e6),
    ),
    panel(
      'Open files, pipes and sockets',
      of(({ held }, process) => held[process].handles),
    ),
    panel('Store, MB', [
      { label: 'all files', color: '#16191f', values: samples.map(({ storeBytes }) => storeBytes / 1e6) },
    ]),
  ]
  const { width, height } = size
  const total = height * panels.length
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="system-ui, 'Liberation Sans', sans-serif" font-size="12" fill="#16191f">
<title>What the processes of the studio hold over ${samples.length} experiments</title>
<rect width="${width}" height="${total}" rx="8" fill="#ffffff"/>
${panels.map((drawn, at) => `<g transform="translate(0 ${at * height})">\n${drawn}\n</g>`).join('\n')}
</svg>
`
}

function panel(title: string, series: readonly Series[]): string {
  const { width, height, left, right, top, bottom } = size
  const count = Math.max(2, ...series.map(({ values }) => values.length))
  const most = niceCeiling(Math.max(1, ...series.flatMap(({ values }) => values)))
  const x = (at: number) => left + ((width - left - right) * at) / (count - 1)
  const y = (value: number) => height - bottom - ((height - top - bottom) * value) / most
  const ticks = [0, most / 2, most]
  const lines = ticks.map(
    (tick) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#d9dde3"/><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
  )
  const axis = [1, Math.ceil(count / 2), count].map(
    (number) =>
      `<text x="${x(number - 1).toFixed(1)}" y="${height - bottom + 18}" text-anchor="middle">${number}</text>`,
  )
  const curves = series.map(({ color, values }) => {
    const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
    return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="1.5"/>`
  })
  return [
    `<text x="${left}" y="22" font-size="14">${title}</text>`,
    ...lines,
    ...axis,
    `<text x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">experiments</text>`,
    ...curves,
    ...labels(series, y, width - right + 8),
  ].join('\n')
}

/** At the end of each curve, as far apart as they are high. */
function labels(series: readonly Series[], y: (value: number) => number, left: number): readonly string[] {
  const lineHeight = 15
  let next = -Infinity
  return series
    .map(({ label, color, values }) => ({ label, color, at: y(values.at(-1) ?? 0) }))
    .sort((a, b) => a.at - b.at)
    .map(({ label, color, at }) => {
      next = Math.max(at, next + lineHeight)
      return `<text x="${left}" y="${(next + 4).toFixed(1)}" fill="${color}">${label}</text>`
    })
}

/** 1, 2 or 5 times a power of ten, not below a value. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= value) ?? value
}
