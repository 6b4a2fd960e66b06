/**
 * Gradients of a sum over sampled kernels, part by part, so that a step holds the activations of one part at a time:
 * 65,536 kernels by 1,024 hidden units would need 256 MiB for each of a dozen tensors.
 */
import { lossGradients } from '#engine/training/loss-gradients.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { named } from '../../../program/named.ts'
import type { SummedGradients } from '../prediction.ts'
import { after } from './in-sequence.ts'

/** Numbers in one activation of a part; what CIFAR networks sample stays one part. */
const activationSize = 2 ** 23

/**
 * @param parameters names in `tensors` to differentiate by
 * @param kernels int32 [n]
 * @param build the sum over some of the kernels, as a function of the parameters
 */
export function gradientsInParts(
  tensors: NamedTensors,
  parameters: readonly string[],
  kernels: tf.Tensor1D,
  hiddenSize: number,
  build: (tensors: NamedTensors, kernels: tf.Tensor1D) => tf.Scalar,
): SummedGradients {
  const partSize = Math.max(1, Math.floor(activationSize / hiddenSize))
  let summed: SummedGradients | undefined
  for (let start = 0; start < kernels.size; start += partSize) {
    const size = Math.min(partSize, kernels.size - start)
    const chosen = size === kernels.size ? kernels : tf.slice1d(kernels, start, size)
    const part = summed === undefined ? chosen : after(chosen, Object.values(summed.gradients))
    const { loss, gradients } = lossGradients(tensors, parameters, (given) => ({
      loss: build(given, part),
      outputs: {},
    }))
    summed = summed === undefined ? { sum: loss, gradients } : added(summed, { sum: loss, gradients })
  }
  if (summed === undefined) throw new RangeError('no kernels were sampled')
  return summed
}

function added(left: SummedGradients, right: SummedGradients): SummedGradients {
  const gradients = Object.entries(left.gradients).map(([name, gradient]) => {
    return [name, tf.add(gradient, named(right.gradients, name))] as const
  })
  return { sum: tf.add(left.sum, right.sum), gradients: Object.fromEntries(gradients) }
}
