import type { NamedTensors } from '#engine/program/program.ts'
import type { tf } from '#engine/program/tfjs.ts'
import type { ReconstructionTerms } from '../../../training/losses/reconstruction.ts'
import { named } from '../../../program/named.ts'
import type { RowsOf } from '../predictor.ts'

/**
 * Predicted rows beside their targets and weights.
 * @param tensors with the constants of `kernelTargets`
 * @param rowsOf takes the rows of the kernels that were predicted
 */
export function reconstructionTerms(
  tensors: NamedTensors,
  predicted: tf.Tensor2D,
  rowsOf: RowsOf = (table) => table,
): ReconstructionTerms {
  const targets = rowsOf(named(tensors, 'targets'))
  const rowWeights = tensors['rowWeights']
  return rowWeights === undefined ? { predicted, targets } : { predicted, targets, rowWeights: rowsOf(rowWeights) }
}
