import { describe, expect, test } from 'vitest'
import { barFigure } from '#renderer/charts/bar-picture.ts'
import { figureFileName } from '#renderer/charts/chart-figure.ts'
import { curvePicture, curveTable, type CurveFigure } from '#renderer/charts/curve-picture.ts'
import type { ChartTheme } from '#renderer/charts/chart-theme.ts'
import { alignCurves } from '#renderer/charts/plot-data.ts'
import { svgElement, svgPath, svgText } from '#renderer/charts/svg-writer.ts'

const theme: ChartTheme = {
  ...{ surface: '#fff', text: '#000', mutedText: '#666', grid: '#eee', strongLine: '#999', band: '#f4f4f4' },
  fontFamily: 'sans-serif',
  colorOf: (token) => (token === '--experiment-1' ? 'rgb(1, 2, 3)' : 'rgb(4, 5, 6)'),
}

/** Steps 0 to 100 at twice the step, smoothed; and a line with a gap and a band. */
function figure(changes: Partial<CurveFigure> = {}): CurveFigure {
  const x = [0, 50, 100]
  const lines = [
    { raw: { x, y: [0, 100, 200] }, smoothed: [1, 101, 201] },
    { raw: { x, y: [10, NaN, 30] }, band: { low: [5, 5, 5], high: [40, 40, 40] } },
  ]
  const look = { isXLogarithmic: false, isLogarithmic: false, maximumPoints: 100 }
  return {
    title: 'Losses of <A & B>',
    aligned: alignCurves(lines, { range: { min: 0, max: 100 }, ...look }),
    curves: [
      { label: 'one', token: '--experiment-1', isSmoothed: true, hasBand: false, isListed: true, column: 0 },
      { label: 'two', token: '--experiment-2', isSmoothed: false, hasBand: true, isListed: true, column: 2 },
    ],
    values: { isLogarithmic: false, isFromZero: true, suffix: '' },
    fences: undefined,
    x: { axis: 'step', isLogarithmic: false },
    range: { min: 0, max: 100 },
    bands: [
      { name: 'reconstruction', min: 0, max: 60 },
      { name: 'distillation', min: 60, max: 100 },
    ],
    ...changes,
  }
}

describe('an SVG file', () => {
  test('escapes texts and values, and breaks lines at gaps', () => {
    expect(svgText('a < "b" & c', 1, 2.345, { fill: 'red' })).toBe(
      '<text x="1" y="2.35" dy="0.34em" fill="red">a &lt; &quot;b&quot; &amp; c</text>',
    )
    expect(svgElement('g', { class: undefined, id: '"' })).toBe('<g id="&quot;"/>')
    expect(svgPath([[0, 1], [2, 3], undefined, [4, 5]])).toBe('M0 1L2 3M4 5')
  })

  test('of curves has the points of the data as vectors', () => {
    const svg = curvePicture(figure(), theme)
    expect(svg).toContain('<title>Losses of &lt;A &amp; B&gt;</title>')
    // The plot spans 84 to 936 and, from 0 to 1.08 times the highest, 494 to 44.
    const y = (value: number): number => Math.round(100 * (494 - (450 * value) / (1.08 * 201))) / 100
    expect(svg).toContain(`d="M84 ${y(1)}L510 ${y(101)}L936 ${y(201)}" stroke="rgb(1, 2, 3)" stroke-width="1.6"`)
    expect(svg).toContain(`d="M84 ${y(0)}L510 ${y(100)}L936 ${y(200)}" stroke="rgb(1, 2, 3)" stroke-opacity="0.28"`)
    expect(svg).toContain(`d="M84 ${y(10)}M936 ${y(30)}"`)
    expect(svg).toContain('fill="rgb(4, 5, 6)" fill-opacity="0.16"')
    for (const text of ['Reconstruction', 'Distillation', 'one', 'two', 'step'])
      expect(svg).toContain(`>${text}</text>`)
  })

  test('of bars draws them to scale', () => {
    const rows = [{ name: 'conv', values: [{ value: 0.25, text: '25 %', token: '--experiment-1' }] }]
    const bars = barFigure({ title: 'Errors', rows, scale: 0.5, isStacked: false }, ['error'])
    expect(bars.picture(theme)).toContain('width="255" height="10" fill="rgb(1, 2, 3)"')
    expect(bars.table()).toEqual({ columns: ['name', 'error'], rows: [['conv', 0.25]] })
  })
})

describe('the numbers of curves', () => {
  test('are those in sight, raw and smoothed, with the ends of bands', () => {
    expect(curveTable(figure({ range: { min: 40, max: 100 } }))).toEqual({
      columns: ['step', 'one', 'one, smoothed', 'two', 'two, low', 'two, high'],
      rows: [
        [50, 100, 101, undefined, 5, 40],
        [100, 200, 201, 30, 5, 40],
      ],
    })
  })
})

test('a file is named after its chart', () => {
  expect(figureFileName('Losses of ResNet-20, h 200', 'svg')).toBe('losses-of-resnet-20-h-200.svg')
  expect(figureFileName('', 'csv')).toBe('chart.csv')
})
