/**
 * What importance is told of (method 7.1): single weights, kernels or filters of the represented layers. Units are
 * numbered layer by layer in the order of their weights; each is `size` neighbours of a weight tensor, whose axes are
 * those of kernels.
 */
import type { RepresentedLayer } from '#networks/network.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { ImportanceLevel } from '#shared/measures/importance.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { AppException, assertNever } from '#shared/basics/result.ts'

export interface LayerUnits {
  readonly name: string
  /** Of all layers before this one. */
  readonly firstUnit: number
  readonly units: number
  /** Weights of one unit. */
  readonly size: number
}

export interface Units {
  readonly layers: readonly LayerUnits[]
  readonly count: number
  readonly weights: number
}

export function importanceUnits(representedLayers: readonly RepresentedLayer[], level: ImportanceLevel): Units {
  let count = 0
  let weights = 0
  const layers = representedLayers.map(({ name, shape }) => {
    const total = shape.reduce((product, extent) => product * extent, 1)
    const size = unitSize(shape, level)
    const layer = { name, firstUnit: count, units: total / size, size }
    count += layer.units
    weights += total
    return layer
  })
  return { layers, count, weights }
}

function unitSize(shape: RepresentedLayer['shape'], level: ImportanceLevel): number {
  const [, channels, height, width] = kernelShapeOf(shape)
  switch (level) {
    case 'weight':
      return 1
    case 'kernel':
      return height * width
    case 'filter':
      return channels * height * width
    default:
      return assertNever(level)
  }
}

/**
 * The weights of a layer. Throws `AppException` `file-corrupt` when they are missing, of another number, or not finite:
 * no order can be made of those.
 */
export function layerWeights(tensors: HostTensors, { name, units, size }: LayerUnits, network: string): Float32Array {
  const tensor = tensors[name]
  if (tensor?.dtype !== 'float32' || tensor.data.length !== units * size) {
    throw new AppException({
      code: 'file-corrupt',
      message: `The ${network} network has no ${units * size} weights ${name}.`,
      where: name,
      remedy: 'Run the experiment again.',
    })
  }
  const at = tensor.data.findIndex((weight) => !Number.isFinite(weight))
  if (at >= 0) {
    throw new AppException({
      code: 'file-corrupt',
      message: `A weight of the ${network} network is ${tensor.data[at]}; importance needs finite weights.`,
      where: `${name}, element ${at}`,
      remedy: 'Run the experiment again.',
    })
  }
  return tensor.data
}
