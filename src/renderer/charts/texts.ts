import type { ValueScale } from '../state/charts.svelte.ts'
import type { CurveAxis } from './curve-axis.ts'
import type { SmoothingMethod } from './smoothing.ts'

const axisWords: Readonly<Record<CurveAxis, string>> = {
  step: 'steps',
  time: 'training time',
  wall: 'wall time',
}

/** What charts say to people. */
export const chartTexts = {
  over: (title: string, axis: CurveAxis) => `${title} over ${axisWords[axis]}`,
  stepAt: (step: string) => `step ${step}`,
  smoothed: 'Smoothed',
  asMeasured: 'As measured',
  outside: (count: string) => `${count} outside`,
  horizontalAxis: 'Horizontal axis',
  axes: { step: 'Steps', time: 'Training time', wall: 'Wall time' } satisfies Record<CurveAxis, string>,
  logarithmicX: 'Logarithmic axis',
  valueScale: 'Scale of the values',
  valueScales: {
    usual: 'Scale as usual',
    linear: 'Linear',
    logarithmic: 'Logarithmic',
  } satisfies Record<ValueScale, string>,
  clipOutliers: 'Clip outliers',
  smoothing: 'Smoothing',
  smoothingMethod: 'Kind of smoothing',
  smoothingMethods: {
    exponential: 'Exponential',
    gaussian: 'Gaussian',
    mean: 'Running mean',
  } satisfies Record<SmoothingMethod, string>,
  smoothingWidth: (percent: number) => `${percent} % of the axis`,
  percent: (percent: number) => `${percent} %`,
  phases: 'Phases',
  phase: (name: string) => name.charAt(0).toUpperCase() + name.slice(1),
  everything: 'Everything',
  reset: 'Reset zoom',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  earlier: 'Earlier',
  later: 'Later',
  low: 'low',
  high: 'high',
  xColumns: {
    step: 'step',
    time: 'training time, seconds',
    wall: 'wall time, seconds',
  } satisfies Record<CurveAxis, string>,
  titleOf: (title: string, subject: string) => `${title} of ${subject}`,
  scatterColumns: ['name', 'bytes', 'accuracy', 'accuracy low', 'accuracy high'],
  barName: 'name',
  takeOut: (title: string) => `Take out: ${title}`,
  saveCsv: 'Save numbers (CSV)',
  savePng: 'Save picture (PNG)',
  saveSvg: 'Save drawing (SVG)',
  showTable: 'Show as table',
  saveFailure: 'The chart was not saved',
  saved: (fileName: string) => `Saved as ${fileName}`,
  numbersOf: (title: string) => `Numbers of ${title}`,
  rowsShown: (shown: string, all: string) =>
    shown === all ? `${all} rows` : `The first ${shown} of ${all} rows; the CSV file has all.`,
  close: 'Close',
} as const
