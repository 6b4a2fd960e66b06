import { formatAmount, formatCount } from '../../format/format.ts'

/** What the Kernels card of a run says to people. */
export const kernelsTexts = {
  kernels: 'Kernels',
  stepNote: (step: string, phase: string, relativeError: string) => `step ${step}, ${phase}, error ${relativeError}`,
  noSnapshots: 'This run kept no snapshots of its kernels: shown is what it had last.',
  unreadable: 'The kernels of this run could not be read',
  layer: 'Layer',
  filter: 'Filter',
  allFilters: (count: number) => formatAmount(count, 'filter'),
  filterNumber: (index: number) => `Filter ${index}`,
  play: 'Play the run',
  stop: 'Stop playing',
  stepOfRun: 'Step of the run',
  stepText: (step: string, phase: string) => `Step ${step}, ${phase}`,
  order: 'Order of the kernels',
  orderOfNetwork: "Network's order",
  withPath: 'With the path',
  alongPath: 'Along the path',
  readValues: 'Kernels: arrow keys read the values of single weights',
  kernelsOf: (title: string, layer: string, step: string) => `${title}: kernels of ${layer} at step ${step}`,
  pointAtWeight: 'Point at a weight, or use the arrow keys, to read its values.',
  weightPlace: (filter: number, channel: number, row: number, column: number) =>
    `Filter ${filter}, channel ${channel}, row ${row}, column ${column}`,
  sample: (filters: number, allFilters: number, channels: number, allChannels: number) =>
    `Rows are filters, columns channels: ${shownPart(filters, allFilters)} filters, ${shownPart(channels, allChannels)} channels, all three in the same colours.`,
  errorMap: 'Error by layer over the run',
  errorMapNote: (limit: string) => `relative error, the full colour is ${limit}; a cell shows its kernels`,
  readErrors: 'Relative error by layer and step: arrow keys go from cell to cell',
  errorAt: (layer: string, step: string, error: string) => `${layer}, step ${step}: ${error}`,
  pathExplanation: 'The path joins the kernels in the order in which the predictor meets them.',
} as const

/** Of filters or channels: how many of all are shown. */
export function shownPart(shown: number, all: number): string {
  return shown === all ? `all ${formatCount(all)}` : `${formatCount(shown)} of ${formatCount(all)}`
}
