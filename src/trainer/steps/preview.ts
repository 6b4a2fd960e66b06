/** Previews: what a run has made of each represented layer by now, for the eye. */
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import { reconstructionErrors } from '../measure/reconstruction-errors.ts'
import type { RunState } from './run-state.ts'

type LayerPreview = Extract<FromTrainer, { type: 'preview' }>['layers'][number]

/** Kernels of a layer that are shown: enough to see whether they are alike, few enough to send often. */
const shownKernels = 64

/**
 * With a snapshot where one is due.
 * @param reconstructed weights of every represented layer, in the network's order
 */
export function sendPreview(run: RunState, original: HostTensors, reconstructed: HostTensors): void {
  const { context, step } = run
  const { layers } = reconstructionErrors(original, reconstructed)
  run.snapshots?.takeIfDue(step, reconstructed, layers)
  context.send({
    type: 'preview',
    step,
    layers: layers.flatMap(({ name, relativeError }): LayerPreview[] => {
      const before = original[name]
      const after = reconstructed[name]
      if (before === undefined || after === undefined) return []
      const first = firstKernels(before)
      const { kernelShape, count, values } = first
      return [
        { layer: name, relativeError, kernelShape, count, original: values, reconstructed: firstKernels(after).values },
      ]
    }),
  })
}

/** Of a weight [filters, channels, height, width] or [outputs, inputs], whose kernels are 1 x 1. */
function firstKernels({ shape, data }: HostTensor): {
  readonly kernelShape: [number, number]
  readonly count: number
  readonly values: Float32Array<ArrayBuffer>
} {
  const [height = 1, width = 1] = shape.slice(2)
  const count = Math.min(shownKernels, data.length / (height * width))
  return { kernelShape: [height, width], count, values: Float32Array.from(data.subarray(0, count * height * width)) }
}
