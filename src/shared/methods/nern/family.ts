import { formatDuration } from '../../basics/format.ts'
import type { FamilyDescription } from '../../experiment/family-description.ts'
import { continued } from '../../experiment/continued-config.ts'
import { packagedOutcome } from '../../experiment/plan.ts'
import type { CompressResult } from '../../experiment/results.ts'
import { sizeBreakdown } from './accounting.ts'
import { describeKeptTensors } from '../../plain-text/kept-tensors.ts'
import { formatPackagedResult } from '../../plain-text/packaged-result.ts'
import { compressParameters } from './parameters.ts'
import { nernForkable } from './forkable.ts'
import { nernLighter } from './lighter.ts'
import { nernStages } from './stages.ts'

/** The method of the paper: a predictor of the kernels. */
export const nernFamily: FamilyDescription<'compress'> = {
  experimentKind: 'compress',
  noun: 'compression',
  parameters: compressParameters,
  packageFormat: 'nern',
  plan: ({ kind, predictor, reconstruction, distillation, quantisation }) => ({
    kind,
    hiddenSize: predictor.hiddenSize,
    steps: {
      reconstruction: reconstruction.steps,
      distillation: distillation.steps,
      quantisation: quantisation.steps,
    },
  }),
  methodOf: () => 'nern',
  nameOf: ({ predictor }, networkName) => `${networkName} h${predictor.hiddenSize}`,
  namedParameters: ['predictor.hiddenSize'],
  expectedSizes: sizeBreakdown,
  predictedLayers: ({ representation }) => representation,
  continued,
  describeKept: ({ representation, storage }) => [
    `${representation.linearLayers ? 'Kernels and the weights of linear layers' : 'Kernels'} come from the predictor: near those of the original, not to the bit.`,
    describeKeptTensors('All other tensors', storage.remainder),
  ],
  forkable: nernForkable,
  lighter: nernLighter,
  outcome: packagedOutcome,
  describeResult: (result) => formatPackagedResult(result, [...smoothnessLine(result), compressTime(result)]),
  stages: nernStages,
  lossGroup: () => 'predictor',
  paceSubject: ({ kind }) => kind,
}

function compressTime({ seconds, permutationSource }: CompressResult): string {
  const { permutation, reconstruction, distillation, quantisation = 0, evaluation, total } = seconds
  return (
    `time  ${formatDuration(total)} (permutation ${permutationSource === 'cache' ? 'kept from before' : formatDuration(permutation)}, ` +
    `reconstruction ${formatDuration(reconstruction)}, distillation ${formatDuration(distillation)}, ` +
    (quantisation > 0 ? `quantisation ${formatDuration(quantisation)}, ` : '') +
    `evaluation ${formatDuration(evaluation)})`
  )
}

function smoothnessLine({ smoothness }: CompressResult): readonly string[] {
  if (smoothness === undefined) return []
  return [
    `smoothness  ${smoothness.permuted.toFixed(4)} in the order of the coordinates, ` +
      `${smoothness.original.toFixed(4)} in the network's own`,
  ]
}
