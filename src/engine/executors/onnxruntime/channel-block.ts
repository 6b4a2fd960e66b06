/**
 * ONNX Runtime's CPU provider has convolutions on feature maps whose channels lie in blocks of the processor's vector
 * length. It applies them by itself only where filters are constant; here they are written directly. They are not
 * documented, so that they are used only where this machine shows that they do what we think they do.
 */
import { encodeModel } from '#engine/program/onnx/encode.ts'
import { int, ints, type OnnxModel, type OnnxNode } from '#engine/program/onnx/model.ts'
import type { Runtime } from './runtime.ts'

/** Multiple of every block length in use (4, 8, 16). */
const channels = 32
const size = 3

/** Channels a block, or undefined when the convolutions do not exist here. */
export async function findChannelBlock(runtime: Runtime): Promise<number | undefined> {
  const counted = Float32Array.from({ length: channels * size * size }, (_, index) => index)
  try {
    const reordered = await run(runtime, [blockedNode('ReorderInput', ['x'], 'y', { channels_last: int(0) })], counted)
    // The second pixel of the first channel lies one block further on.
    const block = reordered.indexOf(1)
    if (![4, 8, 16].includes(block)) return undefined
    const isExpected = (await convolveBlocked(runtime, counted, block)).every(
      (value, index) => Math.abs(value - (counted[index] ?? 0)) < 1e-3,
    )
    return isExpected ? block : undefined
  } catch {
    // A build without these operators refuses the model; the standard ones give the same results, later.
    return undefined
  }
}

/** A 3x3 convolution whose only weight copies channel c to filter c, with bias and activation that change nothing. */
async function convolveBlocked(runtime: Runtime, maps: Float32Array, block: number): Promise<Float32Array> {
  const weights = new Float32Array(channels * channels * 9)
  const blocks = channels / block
  for (let channel = 0; channel < channels; channel++) {
    const [outer, inner] = [Math.floor(channel / block), channel % block]
    const centre = (outer * blocks + outer) * 9 + 4
    weights[(centre * block + inner) * block + inner] = 1
  }
  const nodes = [
    blockedNode('ReorderInput', ['x'], 'blocked', { channels_last: int(0) }),
    blockedNode('Conv', ['blocked', 'weights', 'bias'], 'convolved', {
      kernel_shape: ints([3, 3]),
      pads: ints([1, 1, 1, 1]),
      strides: ints([1, 1]),
      dilations: ints([1, 1]),
      activation: { kind: 'string', value: 'Relu' },
    }),
    blockedNode('ReorderOutput', ['convolved'], 'y', { channels: int(channels), channels_last: int(0) }),
  ]
  return run(runtime, nodes, maps, weights)
}

function blockedNode(op: string, inputs: string[], output: string, attributes: OnnxNode['attributes']): OnnxNode {
  return { op, domain: 'com.microsoft.nchwc', inputs, outputs: [output], attributes }
}

async function run(
  runtime: Runtime,
  nodes: readonly OnnxNode[],
  maps: Float32Array,
  weights?: Float32Array,
): Promise<Float32Array> {
  const port = { dtype: 'float32', shape: [1, channels, size, size] } as const
  const model: OnnxModel = {
    name: 'channel-block',
    nodes,
    initializers:
      weights === undefined
        ? []
        : [
            { name: 'weights', dtype: 'float32', shape: [channels, channels, 3, 3], data: weights },
            { name: 'bias', dtype: 'float32', shape: [channels], data: new Float32Array(channels) },
          ],
    inputs: [{ name: 'x', ...port }],
    outputs: [{ name: 'y', ...port }],
  }
  const session = await runtime.InferenceSession.create(encodeModel(model), { executionProviders: ['cpu'] })
  const { y } = await session.run({ x: new runtime.Tensor('float32', maps, port.shape) })
  await session.release()
  const data = y?.data
  return data instanceof Float32Array ? data : new Float32Array()
}
