import { foldGains, type BatchNormFold } from '#networks/fold-batch-norm.ts'
import { float32Tensor, sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'

/**
 * Weights that hold their batch norms' scales, in the scale of the original's weights, for a comparison with those. A filter
 * whose gain is 0 takes no part in the network: its weights become zero.
 */
export function unfolded(weights: HostTensors, folds: readonly BatchNormFold[], original: HostTensors): HostTensors {
  const known = new Map(folds.map((fold) => [fold.weight, fold]))
  const entries = Object.entries(weights).map(([name, tensor]) => {
    const fold = known.get(name)
    if (fold === undefined) return [name, tensor] as const
    const gains = foldGains(fold, original)
    const columns = sizeOf(tensor.shape) / gains.length
    const values = Float32Array.from(tensor.data, (value, at) => {
      const gain = gains[Math.floor(at / columns)] ?? 0
      return gain === 0 ? 0 : value / gain
    })
    return [name, float32Tensor(tensor.shape, values)] as const
  })
  return Object.fromEntries(entries)
}
