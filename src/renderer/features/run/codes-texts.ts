import { formatFixed, formatNumber, formatPercent } from '../../format/format.ts'
import { shownPart } from './kernels-texts.ts'

/** What the Codes card of a run of spectral codes says to people. */
export const codesTexts = {
  title: { cosine: 'Spectral codes', none: 'Codes' },
  unreadable: 'The codes of this run could not be read',
  reading: 'Reading the codes of the package',
  layerNote: (bits: number) => `${formatFixed(bits, 2)} bits`,
  note: (bits: number, bytes: string, zeros: number) =>
    `${formatFixed(bits, 2)} bits a code, ${bytes} of the file, ${formatPercent(zeros, 0)} are zero`,
  coefficients: 'Original',
  coded: 'In the file',
  error: 'Error left',
  bits: 'Bits',
  picturesOf: (title: string, layer: string) => `${title}: codes of ${layer}`,
  readValues: 'Codes: arrow keys read single ones',
  pointAt: 'Point at a coefficient, or use the arrow keys, to read it.',
  place: (filter: number, channel: number, down: number, across: number) =>
    `Filter ${filter}, channel ${channel}, frequency ${down} down, ${across} across`,
  ofCoefficients: 'coefficients',
  ofCodes: 'codes',
  codeTimesStep: (code: number, step: number) => `${formatNumber(code)} × ${formatNumber(step, 3)}`,
  /** Below the pictures. */
  sample: { cosine: transformSentence, none: weightSentence },
  byFrequency: { cosine: 'Bits a code by frequency', none: 'Bits a code by place' },
  frequencyRow: (down: number, across: number, step: number, zeros: number) =>
    `${down} down, ${across} across · step ${formatNumber(step, 2)} · ${formatPercent(zeros, 0)} zero`,
} as const

function transformSentence(filters: number, allFilters: number, channels: number, allChannels: number): string {
  return `Each square of cells is a kernel's cosine transform, low frequencies at its upper left. ${whichKernels(filters, allFilters, channels, allChannels)}`
}

function weightSentence(filters: number, allFilters: number, channels: number, allChannels: number): string {
  return `Each square of cells is a kernel, coded as it is. ${whichKernels(filters, allFilters, channels, allChannels)}`
}

function whichKernels(filters: number, allFilters: number, channels: number, allChannels: number): string {
  return `Rows are filters, columns channels: ${shownPart(filters, allFilters)} filters, ${shownPart(channels, allChannels)} channels. Bits are those that the entropy coder spent.`
}
