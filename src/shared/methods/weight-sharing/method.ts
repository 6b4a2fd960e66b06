/** A few weights shared by all of a layer, found by k-means. */
import { bytesPerElement } from '../../package/accounting.ts'
import { integer } from '../../parameters/parameter-controls.ts'
import { directDefaults } from '../direct/defaults.ts'
import type { DirectMethodDescription } from '../direct/direct-method.ts'
import { countedWeights, packed, sum, weightsOf } from '../direct/expected-bytes.ts'

export const weightSharingMethod: DirectMethodDescription = {
  title: 'Weight sharing (k-means)',
  parameters: [
    {
      path: 'weightSharing.bits',
      title: 'Index bits',
      unit: 'bits',
      sentence: 'A layer shares 2 to the power of this many weights, stored once as 16-bit floats.',
      group: 'weight-sharing',
      control: integer(1, 8),
    },
    {
      path: 'weightSharing.iterations',
      title: 'Iterations',
      unit: 'iterations',
      sentence: 'Largest number of k-means iterations; it stops earlier when nothing changes.',
      group: 'weight-sharing',
      control: integer(1, 10_000, 10),
    },
  ],
  presets: [5, 4, 3, 2].map((bits) => ({
    id: `baseline-kmeans${bits}`,
    title: `k-means, ${bits} bits`,
    description: `Each layer shares ${2 ** bits} weights, found by k-means; no training.`,
    config: { ...directDefaults, method: 'weight-sharing' as const, weightSharing: { bits, iterations: 300 } },
  })),
  shortTitle: ({ weightSharing }) => `k-means ${weightSharing.bits} bit`,
  isDistillable: () => false,
  expectedKernels(layers, { weightSharing: { bits } }) {
    const bytes = sum(layers, (layer) => packed(weightsOf(layer), bits) + 2 ** bits * bytesPerElement.float16)
    return { bytes, detail: `${countedWeights(layers)}, ${2 ** bits} shared in a layer, packed` }
  },
}
