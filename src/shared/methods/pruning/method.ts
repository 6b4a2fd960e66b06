/** Only the largest weights kept, with their positions. */
import { bytesPerElement } from '../../package/accounting.ts'
import { choice, positive } from '../../parameters/parameter-controls.ts'
import { formatCount } from '../../basics/format.ts'
import { directDefaults } from '../direct/defaults.ts'
import type { DirectMethodDescription } from '../direct/direct-method.ts'
import { countedWeights, expectedHalvesBytes, sum, weightCount } from '../direct/expected-bytes.ts'
import { percentTitle } from '../direct/percent-title.ts'

export const pruningMethod: DirectMethodDescription = {
  title: 'Magnitude pruning',
  parameters: [
    {
      path: 'pruning.kept',
      title: 'Weights kept',
      sentence: 'Share of all weights that is kept: the largest, over all layers together. The others become zero.',
      group: 'pruning',
      control: positive(1, 0.05),
    },
    {
      path: 'pruning.values',
      title: 'Values stored as',
      sentence: 'Precision of the kept weights; integers have a float16 scale per filter.',
      group: 'pruning',
      control: choice({ float16: '16-bit float', int8: '8-bit integer' }),
    },
  ],
  presets: [0.7, 0.5, 0.3].map((kept) => ({
    id: `baseline-pruned${Math.round(100 * kept)}`,
    title: `Pruned to ${Math.round(100 * kept)} %`,
    description: `The largest ${Math.round(100 * kept)} % of the weights as 8-bit integers with their positions; no training.`,
    config: { ...directDefaults, method: 'pruning' as const, pruning: { kept, values: 'int8' as const } },
  })),
  shortTitle: ({ pruning }) => `pruned to ${percentTitle(pruning.kept)} ${pruning.values}`,
  isDistillable: () => true,
  expectedKernels(layers, { pruning: { kept, values }, storage: { entropyCoding } }) {
    const weights = weightCount(layers)
    const stored = Math.max(1, Math.round(kept * weights))
    const filters = sum(layers, ({ shape }) => shape[0])
    const valueBytes =
      values === 'float16' ? expectedHalvesBytes(stored, entropyCoding) : stored + bytesPerElement.float16 * filters
    // Entropy coded positions take no more than this, whichever layers the kept weights are in.
    const bitsOfPosition = entropyCoding ? binaryEntropy(stored / weights) : 1
    const bytes = valueBytes + Math.ceil((weights * bitsOfPosition) / 8)
    return { bytes, detail: `${formatCount(stored)} of ${countedWeights(layers)}, ${values} with positions` }
  },
}

/** Bits that a yes or no takes which is yes with this probability. */
function binaryEntropy(probability: number): number {
  if (probability <= 0 || probability >= 1) return 0
  return -probability * Math.log2(probability) - (1 - probability) * Math.log2(1 - probability)
}
