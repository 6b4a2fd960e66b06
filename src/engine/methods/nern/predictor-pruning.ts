/**
 * Magnitude pruning of the predictor (method 7.2; Han et al. 2015): the smallest weights of each hidden matrix become
 * zero, and later steps leave them there. Which weights are pruned is written in the predictor itself, as its zeros, so a
 * checkpoint needs nothing more.
 */
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { named } from '../../program/named.ts'

/**
 * `parameters` with floor(fraction * size) weights of each matrix in `names` set to zero, the smallest first and of equals
 * the first. Matrices are pruned one by one: under one threshold for all of them the smallest layer would lose most.
 * Pruning what was pruned at the same fraction changes nothing.
 * @param parts matrices of as many rows each that lie one after another in each tensor
 */
export function prunedByMagnitude(
  parameters: HostTensors,
  names: readonly string[],
  fraction: number,
  parts = 1,
): HostTensors {
  const pruned = names.map((name) => {
    const matrix = parameters[name]
    if (matrix === undefined) throw new RangeError(`no parameter ${name} to prune`)
    const size = matrix.data.length / parts
    const values = Float32Array.from(matrix.data)
    for (let part = 0; part < parts; part++) {
      zeroSmallest(values.subarray(part * size, (part + 1) * size), Math.floor(fraction * size))
    }
    return [name, float32Tensor(matrix.shape, values)] as const
  })
  return { ...parameters, ...Object.fromEntries(pruned) }
}

function zeroSmallest(values: Float32Array, count: number): void {
  if (count === 0) return
  const magnitudes = values.map(Math.abs).sort()
  const threshold = magnitudes[count - 1] ?? 0
  let ofThreshold = count - magnitudes.findIndex((magnitude) => magnitude === threshold)
  values.forEach((value, at) => {
    const magnitude = Math.abs(value)
    if (magnitude < threshold || (magnitude === threshold && ofThreshold-- > 0)) values[at] = 0
  })
}

/**
 * Sets to zero, in tensors of a step named like a parameter, what is zero in that parameter before the step. Gradients need
 * it as well as new parameters: an optimiser that mixes the entries of a matrix would carry theirs into the others.
 * @param names of the pruned parameters
 * @param state parameters before the step
 */
export function zerosHeld(names: readonly string[], state: NamedTensors): (tensors: NamedTensors) => NamedTensors {
  const isKept = new Map(names.map((name) => [name, tf.notEqual(named(state, name), 0)]))
  return (tensors) =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => {
        const kept = isKept.get(name)
        // A selection, because a product would leave negative zeros.
        return [name, kept === undefined ? tensor : tf.where(kept, tensor, tf.zerosLike(tensor))]
      }),
    )
}
