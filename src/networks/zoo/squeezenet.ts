/**
 * SqueezeNet 1.1 for 224 x 224 images (Iandola et al. 2016) with torchvision's tensor names: features.0,
 * features.{3..12}.{squeeze, expand1x1, expand3x3}, classifier.1. Pools round up, so that other sizes work as there.
 *
 * Represented: the stem and squeeze, expand1x1 and expand3x3 of the eight Fire modules, in this order (method 1.3: 25
 * tensors, 719,552 weights); the classifier and all biases are kept as they are.
 *
 * It has no batch-norm. Feature maps, in both readings: the joined output of every Fire module, after its ReLU.
 */
import { NetworkBuilder } from '../network-builder.ts'
import type { Network } from '../network.ts'
import { imagenetImages } from './image-sizes.ts'

/** Filters [squeeze, expand to each of 1 x 1 and 3 x 3], or a pool, by their number in `features`. */
const features = [
  'pool',
  [16, 64],
  [16, 64],
  'pool',
  [32, 128],
  [32, 128],
  'pool',
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
] as const
/** features.0 is the stem and features.1 its ReLU. */
const firstFeature = 2

export function squeezenet(architecture: string, title: string, classes: number): Network {
  const builder = new NetworkBuilder()
  const maps: string[] = []
  const stem = convolve(builder, 'features.0', builder.input(3), { filters: 64, size: 3, stride: 2, padding: 0 })
  let x = builder.relu('features.1', stem)
  features.forEach((feature, at) => {
    const module = `features.${firstFeature + at}`
    if (feature === 'pool') {
      x = builder.maxPool(module, x, 3, { stride: 2, isRoundedUp: true })
      return
    }
    x = fire(builder, module, x, feature)
    maps.push(x)
  })
  const dropped = builder.dropout('classifier.0', x, 0.5, [13, 13])
  const scores = builder.convolution('classifier.1', dropped, {
    filters: classes,
    kernelSize: [1, 1],
    hasBias: true,
    isRepresented: false,
  })
  return builder.build({
    architecture,
    title,
    inputShape: imagenetImages,
    classes,
    output: builder.globalAveragePool('classifier.3', builder.relu('classifier.2', scores)),
    featureMaps: { faithful: maps, documented: maps },
  })
}

function fire(
  builder: NetworkBuilder,
  module: string,
  input: string,
  [squeezed, expanded]: readonly [number, number],
): string {
  const part = (name: string, from: string, filters: number, size: 1 | 3): string => {
    const padding = (size - 1) / 2
    const maps = convolve(builder, `${module}.${name}`, from, { filters, size, stride: 1, padding })
    return builder.relu(`${module}.${name}_activation`, maps)
  }
  const squeeze = part('squeeze', input, squeezed, 1)
  const expansions = [part('expand1x1', squeeze, expanded, 1), part('expand3x3', squeeze, expanded, 3)]
  return builder.concat(module, expansions)
}

interface LayerOptions {
  readonly filters: number
  readonly size: number
  readonly stride: number
  readonly padding: number
}

function convolve(
  builder: NetworkBuilder,
  module: string,
  input: string,
  { filters, size, stride, padding }: LayerOptions,
): string {
  return builder.convolution(module, input, {
    filters,
    kernelSize: [size, size],
    stride: [stride, stride],
    padding: [padding, padding],
    hasBias: true,
    isRepresented: true,
  })
}
