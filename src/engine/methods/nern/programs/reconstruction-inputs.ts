import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { ReconstructionTerms } from '../../../training/losses/reconstruction.ts'
import { named } from '../../../program/named.ts'

/**
 * Predicted rows beside their targets and weights.
 * @param tensors with the constants of `kernelTargets`
 * @param kernels int32 [n], which rows were predicted; all when left out
 */
export function reconstructionTerms(
  tensors: NamedTensors,
  predicted: tf.Tensor2D,
  kernels?: tf.Tensor1D,
): ReconstructionTerms {
  const rowsOf = (table: tf.Tensor): tf.Tensor => (kernels === undefined ? table : tf.gather(table, kernels))
  const targets = rowsOf(named(tensors, 'targets'))
  const rowWeights = tensors['rowWeights']
  return rowWeights === undefined ? { predicted, targets } : { predicted, targets, rowWeights: rowsOf(rowWeights) }
}
