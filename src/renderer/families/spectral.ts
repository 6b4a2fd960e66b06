import { looksAtImages, type SpectralConfig } from '#shared/methods/spectral/config.ts'
import { codableLayers, layerPrecisions } from '#shared/methods/spectral/layer-precisions.ts'
import { spectralPresets } from '#shared/methods/spectral/presets.ts'
import type { NetworkShape, SizeBreakdown } from '#shared/package/accounting.ts'
import { formatAmount, formatBytes } from '../format/format.ts'
import { imageLossLines, lossChart, objectiveLine, withFirstSteps, workCharts } from './chart-outline.ts'
import { storingTimes } from './storing-times.ts'
import type { TypedValues, WindowFamily } from './window-family.ts'

/** Kernels coded as pictures are: transformed, quantised, entropy coded. */
export const spectralWindow: WindowFamily<'spectral'> = {
  form: {
    title: 'Compress by spectral codes',
    subtitle:
      'Code kernels as pictures are coded: a small file in seconds, without data, or a smaller one by distillation.',
    network: { title: 'Network', sentence: 'The original whose convolutions are coded.' },
    datasetSentence: 'Images for measuring accuracy, and for correction and distillation where there is one.',
    presets: spectralPresets,
    firstPresetId: 'spectral',
    startName: 'preset',
    opensAllGroups: false,
    hasEffect: ({ path }, typed) => reads(path, typed),
    misfits,
  },
  planText: ({ title, steps }) => `${title}${steps > 0 ? `, ${formatAmount(steps, 'step')}` : ''}`,
  purpose: ({ transform }, networkName) =>
    `Compresses ${networkName} by ${transform === 'none' ? 'entropy-constrained quantisation' : 'spectral codes'}`,
  planCells: () => ({}),
  point: { mark: 'square', title: 'spectral codes', label: ({ title }) => title },
  charts: [
    { ...lossChart, metrics: [objectiveLine, ...imageLossLines] },
    {
      note: 'of a coded weight',
      metrics: [['bits-per-weight', '--series-2']],
      isFromZero: true,
      isLarge: true,
      emptyText: withFirstSteps,
    },
    {
      note: 'steers the size',
      metrics: [['rate-weight', '--series-7']],
      isFromZero: true,
      emptyText: withFirstSteps,
    },
    ...workCharts,
  ],
  hasSteps: (config) => config.distillation.steps > 0,
  cards: ['codes', 'kernels', 'layer-errors'],
  spentTimes: storingTimes,
  remarks: () => [],
  advise: adviseOnCodes,
}

/** Whether a run would read the parameter, with the others as they are typed. */
function reads(path: string, typed: TypedValues): boolean {
  if (path.startsWith('size.') && path !== 'size.target') return path === `size.${String(typed['size.target'])}`
  if (path === 'correction.count') return looksAtImages(String(typed['correction.images']))
  if (path.startsWith('distillation.') && path !== 'distillation.steps') {
    return Number(typed['distillation.steps']) !== 0
  }
  return true
}

function misfits({ layers }: SpectralConfig, network: NetworkShape): Readonly<Record<string, string>> {
  const read = layerPrecisions(layers, codableLayers(network))
  if (read.ok) return {}
  const { message, remedy = '' } = read.error
  return { layers: `${message} ${remedy}` }
}

function adviseOnCodes(config: SpectralConfig, sizes?: SizeBreakdown, network?: NetworkShape): readonly string[] {
  const { transform, rounding, correction, distillation } = config
  const advice: string[] = []
  if (distillation.steps === 0 && transform === 'none') {
    advice.push('Weights coded as they are lose far more than their transform does, unless they are distilled.')
  }
  if (distillation.steps === 0 && rounding.rateWeight > 0 && !looksAtImages(correction.images)) {
    advice.push('Rounding that saves bits weakens channels: correct them on some images.')
  }
  if (distillation.steps > 0 && distillation.rateWarmupSteps >= distillation.steps) {
    advice.push('The learning-rate warm-up is as long as the distillation.')
  }
  if (sizes === undefined) return advice
  const linearBytes = network === undefined ? 0 : bytesOfLinearLayers(config, network)
  if (linearBytes >= sizes.totalBytes) {
    advice.push(
      `Linear layers alone take ${formatBytes(linearBytes)} so: choose codes for them, or ask for a larger file.`,
    )
  }
  if (sizes.totalBytes >= sizes.baselines.float16Bytes) {
    advice.push('Storing the original in 16-bit floats would be smaller than this.')
  }
  return advice
}

/** What they take whatever the other codes are; 0 where they are coded with them. */
function bytesOfLinearLayers({ storage }: SpectralConfig, { remainder }: NetworkShape): number {
  const bits = { fine: 6, float16: 16, coded: 0 }[storage.linear]
  const weights = remainder.reduce((sum, { linearShape: [outputs, inputs] = [0, 0] }) => sum + outputs * inputs, 0)
  return (weights * bits) / 8
}
