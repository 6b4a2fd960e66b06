import { compressPresets } from '#shared/methods/nern/presets.ts'
import { phaseNames } from '#shared/methods/nern/phases.ts'
import { formatCount, formatFixed, formatList } from '../format/format.ts'
import { imageLossLines, lossChart, objectiveLine, workCharts } from './chart-outline.ts'
import { adviseOnPredictor } from './nern-advice.ts'
import { smoothnessExplanation } from './smoothness.ts'
import type { TypedValues, WindowFamily } from './window-family.ts'

/** Whether the predictor depends on a setting: one of all kernels has no parts, and random inputs have no coordinates. */
function isRead(path: string, typed: TypedValues): boolean {
  const hasParts = typed['predictor.partition.by'] !== 'none'
  const seesNumbers = hasParts && typed['predictor.partition.inputs'] === 'seeded'
  if (path === 'predictor.partition.by') return true
  if (path === 'predictor.partition.numbers') return seesNumbers
  if (path.startsWith('predictor.partition.')) return hasParts
  if (path.startsWith('embedding.') || path.startsWith('permutation.')) return !seesNumbers
  return path !== 'storage.firstLayer' || !hasParts
}

/** The method of the paper: a predictor of the kernels. */
export const nernWindow: WindowFamily<'compress'> = {
  form: {
    title: 'Compress by a predictor',
    subtitle: 'Learn a predictor that maps the coordinates of kernels to their weights.',
    network: { title: 'Network', sentence: 'The original whose weights are represented.' },
    datasetSentence: 'Images for distillation and for measuring accuracy.',
    presets: compressPresets,
    firstPresetId: 'fast',
    startName: 'preset',
    opensAllGroups: false,
    hasEffect: ({ path }, typed) => isRead(path, typed),
    predictorStart: {
      runIdOf: ({ start }) => start?.runId,
      put: (config, runId) => ({ ...config, start: { runId } }),
    },
  },
  planText({ hiddenSize, steps }) {
    const phases = phaseNames
      .filter((phase) => steps[phase] > 0)
      .map((phase) => `${formatCount(steps[phase])} ${phase}`)
    return `hidden size ${hiddenSize}, ${phases.length === 0 ? 'no' : formatList(phases)} steps`
  },
  purpose: (_, networkName) => `Compresses ${networkName}`,
  planCells: ({ hiddenSize }) => ({ hiddenSize }),
  point: { mark: 'circle', title: 'predictor (NeRN)', label: ({ hiddenSize }) => `NeRN, hidden size ${hiddenSize}` },
  charts: [
    { ...lossChart, metrics: [objectiveLine, ['loss.reconstruction', '--series-2'], ...imageLossLines] },
    {
      note: 'while training',
      metrics: [['accuracy.validation', '--series-3']],
      isLarge: true,
      emptyText: 'Measured during distillation and at the end of a phase.',
    },
    {
      note: 'of all represented weights',
      metrics: [['relative-error', '--series-2']],
      isLogarithmic: true,
      emptyText: 'Measured with each preview of the kernels.',
    },
    ...workCharts,
  ],
  hasSteps: () => true,
  cards: ['kernels', 'layer-errors', 'importance'],
  spentTimes({ seconds, permutationSource }) {
    const { permutation, reconstruction, distillation, quantisation = 0, evaluation } = seconds
    return [
      { title: permutationSource === 'cache' ? 'Permutation, kept from before' : 'Permutation', seconds: permutation },
      { title: 'Reconstruction', seconds: reconstruction },
      { title: 'Distillation', seconds: distillation },
      ...(quantisation > 0 ? [{ title: 'Quantisation', seconds: quantisation }] : []),
      { title: 'Evaluation', seconds: evaluation },
    ]
  },
  remarks: ({ smoothness }) =>
    smoothness === undefined
      ? []
      : [
          {
            text:
              `Smoothness of the original: ${formatFixed(smoothness.original, 3)} in its own order, ` +
              `${formatFixed(smoothness.permuted, 3)} in the order of the coordinates`,
            explanation: smoothnessExplanation,
          },
        ],
  advise: adviseOnPredictor,
}
