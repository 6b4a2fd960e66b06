/** Whether an ONNX graph that was imported computes what ONNX Runtime computes with the graph itself. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Executor } from '#engine/executors/executor.ts'
import { networkOnnx } from '#engine/network/onnx-export.ts'
import { bytesSource, openFileSource } from '#formats/byte-source.ts'
import { readOnnx, type OnnxNetwork, type OnnxOptions } from '#formats/onnx/reader.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { unwrap } from '#shared/basics/result.ts'
import { networkLogits } from './network-logits.ts'
import { sampleImages } from './onnx-models.ts'

const batch = 2

export interface Agreement extends OnnxNetwork {
  /** Of the file as ONNX Runtime computes it: whatever it yields. */
  readonly expected: readonly number[]
  /** Logits as the studio computes them. */
  readonly logits: readonly number[]
  /** Logits of ONNX Runtime on what the studio exports of it. */
  readonly exported: readonly number[]
}

/**
 * @param model the bytes of an ONNX file, or its path
 * @param scale of the pixels that the graph takes if it normalises them itself: up to 1 or 255
 */
export async function agreementOf(
  executor: Executor,
  model: Uint8Array | string,
  options: OnnxOptions = {},
  scale: 1 | 255 = 1,
): Promise<Agreement> {
  const imported = typeof model === 'string' ? await readFile(model, options) : await read(model, options)
  const { network, parameters, notes } = imported
  const { channels, height, width } = network.inputShape
  const shape = [batch, channels, height, width]
  const images = sampleImages(shape)
  const prepared = normalised(images, network)
  const isNormalising = notes.some((note) => note.includes('became the preprocessing'))
  const given = isNormalising ? images.map((value) => value * scale) : prepared
  const isLast = notes.some((note) => note.includes('takes images with the channels last'))
  const lastShape = [batch, height, width, channels]
  const expected = await runGraph(
    model,
    isLast ? new Tensor('float32', channelsLast(given, shape), lastShape) : new Tensor('float32', given, shape),
    // As the file says: one of the optimisations is wrong (networks/zero-padding.ts).
    { graphOptimizationLevel: 'disabled' },
  )
  const logits = await networkLogits(executor, network, parameters, float32Tensor(shape, prepared))
  const exported = await runGraph(networkOnnx(network, parameters), new Tensor('float32', images, shape))
  return { ...imported, expected, logits, exported }
}

async function read(bytes: Uint8Array, options: OnnxOptions): Promise<OnnxNetwork> {
  return unwrap(await readOnnx(bytesSource(bytes, 'made.onnx'), options))
}

async function readFile(path: string, options: OnnxOptions): Promise<OnnxNetwork> {
  const source = unwrap(await openFileSource(path))
  try {
    return unwrap(await readOnnx(source, options))
  } finally {
    await source.close()
  }
}

/** All that the only output of a graph holds. */
async function runGraph(
  model: Uint8Array | string,
  images: Tensor,
  options: InferenceSession.SessionOptions = {},
): Promise<readonly number[]> {
  const session = await (typeof model === 'string'
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options))
  const [input = ''] = session.inputNames
  const [output] = Object.values(await session.run({ [input]: images }))
  const values = (await output?.getData()) as Float32Array | BigInt64Array
  return Array.from(values, Number)
}

/** [batch, height, width, channels] from [batch, channels, height, width]. */
function channelsLast(images: Float32Array, [, channels = 1, height = 1, width = 1]: readonly number[]): Float32Array {
  const pixels = height * width
  return images.map((_, at) => {
    const pixel = Math.floor(at / channels)
    const [image, channel] = [Math.floor(pixel / pixels), at % channels]
    return images[(image * channels + channel) * pixels + (pixel % pixels)] ?? NaN
  })
}

function normalised(images: Float32Array, { inputShape, preprocessing }: OnnxNetwork['network']): Float32Array {
  const { channels, height, width } = inputShape
  return images.map((value, at) => {
    const channel = Math.floor(at / (height * width)) % channels
    return (value - (preprocessing.mean[channel] ?? NaN)) / (preprocessing.standardDeviation[channel] ?? NaN)
  })
}

/** Largest difference, as a part of the largest number that is expected. */
export function relativeDistance(found: readonly number[], expected: readonly number[]): number {
  if (found.length !== expected.length || expected.length === 0) return Infinity
  const largest = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((value, at) => Math.abs(value - (found[at] ?? NaN)))) / largest
}
