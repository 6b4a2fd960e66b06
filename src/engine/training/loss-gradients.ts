import { named } from '#engine/program/named.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'

export interface LossGradients {
  readonly loss: tf.Tensor
  /** By parameter name. */
  readonly gradients: NamedTensors
  /** What `build` computed beside the loss. */
  readonly outputs: NamedTensors
}

/**
 * Gradients of a loss, and other tensors that were computed on the way to it: `tf.valueAndGrads` disposes of those on
 * eager backends.
 * @param parameters names in `tensors` to differentiate by
 */
export function lossGradients(
  tensors: NamedTensors,
  parameters: readonly string[],
  build: (tensors: NamedTensors) => { readonly loss: tf.Scalar; readonly outputs: NamedTensors },
): LossGradients {
  let kept: NamedTensors = {}
  const differentiate = tf.valueAndGrads((...values: tf.Tensor[]) => {
    const given = Object.fromEntries(values.map((value, at) => [parameters[at] ?? '', value]))
    const { loss, outputs } = build({ ...tensors, ...given })
    kept = mapTensors(outputs, (tensor) => tf.keep(tensor))
    return loss
  })
  const { value, grads } = differentiate(parameters.map((name) => named(tensors, name)))
  // Clones belong to the caller's tidy again; what was kept is released here.
  const outputs = mapTensors(kept, (tensor) => tf.clone(tensor))
  tf.dispose(Object.values(kept))
  return {
    loss: value,
    gradients: Object.fromEntries(grads.map((gradient, at) => [parameters[at] ?? '', gradient])),
    outputs,
  }
}

function mapTensors(tensors: NamedTensors, change: (tensor: tf.Tensor) => tf.Tensor): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]))
}
