import { baselinePresets } from '#shared/methods/direct/presets.ts'
import { baselineTitle, isDistillable } from '#shared/methods/direct/title.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import type { ParameterGroupId } from '#shared/parameters/parameter-groups.ts'
import { formatAmount } from '../format/format.ts'
import { imageLossLines, lossChart, objectiveLine, workCharts } from './chart-outline.ts'
import { storingTimes } from './storing-times.ts'
import type { WindowFamily } from './window-family.ts'

const distillation = ['distillation-phase', 'objective'] as const

/** Groups of parameters that a method reads and not every one does. */
const ownGroups: Readonly<Record<BaselineConfig['method'], readonly ParameterGroupId[]>> = {
  quantisation: ['quantisation', ...distillation],
  'weight-sharing': ['weight-sharing'],
  'low-rank': ['low-rank'],
  pruning: ['pruning', ...distillation],
}

/** The methods that store the kernels themselves, in fewer bytes. */
export const directWindow: WindowFamily<'baseline'> = {
  form: {
    title: 'Run a baseline',
    subtitle: 'Store the kernels themselves in fewer bytes: what a compression has to beat.',
    network: {
      title: 'Network',
      sentence: 'The original whose kernels are stored: the same ones that a compression represents.',
    },
    datasetSentence: 'Images for measuring accuracy, and for distillation where there is one.',
    presets: baselinePresets,
    // Where most would start: small, and hardly worse than the original.
    firstPresetId: 'baseline-int8',
    startName: 'preset',
    opensAllGroups: true,
    hasEffect({ group }, { method }) {
      const readers = Object.entries(ownGroups).filter(([, groups]) => groups.includes(group))
      return readers.length === 0 || readers.some(([reader]) => reader === method)
    },
  },
  planText: ({ title, steps }) => `baseline ${title}${steps > 0 ? `, ${formatAmount(steps, 'step')}` : ''}`,
  purpose: (config, networkName) => `Baseline ${baselineTitle(config)} of ${networkName}`,
  planCells: () => ({}),
  point: { mark: 'triangle', title: 'baseline', label: ({ title }) => title },
  charts: [{ ...lossChart, metrics: [objectiveLine, ...imageLossLines] }, ...workCharts],
  hasSteps: (config) => config.distillation.steps > 0,
  cards: ['kernels', 'layer-errors'],
  spentTimes: storingTimes,
  remarks: () => [],
  advise: (config) =>
    config.distillation.steps > 0 && !isDistillable(config)
      ? ['Only integer quantisation and pruning can be distilled: give the distillation 0 steps.']
      : [],
}
