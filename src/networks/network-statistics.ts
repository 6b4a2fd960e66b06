import { sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'
import type { LayerStatistics } from '#shared/protocol/records.ts'
import type { Network } from './network.ts'

/**
 * Statistics of every weight tensor of `network`, in state dict order: bytes in float32, the population standard deviation,
 * and the mean cosine of kernels that are neighbours by channel or by filter, in [-1, 1] (the unnormalised form is the
 * smoothness regulariser of method 5.1); none where a kernel has a single weight, and so only a sign, or where no two
 * neighbours have a length. A linear layer has no kernels.
 * Throws `AppException` `invalid-argument` when `parameters` lacks one or it has another shape.
 */
export function networkStatistics(network: Network, parameters: HostTensors): readonly LayerStatistics[] {
  const represented = new Set(network.representedLayers.map(({ name }) => name))
  return network.parameters
    .filter(({ role }) => role === 'conv-weight' || role === 'linear-weight')
    .map(({ name, shape, role }) => {
      const weights = weightsOf(parameters, name, shape)
      const [filters = 0, channels = 0, height = 1, width = 1] = shape
      const isConvolution = role === 'conv-weight'
      const smoothness = isConvolution ? meanCosine(weights, filters, channels, height * width) : undefined
      return {
        name,
        isRepresented: represented.has(name),
        shape,
        kernels: isConvolution ? filters * channels : 0,
        weights: weights.length,
        bytes: weights.byteLength,
        standardDeviation: standardDeviation(weights),
        ...(smoothness === undefined ? {} : { smoothness }),
      }
    })
}

function weightsOf(parameters: HostTensors, name: string, shape: readonly number[]): Float32Array {
  const tensor = parameters[name]
  if (tensor?.dtype === 'float32' && tensor.data.length === sizeOf(shape)) return tensor.data
  throw new AppException({
    code: 'invalid-argument',
    message: `Parameter ${name} must be float32 [${shape.join(', ')}].`,
    where: name,
  })
}

function standardDeviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** `weights` is [filters, channels, kernelSize], kernels flattened. */
function meanCosine(weights: Float32Array, filters: number, channels: number, kernelSize: number): number | undefined {
  if (kernelSize === 1) return undefined
  const kernel = (filter: number, channel: number): Float32Array => {
    const start = (filter * channels + channel) * kernelSize
    return weights.subarray(start, start + kernelSize)
  }
  let sum = 0
  let pairs = 0
  const count = (left: Float32Array, right: Float32Array): void => {
    const similarity = cosine(left, right)
    if (similarity === undefined) return
    sum += similarity
    pairs++
  }
  for (let filter = 0; filter < filters; filter++) {
    for (let channel = 0; channel < channels; channel++) {
      if (channel + 1 < channels) count(kernel(filter, channel), kernel(filter, channel + 1))
      if (filter + 1 < filters) count(kernel(filter, channel), kernel(filter + 1, channel))
    }
  }
  return pairs === 0 ? undefined : sum / pairs
}

function cosine(left: Float32Array, right: Float32Array): number | undefined {
  let product = 0
  let leftSquared = 0
  let rightSquared = 0
  left.forEach((value, i) => {
    const other = right[i] ?? 0
    product += value * other
    leftSquared += value * value
    rightSquared += other * other
  })
  return leftSquared === 0 || rightSquared === 0 ? undefined : product / Math.sqrt(leftSquared * rightSquared)
}
