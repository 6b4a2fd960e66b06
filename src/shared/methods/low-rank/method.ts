/** Each convolution as a product of two smaller ones. */
import type { LayerShape } from '../../package/accounting.ts'
import { choice, positive } from '../../parameters/parameter-controls.ts'
import { unfoldedSize } from '../../tensors/compressed-tensor.ts'
import { kernelShapeOf } from '../../tensors/represented-shape.ts'
import type { BaselineConfig } from '../direct/config.ts'
import { directDefaults } from '../direct/defaults.ts'
import type { DirectMethodDescription, ExpectedKernels } from '../direct/direct-method.ts'
import { codedAs, countedWeights, expectedHalvesBytes, sum, weightsOf } from '../direct/expected-bytes.ts'
import { percentTitle } from '../direct/percent-title.ts'

export const lowRankMethod: DirectMethodDescription = {
  title: 'Low rank (SVD)',
  parameters: [
    {
      path: 'lowRank.unfolding',
      title: 'Factors',
      sentence:
        'A convolution to fewer channels followed by a 1 x 1 convolution, or a horizontal followed by a vertical one.',
      group: 'low-rank',
      control: choice({ filters: 'Filters of fewer channels', separable: 'Vertical and horizontal' }),
    },
    {
      path: 'lowRank.rule',
      title: 'Rank chosen by',
      sentence: 'Whether the share below is of the squared norm of a layer (energy) or of its full rank.',
      group: 'low-rank',
      control: choice({ energy: 'Energy', rank: 'Rank' }),
    },
    {
      path: 'lowRank.share',
      title: 'Share kept',
      sentence:
        'More is more accurate and takes more bytes. A layer whose factors would not be smaller is stored as it is.',
      group: 'low-rank',
      control: positive(1, 0.01),
    },
  ],
  presets: [0.99, 0.98, 0.95].map((share) => ({
    id: `baseline-lowrank${Math.round(100 * share)}`,
    title: `Low rank, ${Math.round(100 * share)} % energy`,
    description: `Convolutions as two factors with ${Math.round(100 * share)} % of their squared norm, in float16; no training.`,
    config: {
      ...directDefaults,
      method: 'low-rank' as const,
      lowRank: { unfolding: 'separable' as const, rule: 'energy' as const, share },
    },
  })),
  shortTitle: ({ lowRank }) => `low rank ${percentTitle(lowRank.share)} ${lowRank.rule}`,
  isDistillable: () => false,
  expectedKernels,
}

/** The rank that reaches some energy is known to the weights only. */
function expectedKernels(
  layers: readonly LayerShape[],
  { lowRank: { unfolding, rule, share }, storage: { entropyCoding } }: BaselineConfig,
): ExpectedKernels | undefined {
  if (rule === 'energy') return undefined
  const bytes = sum(layers, (layer) => {
    const [rows, columns] = unfoldedSize(kernelShapeOf(layer.shape), unfolding)
    const rank = Math.max(1, Math.ceil(share * Math.min(rows, columns)))
    return expectedHalvesBytes(Math.min(weightsOf(layer), rank * (rows + columns)), entropyCoding)
  })
  return { bytes, detail: `${countedWeights(layers)} as factors, float16${codedAs(entropyCoding)}` }
}
