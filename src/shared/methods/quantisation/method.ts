/** Every weight rounded: to an integer with a scale a filter, or to a half. */
import { bitsPerWeight, bytesPerElement, isIntegerPrecision, type LayerShape } from '../../package/accounting.ts'
import { choice } from '../../parameters/parameter-controls.ts'
import { noDistillation, type BaselineConfig } from '../direct/config.ts'
import { directDefaults } from '../direct/defaults.ts'
import type { DirectMethodDescription, ExpectedKernels } from '../direct/direct-method.ts'
import { codedAs, countedWeights, expectedHalvesBytes, packed, sum, weightsOf } from '../direct/expected-bytes.ts'

const rounding = 'rounded once, without training; a float16 scale per filter.'

export const quantisationMethod: DirectMethodDescription = {
  title: 'Quantisation',
  parameters: [
    {
      path: 'quantisation.precision',
      title: 'Kernel precision',
      sentence:
        'Precision of every weight; integers have a float16 scale per filter, clipped for the smallest squared error.',
      group: 'quantisation',
      control: choice({
        float16: '16-bit float',
        int8: '8-bit integer',
        int7: '7-bit integer',
        int6: '6-bit integer',
        int5: '5-bit integer',
        int4: '4-bit integer',
        int3: '3-bit integer',
        int2: '2-bit integer',
      }),
    },
  ],
  presets: [
    {
      id: 'baseline-float16',
      title: 'float16',
      description: 'Every weight as a 16-bit float: half the size at almost no loss.',
      config: { ...directDefaults, quantisation: { precision: 'float16' } },
    },
    ...(['int8', 'int6', 'int5', 'int4', 'int3', 'int2'] as const).map((precision) => ({
      id: `baseline-${precision}`,
      title: precision,
      description: `Weights as ${precision.slice(3)}-bit integers, ${rounding}`,
      config: { ...directDefaults, quantisation: { precision } },
    })),
    ...(['int4', 'int3'] as const).map((precision) => ({
      id: `baseline-${precision}-distilled`,
      title: `${precision}, distilled`,
      description: `Weights as ${precision.slice(3)}-bit integers, after 400 steps in which they learn to answer like the original.`,
      config: { ...directDefaults, quantisation: { precision }, distillation: { ...noDistillation, steps: 400 } },
    })),
  ],
  shortTitle: ({ quantisation }) => quantisation.precision,
  isDistillable: ({ quantisation }) => quantisation.precision !== 'float16',
  expectedKernels,
}

function expectedKernels(
  layers: readonly LayerShape[],
  { quantisation: { precision }, storage: { entropyCoding } }: BaselineConfig,
): ExpectedKernels {
  const counted = countedWeights(layers)
  if (!isIntegerPrecision(precision)) {
    const bytes = sum(layers, (layer) => expectedHalvesBytes(weightsOf(layer), entropyCoding))
    return { bytes, detail: `${counted}, ${precision}${codedAs(entropyCoding)}` }
  }
  const bits = bitsPerWeight(precision)
  // Entropy coding makes it shorter, by how much only the weights say.
  const bytes = sum(layers, (layer) => packed(weightsOf(layer), bits) + bytesPerElement.float16 * layer.shape[0])
  return { bytes, detail: `${counted}, ${precision} with a float16 scale a filter, packed` }
}
