/** The oracle of the tests: eager TensorFlow.js on its plain cpu backend, with a filter gradient that ends in time. */
import { MathBackendCPU, version_cpu } from '@tensorflow/tfjs-backend-cpu'
import { tf } from '#engine/program/tfjs.ts'
import { AppException } from '#shared/basics/result.ts'
import { EagerExecutor } from '../eager-executor.ts'
import type { Executor } from '../executor.ts'
import { filterGradient } from './filter-gradient.ts'

/** The stock backend keeps its own name and its own kernel. */
const backendName = 'reference'
const filterGradientName = 'Conv2DBackpropFilter'

export function createReferenceExecutor(): Executor {
  if (tf.findBackend(backendName) === null) registerReferenceBackend()
  return new EagerExecutor(
    {
      executor: 'reference',
      provider: 'cpu',
      name: 'JavaScript',
      runtime: `@tensorflow/tfjs-backend-cpu ${version_cpu}`,
      threads: 1,
    },
    backendName,
  )
}

function registerReferenceBackend(): void {
  tf.registerBackend(backendName, () => new MathBackendCPU(), 0)
  tf.copyRegisteredKernels('cpu', backendName)
  tf.unregisterKernel(filterGradientName, backendName)
  tf.registerKernel({
    kernelName: filterGradientName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, dy } = inputs
      if (!(backend instanceof MathBackendCPU) || x === undefined || dy === undefined || attrs === undefined) {
        throw new AppException({ code: 'internal', message: `${filterGradientName} was called without its operands` })
      }
      return conv2dFilterGradient(x, dy, attrs, backend)
    },
  })
}

type ConvolutionParameters = Parameters<typeof tf.backend_util.computeConv2DInfo>

function conv2dFilterGradient(
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  attributes: tf.NamedAttrMap,
  backend: MathBackendCPU,
): tf.TensorInfo {
  const isChannelsFirst = attributes['dataFormat'] === 'NCHW'
  // The attributes come from tf.conv2d, which has checked them; its types name what they can be.
  const filterShape = attributes['filterShape'] as ConvolutionParameters[1]
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as ConvolutionParameters[0],
    filterShape,
    attributes['strides'] as ConvolutionParameters[2],
    1,
    attributes['pad'] as ConvolutionParameters[4],
    attributes['dimRoundingMode'] as ConvolutionParameters[5],
    false,
    isChannelsFirst ? 'channelsFirst' : 'channelsLast',
  )
  const pixels = (tensor: tf.TensorInfo): ArrayLike<number> => {
    const values = backend.readSync(tensor.dataId)
    if (!(values instanceof Float32Array)) throw new TypeError('convolutions take float32')
    return isChannelsFirst ? channelsLast(values, tensor.shape) : values
  }
  return backend.makeTensorInfo(filterShape, 'float32', filterGradient(info, pixels(x), pixels(dy)))
}

/** [batch, channels, height, width] to [batch, height, width, channels]. */
function channelsLast(values: Float32Array, shape: readonly number[]): Float32Array {
  const [batch = 0, channels = 0, height = 0, width = 0] = shape
  const area = height * width
  const result = new Float32Array(values.length)
  for (let image = 0; image < batch; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (image * channels + channel) * area
      for (let pixel = 0; pixel < area; pixel++) {
        result[(image * area + pixel) * channels + channel] = values[from + pixel] ?? 0
      }
    }
  }
  return result
}
